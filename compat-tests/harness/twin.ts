/** The twins: two sides with the same world, one firewall each, one stream of packets for both. */
import { wireBytes, type TwinPacket } from './packet.js';
import { openWire } from './open-wire.js';
import { compareSeen, isGroupReport, seen, type Seen, type SeenDifference } from './observe.js';
import { compareCounters, type ComparedLine, type CountedLine } from './counters.js';
import { readCounters, readCountersFast, restore, type Firewall } from './firewall.js';
import type { Family } from '../../src/ruleset/model.js';
import { createSide, removeSide, type Side, type SideOptions } from './side.js';
import type { Endpoint, Wire } from './wire.js';
import { EXACT, type Tolerance } from './tolerance.js';
import type { World } from './world.js';

/** Protocols whose local delivery is observed at the dut: TCP, UDP and some without a socket of their own; ICMP and IGMP, or ICMPv6. */
const OBSERVED_TRANSPORTS: readonly (readonly [number, string])[] = [
  [6, 'tcp'],
  [17, 'udp'],
  [47, 'gre'],
  [50, 'esp'],
  [132, 'sctp'],
  [136, 'udplite'],
];
const OBSERVED: Readonly<Record<Family, readonly (readonly [number, string])[]>> = {
  ipv4: [[1, 'icmp'], [2, 'igmp'], ...OBSERVED_TRANSPORTS],
  ipv6: [[58, 'icmp6'], ...OBSERVED_TRANSPORTS],
};

export type Pair<T> = readonly [left: T, right: T];

export interface Twin {
  readonly world: World;
  readonly firewalls: Pair<Firewall>;
  readonly sides: Pair<Side>;
  /** Sends each packet to the left side, then to the right, in order. */
  send(packets: readonly TwinPacket[]): void;
  /** What arrived on each side since the last call. */
  arrivals(): Promise<Pair<readonly Seen[]>>;
  /** Loads a save file on both sides. */
  restore(rulesText: string, args?: readonly string[]): void;
  /** Rules and policies with their counters, both sides. */
  counters(): Pair<readonly CountedLine[]>;
  /** The same, printed by the commands themselves. */
  countersByCommand(): Pair<readonly CountedLine[]>;
  close(): void;
}

let made = 0;

function endpointsOf(side: Side, world: World): Endpoint[] {
  const version = world.family === 'ipv4' ? 4 : 6;
  return [
    { kind: 'local-send', namespace: side.dut, version },
    ...world.interfaces.map((wire): Endpoint => ({ kind: 'device', namespace: side[wire.peer], device: wire.name, version })),
    ...world.interfaces.map((wire): Endpoint => ({ kind: 'device-send', namespace: side.dut, device: wire.name })),
    ...OBSERVED[world.family].map(([protocol]): Endpoint => ({ kind: 'local-receive', namespace: side.dut, protocol, version })),
  ];
}

/** Names of the endpoints of one side, in the order of endpointsOf. */
function placesOf(world: World): { readonly where: string; readonly level: 'device' | 'host' }[] {
  return [
    { where: 'dut', level: 'host' },
    ...world.interfaces.map((wire) => ({ where: `${wire.peer} ${wire.name}`, level: 'device' as const })),
    ...world.interfaces.map((wire) => ({ where: `dut ${wire.name}`, level: 'device' as const })),
    ...OBSERVED[world.family].map(([, name]) => ({ where: `dut ${name}`, level: 'host' as const })),
  ];
}

/** Builds both sides and opens their sockets. Close it: namespaces and sockets stay until then (or until the process ends). */
export function createTwin(world: World, firewalls: Pair<Firewall>, options: SideOptions = {}): Twin {
  made += 1;
  const sides: Pair<Side> = [createSide(`${made}a`, world, options), createSide(`${made}b`, world, options)];
  const places = placesOf(world);
  const wire: Wire = openWire(sides.flatMap((side) => endpointsOf(side, world)));
  const own = new Set([...world.interfaces.map((each) => each.address), ...world.localAddresses]);
  const isOwn = (address: string): boolean => own.has(address) || address.startsWith('127.');
  const endpointOf = (packet: TwinPacket): number => {
    if (packet.kind === 'local') return 0;
    const index = world.interfaces.findIndex((each) => each.name === packet.on);
    return 1 + index + (packet.kind === 'injected' ? world.interfaces.length : 0);
  };

  return {
    world,
    firewalls,
    sides,
    send(packets) {
      const frames = packets.flatMap((packet) => {
        const bytes = wireBytes(world, packet);
        const endpoint = endpointOf(packet);
        return [
          { endpoint, bytes },
          { endpoint: endpoint + places.length, bytes },
        ];
      });
      wire.send(frames);
    },
    async arrivals() {
      const pair: [Seen[], Seen[]] = [[], []];
      for (const { endpoint, bytes } of await wire.drain()) {
        const place = places[endpoint % places.length]!;
        const level = place.level === 'host' && world.family === 'ipv6' ? 'payload' : place.level;
        if (isGroupReport(level, bytes)) continue;
        pair[endpoint < places.length ? 0 : 1].push(seen(place.where, level, bytes, isOwn));
      }
      return pair;
    },
    restore(rulesText, args = []) {
      firewalls.forEach((firewall, index) => restore(firewall, sides[index === 0 ? 0 : 1].dut, rulesText, args));
    },
    counters() {
      return [readCountersFast(firewalls[0], sides[0].dut), readCountersFast(firewalls[1], sides[1].dut)];
    },
    countersByCommand() {
      return [readCounters(firewalls[0], sides[0].dut), readCounters(firewalls[1], sides[1].dut)];
    },
    close() {
      wire.close();
      sides.forEach(removeSide);
    },
  };
}

/** Everything a step changed, on both sides. */
export interface Comparison {
  readonly lines: readonly ComparedLine[];
  readonly arrivals: SeenDifference;
  /** How many arrivals the left side had: a trial in which nothing arrives proves little. */
  readonly arrived: number;
}

/** Waits for the packets under way, then compares counters and arrivals since the last call. */
export async function compareTwin(twin: Twin, tolerance: Tolerance = EXACT): Promise<Comparison> {
  const [left, right] = await twin.arrivals();
  const [leftLines, rightLines] = twin.counters();
  return { lines: compareCounters(leftLines, rightLines, tolerance), arrivals: compareSeen(left, right), arrived: left.length };
}
