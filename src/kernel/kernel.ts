/**
 * What this room needs of the kernel: one interface, with the real thing (real-kernel.ts) and a fake for tests (fake-kernel.ts).
 * Descriptors are plain numbers; whoever gets one closes it (descriptors.ts).
 */
import type { KernelTypes, KernelTypeWants } from '../link/btf.js';
import type { Native } from '../native/native.js';
import type { Family } from '../ruleset/model.js';
import type { KernelFlow } from './flows/kernel-conntrack.js';
import type { OtherRules } from './other-rules.js';

/** A network device of the current namespace, from RTM_GETLINK. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  /** ARPHRD_*: 1 Ethernet, 772 loopback, 65534 none (tun). */
  readonly type: number;
  /** IFF_* */
  readonly flags: number;
  /** IFLA_GROUP: number of the device group. */
  readonly group: number;
  /** ifindex of the upper device it is enslaved to, 0 = none. */
  readonly master: number;
  /** IFLA_INFO_KIND: `veth`, `bridge` ...; '' where the driver has none. */
  readonly kind: string;
  /** IFLA_INFO_SLAVE_KIND: what it is a port of, '' = nothing. */
  readonly slaveKind: string;
  /** Ids of the XDP programs attached, by mode; 0 = none. */
  readonly xdp: Readonly<Record<XdpSlot, number>>;
}

/** How a device runs an XDP program: in its driver, or in the kernel's generic receive path. */
export type XdpMode = 'native' | 'generic';
/** What may hold one: `offloaded` runs in the hardware, and is never ours. */
export type XdpSlot = XdpMode | 'offloaded';
export const NO_XDP: Readonly<Record<XdpSlot, number>> = { native: 0, generic: 0, offloaded: 0 };

/** A route of the kernel's local table. */
export interface LocalRoute {
  /** IPv4, host order. */
  readonly address: number;
  readonly prefixLength: number;
  /** RTN_*: 2 local, 3 broadcast, 4 anycast ... */
  readonly type: number;
  /** 0 = none. */
  readonly ifindex: number;
}

/** The same of IPv6. Groups have no place in it: which are joined, the device says. */
export interface LocalRoute6 {
  /** 128 bits. */
  readonly address: bigint;
  readonly prefixLength: number;
  /** RTN_*: 2 local, 4 anycast ... */
  readonly type: number;
  readonly ifindex: number;
  /** In the main table, where a route to elsewhere may be narrower; absent: in the local one. */
  readonly inMain?: true;
}

export interface Kernel
  extends Pick<
    Native,
    | 'mapCreate'
    | 'mapLookup'
    | 'mapUpdate'
    | 'mapDelete'
    | 'mapLookupBatch'
    | 'mapFreeze'
    | 'mapLoadWord'
    | 'mapStoreWord'
    | 'btfLoad'
    | 'progLoad'
    | 'progAttach'
    | 'progReplace'
    | 'progDetach'
    | 'progQuery'
    | 'progBindMap'
    | 'progFdById'
    | 'mapFdById'
    | 'progInfo'
    | 'mapInfo'
    | 'closeFd'
    | 'membarrierBegin'
    | 'membarrierEnd'
    | 'monotonicNow'
    | 'realTimeOffset'
    | 'minutesWest'
    | 'networkNamespaceCookie'
  > {
  /** Possible CPUs: the number of stripes in counter maps and of values in per-CPU maps. */
  readonly cpus: number;
  links(): Link[];
  /** Attaches an XDP program: in place of the one that `replacedFd` names, else where none is. The error's `words` say why a driver will not. */
  xdpAttach(ifindex: number, progFd: number, mode: XdpMode, replacedFd: number | undefined): void;
  /** Takes the XDP program that `progFd` names off. */
  xdpDetach(ifindex: number, mode: XdpMode, progFd: number): void;
  localRoutes(): LocalRoute[];
  localRoutes6(): LocalRoute6[];
  /** The count of routing changes of a family (route-generation.ts). */
  routeGeneration(family: Family): number;
  /** Flows that the kernel's own conntrack knows in the current network namespace. */
  trackedFlows(family: Family): readonly KernelFlow[];
  /** Who else filters or translates addresses in this network namespace. */
  otherRules(family: Family): OtherRules;
  /** BTF facts of the running kernel, for relocations. */
  types(wants: KernelTypeWants): KernelTypes;
}

export type Direction = 'ingress' | 'egress';
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];
/** Where programs of ours stand on a device: the directions of tc, and XDP in front of them. */
export type Point = Direction | 'xdp';

/** The loopback device has this index in every network namespace. */
export const LOOPBACK_IFINDEX = 1;
