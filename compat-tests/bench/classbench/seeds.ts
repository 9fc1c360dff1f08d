/**
 * Three kinds of rulesets in the manner of ClassBench's seeds acl1, fw1 and ipc1: what lengths, ports and protocols go together and how
 * addresses repeat. The shares are rounded from published sets of these names.
 */

/** Weights need not add up to anything. */
export interface Weighted<T> {
  readonly weight: number;
  readonly value: T;
}

/** How a field's addresses are drawn. */
export interface AddressPool {
  /** Different hosts, as a share of the number of rules. */
  readonly hosts: number;
  /** Different /24 nets, as a share of the number of rules. */
  readonly nets: number;
  /** Different first two bytes. */
  readonly sites: number;
  /** 1: every host as likely as the other; above: the higher, the more rules go to the first few. */
  readonly skew: number;
}

/** any; 1024:65535; a range out of the list; one port out of the list. */
export type PortClass = 'any' | 'high' | 'range' | 'exact';

export interface Seed {
  /** Prefix lengths of source and destination, before some bits are added or taken away. */
  readonly lengths: readonly Weighted<readonly [number, number]>[];
  readonly sources: AddressPool;
  readonly destinations: AddressPool;
  /** Share of rules whose source belongs to the destination's own circle. */
  readonly related: number;
  /** Protocol (0: any), source port, destination port. */
  readonly services: readonly Weighted<readonly [number, PortClass, PortClass]>[];
}

const of = <T>(...entries: readonly (readonly [number, T])[]): Weighted<T>[] => entries.map(([weight, value]) => ({ weight, value }));

const ACL1: Seed = {
  lengths: of<readonly [number, number]>([66, [32, 32]], [11, [32, 23]], [14, [24, 32]], [3, [32, 16]], [2, [24, 24]], [0.6, [0, 32]], [0.8, [32, 0]], [0.3, [8, 24]], [0.2, [0, 16]]),
  sources: { hosts: 0.3, nets: 0.045, sites: 150, skew: 1.5 },
  destinations: { hosts: 0.035, nets: 0.05, sites: 390, skew: 4 },
  related: 0.8,
  services: of<readonly [number, PortClass, PortClass]>([58, [6, 'any', 'exact']], [17, [6, 'any', 'any']], [11, [6, 'any', 'range']], [8, [0, 'any', 'any']], [3, [1, 'any', 'any']], [1, [17, 'any', 'exact']], [0.2, [17, 'any', 'range']]),
};

const FW1: Seed = {
  lengths: of<readonly [number, number]>([63, [0, 32]], [19, [32, 0]], [8, [32, 32]], [2, [0, 28]], [3, [28, 0]], [2, [22, 32]], [1, [32, 22]], [1, [28, 28]], [3.5, [0, 0]]),
  sources: { hosts: 0.4, nets: 0.4, sites: 20_000, skew: 1 },
  destinations: { hosts: 0.4, nets: 0.4, sites: 20_000, skew: 1 },
  related: 0,
  services: of<readonly [number, PortClass, PortClass]>([45, [6, 'any', 'exact']], [14, [17, 'any', 'exact']], [11, [17, 'exact', 'any']], [9, [6, 'any', 'any']], [5, [47, 'any', 'any']], [4, [6, 'high', 'high']], [4, [1, 'any', 'any']], [3, [17, 'exact', 'exact']], [2, [17, 'high', 'high']], [2, [17, 'exact', 'high']], [2, [17, 'high', 'exact']], [1, [0, 'any', 'any']], [0.1, [17, 'range', 'high']]),
};

const IPC1: Seed = {
  lengths: of<readonly [number, number]>([16, [32, 32]], [24, [24, 32]], [19, [24, 24]], [8, [32, 24]], [7, [0, 32]], [3, [16, 32]], [5, [24, 16]], [4, [16, 24]], [5, [24, 0]], [4, [0, 24]], [3, [32, 0]], [0.6, [0, 0]]),
  sources: { hosts: 0.08, nets: 0.09, sites: 270, skew: 1.6 },
  destinations: { hosts: 0.18, nets: 0.13, sites: 350, skew: 1.5 },
  related: 0.3,
  services: of<readonly [number, PortClass, PortClass]>([33, [0, 'any', 'any']], [22, [17, 'any', 'exact']], [14, [6, 'any', 'exact']], [8.5, [17, 'exact', 'any']], [8, [6, 'exact', 'any']], [6, [17, 'any', 'high']], [2.5, [6, 'any', 'any']], [1.8, [6, 'any', 'range']], [1.5, [6, 'range', 'any']], [1, [1, 'any', 'any']], [0.6, [17, 'any', 'range']], [0.5, [17, 'exact', 'exact']], [0.3, [47, 'any', 'any']], [0.1, [51, 'any', 'any']], [0.1, [50, 'any', 'any']]),
};

export const SEEDS = { acl1: ACL1, fw1: FW1, ipc1: IPC1 } as const satisfies Readonly<Record<string, Seed>>;

export type SeedName = keyof typeof SEEDS;

/** Ports and ranges, the frequent ones first. */
export const EXACT_PORTS: readonly number[] = [
  1521, 80, 53, 22, 25, 443, 1526, 123, 161, 1433, 69, 514, 135, 110, 143, 389, 636, 88, 445, 139, 21, 23, 8080, 3306, 5432, 6000, 9003, 1221, 1525, 2049, 111, 5060, 3389, 993, 995, 587, 465, 179, 1812, 1813,
  7648, 24_032, 31_000, 5631, 5632, 1494, 1711, 27_400, 750, 37, 119, 5540, 8443, 10_000, 1645, 1646, 513, 515, 540, 631, 873, 902, 989, 990, 1080, 1352, 1527, 2121, 2222, 3128, 4899, 5900, 6667,
];
export const PORT_RANGES: readonly (readonly [number, number])[] = [
  [6660, 6669], [1521, 1522], [1711, 1712], [5000, 5010], [8000, 8100], [135, 139], [20, 21], [33_434, 33_600], [6000, 6063], [1700, 1799], [2300, 2400], [1024, 5000], [27_000, 27_050], [50_000, 51_000], [161, 162],
  [67, 68], [137, 138], [1718, 1720], [7000, 7009], [5500, 5700], [10_000, 20_000], [32_768, 61_000], [0, 1023], [1812, 1813], [3000, 3100], [9000, 9100], [49_152, 65_535], [989, 995], [8080, 8090], [1, 19],
];
