/** How long flows without a state machine live: settings made short, packets before and after, settings changed between packets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ipv4, rawTransport, type Transport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { icmpQuery } from '../../src/net/icmp.js';
import { udp } from '../../src/net/udp.js';
import { setSysctls } from '../harness/namespaces.js';
import type { TwinPacket } from '../harness/packet.js';
import type { Both } from './both.js';
import type { Step } from './follow.js';
import { conntrack } from './model/settings.js';

const CLIENTS = ipv4Address('10.200.0.20');
const SERVER = ipv4Address('10.200.1.2');

/** Seconds for all of them, by the end of net.netfilter.nf_conntrack_NAME. */
export type Lifetimes = Readonly<Record<string, number>>;

const SCTP_STATES = { closed: 10, cookie_wait: 3, cookie_echoed: 3, established: 210, heartbeat_sent: 30, shutdown_sent: 3, shutdown_recd: 3, shutdown_ack_sent: 3 };

/** As the kernel ships them. */
export const USUAL_LIFETIMES: Lifetimes = {
  udp_timeout: 30, udp_timeout_stream: 120, icmp_timeout: 30, generic_timeout: 600, gre_timeout: 30, gre_timeout_stream: 180,
  ...Object.fromEntries(Object.entries(SCTP_STATES).map(([state, seconds]) => [`sctp_timeout_${state}`, seconds])),
};

/** A second for each state of an association. */
export const SCTP_SHORT: Lifetimes = Object.fromEntries(Object.keys(SCTP_STATES).map((state) => [`sctp_timeout_${state}`, 1]));

/** Sets them in a namespace. */
export function setLifetimes(namespace: string, lifetimes: Lifetimes): void {
  setSysctls(namespace, conntrack(lifetimes));
}

/** One kind of flow: its packets, and the settings it lives by. */
interface Kind {
  readonly name: string;
  packet(back: boolean): Transport;
  readonly unanswered: string;
  readonly answered: string;
}

const words = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

const KINDS: readonly Kind[] = [
  { name: 'udp', unanswered: 'udp_timeout', answered: 'udp_timeout_stream', packet: (back) => udp(back ? { sport: 53, dport: 4000 } : { sport: 4000, dport: 53 }, new Uint8Array(9)) },
  { name: 'udplite', unanswered: 'udp_timeout', answered: 'udp_timeout_stream', packet: (back) => udp(back ? { sport: 53, dport: 4000 } : { sport: 4000, dport: 53 }, new Uint8Array(9), 136) },
  { name: 'icmp', unanswered: 'icmp_timeout', answered: 'icmp_timeout', packet: (back) => icmpQuery(back ? 0 : 8, 40, 1) },
  { name: 'gre', unanswered: 'gre_timeout', answered: 'gre_timeout_stream', packet: () => rawTransport(47, words(0, 0, 8, 0, 1, 2, 3, 4)) },
  { name: 'protocol 99', unanswered: 'generic_timeout', answered: 'generic_timeout', packet: () => rawTransport(99, new Uint8Array(8)) },
];

/**
 * Steps of one flow of each kind side by side, written `c` (client sends), `s`, a number of milliseconds to wait, `short=SECONDS` and `long=SECONDS`:
 * how long flows live unanswered and answered (short where there is but one such setting).
 */
function life(script: string, number: number): Step[] {
  const steps: Step[] = [];
  let wait = 0;
  let changes: Record<string, number> = {};
  for (const word of script.split(' ')) {
    const [name = '', seconds] = word.split('=');
    if (seconds !== undefined) {
      for (const kind of KINDS) if (name === 'short' || kind.answered !== kind.unanswered) changes[name === 'short' ? kind.unanswered : kind.answered] = Number(seconds);
    } else if (name !== 'c' && name !== 's') wait += Number(name);
    else {
      const before = prelude(wait, changes);
      steps.push(...KINDS.map((kind, index) => ({ note: `${kind.name}:${name}`, packet: packet(kind, name === 's', number), ...(index === 0 ? { before } : {}) })));
      [wait, changes] = [0, {}];
    }
  }
  return steps;
}

/** Settings hold from the packet on that comes next, waiting or not. */
function prelude(milliseconds: number, changes: Lifetimes): (both: Both) => Promise<void> {
  return async (both) => {
    if (Object.keys(changes).length > 0) setLifetimes(both.side.dut, changes);
    await sleep(milliseconds);
  };
}

/** Protocols without ports have one flow for two hosts: each life has a client of its own. */
function packet(kind: Kind, back: boolean, number: number): TwinPacket {
  const client = CLIENTS + BigInt(number);
  const ends = back ? { src: SERVER, dst: client } : { src: client, dst: SERVER };
  return { kind: 'arrives', on: back ? 'eth1' : 'eth0', l3: ipv4({ ...ends, id: 7 }, kind.packet(back)) };
}

const LIVES: readonly string[] = [
  // Not answered: gone after its time; alive until then, and each packet starts it anew.
  'short=1 long=4 c 600 c 600 s 1400 s',
  'short=1 long=4 c 1400 s c',
  // Answered at once: which of the two times holds, with and without two seconds behind it.
  'short=1 long=3 c s c 1400 s c',
  'short=3 long=6 c s 2300 c 3300 s c',
  'short=3 long=1 c s 2300 c s 1400 c s',
  // A change holds from the next packet on, for GRE from the next flow on.
  'short=30 long=30 c short=1 long=1 c 1400 s',
  'short=1 long=1 c short=30 long=30 c 1400 s c',
  'short=1 long=1 c s short=30 long=30 c s 1400 s c',
];

/** Name and steps of each. */
export function lives(): (readonly [string, Step[]])[] {
  return LIVES.map((script, number) => [script, life(script, number)] as const);
}
