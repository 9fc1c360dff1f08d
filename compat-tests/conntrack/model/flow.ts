/** What a generator makes: flows of packets between two ends. Where the ends are, and their numbers, is decided when a flow is run. */
import { ipv4, type Ipv4Fields, type Transport } from '../../../src/net/ipv4.js';
import { ipv4Address } from '../../../src/net/ipv4-address.js';

/** `c` opens the flow, `s` answers. */
export type Who = 'c' | 's';

export function other(who: Who): Who {
  return who === 'c' ? 's' : 'c';
}

export interface End {
  readonly address: bigint;
  /** Port, or ICMP identifier. */
  readonly port: number;
  /** The interface its packets come in by; undefined where it is the host under test. */
  readonly on: string | undefined;
}

export type Ends = Readonly<Record<Who, End>>;

/** Where a flow runs: through the host from either side, to it, from it, and within it. */
export const PLACES = ['forward', 'back', 'in', 'out', 'lo'] as const;
export type Place = (typeof PLACES)[number];

const CLIENT = ipv4Address('10.200.0.2');
const SERVER = ipv4Address('10.200.1.2');
const HOST = ipv4Address('10.200.0.1');
const HOST_TOO = ipv4Address('10.200.1.1');

/** Ends of their own for every `number`, all of whose ports are above 1023 at the opener. */
export function endsOf(place: Place, number: number): Ends {
  const c = 1024 + (number % 64_000);
  const s = 1 + Math.floor(number / 64_000);
  const end = (address: bigint, port: number, on?: string): End => ({ address, port, on });
  switch (place) {
    case 'forward':
      return { c: end(CLIENT, c, 'eth0'), s: end(SERVER, s, 'eth1') };
    case 'back':
      return { c: end(SERVER, c, 'eth1'), s: end(CLIENT, s, 'eth0') };
    case 'in':
      return { c: end(CLIENT, c, 'eth0'), s: end(HOST, s) };
    case 'out':
      return { c: end(HOST_TOO, c), s: end(SERVER, s, 'eth1') };
    case 'lo':
      return { c: end(HOST, c), s: end(HOST_TOO, s) };
  }
}

/** One packet of a flow. */
export interface Step {
  readonly from: Who;
  /** The packet in words, for reports. */
  readonly note: string;
  /** Its bytes from the IP header on. */
  build(ends: Ends, ttl: number): Uint8Array;
}

/** A step as it was sent: after so many pauses. */
export interface Timed {
  readonly step: Step;
  readonly round: number;
}

export interface Flow {
  readonly kind: string;
  readonly place: Place;
  readonly steps: readonly Step[];
}

/** A packet of `from` to the other end. */
export function packetOf(ends: Ends, from: Who, transport: Transport, fields: Partial<Ipv4Fields>): Uint8Array {
  return ipv4({ src: ends[from].address, dst: ends[other(from)].address, id: 7, ...fields }, transport);
}
