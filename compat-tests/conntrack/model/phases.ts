/** The parts of a run: what flows it makes, under which settings, with pauses or without. */
import type { Random } from '../../../src/property/random.js';
import { icmpFlow, udpFlow } from './datagram-flow.js';
import { PLACES, type Flow } from './flow.js';
import { conntrack, SHIPPED, type Sysctls } from './settings.js';
import { tcpFlow, type TcpTaste } from './tcp-flow.js';

export const KINDS = ['tcp', 'udp', 'icmp'] as const;
export type Kind = (typeof KINDS)[number];

export interface Phase {
  readonly name: string;
  readonly share: number;
  readonly sysctls: Sysctls;
  readonly taste: TcpTaste;
  readonly kinds?: readonly Kind[];
  /** Flows are cut into this many rounds with a pause between: what has run out meanwhile is gone. */
  readonly rounds?: number;
}

const TIMEOUTS = ['tcp_timeout_syn_sent', 'tcp_timeout_syn_recv', 'tcp_timeout_established', 'tcp_timeout_fin_wait', 'tcp_timeout_close_wait', 'tcp_timeout_last_ack', 'tcp_timeout_time_wait', 'tcp_timeout_close', 'tcp_timeout_max_retrans', 'tcp_timeout_unacknowledged', 'udp_timeout', 'udp_timeout_stream', 'icmp_timeout', 'generic_timeout'];

/** Seconds between the rounds of a phase with pauses: no multiple is nearer than half a second to a timeout. */
export const PAUSE = 1.5;
/** The timeouts of such phases, in seconds; 2 is also the age from which a UDP flow is a stream. */
export const SHORT = [1, 2, 4];

/** Long enough that nothing runs out in the middle of a run. */
const LONG = Object.fromEntries(TIMEOUTS.map((name) => [name, 600]));

/** Each timeout 1, 2 or 4 seconds, as the seed has it. */
function short(random: Random): Record<string, number> {
  return Object.fromEntries(TIMEOUTS.map((name) => [name, random.pick(SHORT)]));
}

/** Flags alone, windows out of the judgement: differences here are not about sequence numbers. */
const FLAGS_ONLY: TcpTaste = { odd: 0.15, oddities: ['flags', 'old', 'checksum', 'header', 'synAck'] };
const ALL: TcpTaste = { odd: 0.12 };

/** All parts of a run, their settings as `random` has them. */
export function phases(random: Random): Phase[] {
  const settings = (changed: Readonly<Record<string, number>>): Sysctls => conntrack({ ...SHIPPED, ...LONG, ...changed });
  return [
    { name: 'liberal, odd flags', share: 8, sysctls: settings({ tcp_be_liberal: 1 }), taste: FLAGS_ONLY, kinds: ['tcp'] },
    { name: 'legal', share: 12, sysctls: settings({}), taste: { odd: 0 } },
    { name: 'as shipped', share: 40, sysctls: settings({}), taste: ALL },
    { name: 'much that is odd', share: 10, sysctls: settings({}), taste: { odd: 0.45 } },
    { name: 'liberal', share: 6, sysctls: settings({ tcp_be_liberal: 1 }), taste: ALL, kinds: ['tcp'] },
    { name: 'not loose', share: 6, sysctls: settings({ tcp_loose: 0 }), taste: ALL, kinds: ['tcp'] },
    { name: 'invalid resets ignored', share: 4, sysctls: settings({ tcp_ignore_invalid_rst: 1 }), taste: ALL, kinds: ['tcp'] },
    { name: 'checksums not looked at', share: 2, sysctls: settings({ checksum: 0 }), taste: ALL },
    { name: 'short timeouts', share: 6, sysctls: conntrack({ ...SHIPPED, ...short(random) }), taste: { odd: 0.06 }, rounds: 5 },
    { name: 'other short timeouts', share: 6, sysctls: conntrack({ ...SHIPPED, ...short(random) }), taste: ALL, rounds: 5 },
  ];
}

/** A flow as a phase makes them. */
export function flowOf(random: Random, phase: Phase, only?: Kind): Flow {
  const kinds = (phase.kinds ?? KINDS).filter((each) => only === undefined || each === only);
  const weights = { tcp: 50, udp: 25, icmp: 25 };
  const kind = random.weighted(Object.fromEntries(kinds.map((each) => [each, weights[each]])) as Record<Kind, number>);
  const place = random.weighted({ forward: 45, back: 20, in: 15, out: 12, lo: 8 } satisfies Record<(typeof PLACES)[number], number>);
  const { taste } = phase;
  const steps = kind === 'tcp' ? tcpFlow(random, taste) : kind === 'udp' ? udpFlow(random, taste.odd) : icmpFlow(random, taste.odd);
  return { kind, place, steps };
}
