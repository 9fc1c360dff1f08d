/** A flow as conntrack(8) shows it: what of it the kernel would tell, in numbers and words. */
import type { FlowEvent } from '../../kernel/flows/flow-events.js';
import { FLOW_STATUS, type Flow, type FlowTuple } from '../../kernel/flows/flow.js';

/** What an entry is shown as: of a listing, or of an event. */
export type EventKind = FlowEvent['kind'];

export interface Occasion {
  /** Undefined: an entry of a listing. */
  readonly event?: EventKind;
  /** Who holds the entry besides the table, in -G the lookup: shown as one more use. */
  readonly held?: true;
  /** jiffies64 at the time, and jiffies per second. */
  readonly now: bigint;
  readonly hz: number;
}

/** Seconds until the flow is over; undefined where the kernel tells none: of a flow that is over. */
export function secondsLeft(flow: Flow, { event, now, hz }: Occasion): bigint | undefined {
  const left = flow.expires > now ? (flow.expires - now) / BigInt(hz) : 0n;
  return left === 0n && event === 'destroy' ? undefined : left;
}

/** Events tell the mark of a flow that has one, listings always. */
export function shownMark(flow: Flow, { event }: Occasion): number | undefined {
  return event !== undefined && flow.mark === 0 ? undefined : flow.mark;
}

/** The count of uses that a listing shows; events show none. */
export function shownUse({ event, held }: Occasion): number | undefined {
  return event === undefined ? (held ? 2 : 1) : undefined;
}

/** Shown as [UNREPLIED]. */
export function isUnreplied(flow: Flow): boolean {
  return (flow.status & FLOW_STATUS.seenReply) === 0;
}

/** Shown as [ASSURED]. */
export function isAssured(flow: Flow): boolean {
  return (flow.status & FLOW_STATUS.assured) !== 0;
}

export type Direction = 'original' | 'reply';
export const FLOW_DIRECTIONS: readonly Direction[] = ['original', 'reply'];

export function tupleOf(flow: Flow, direction: Direction): FlowTuple {
  return flow[direction];
}

/** Queries of ICMP and ICMPv6 and their answers. */
const ANSWERS: ReadonlyMap<number, number> = new Map([[8, 0], [13, 14], [15, 16], [17, 18], [128, 129], [139, 140]]);

/** Type, code and identifier of a direction; undefined where the flow is none of ICMP. */
export function icmpOf(flow: Flow, direction: Direction): { readonly type: number; readonly code: number; readonly id: number } | undefined {
  if (!flow.icmp) return undefined;
  const { type, code } = flow.icmp;
  return { type: direction === 'original' ? type : (ANSWERS.get(type) ?? type), code, id: flow.original.sport };
}

/** Entries of DCCP are shown with ports that the kernel, which has had no tracker for it since 6.17, does not tell. */
export function hasPorts(proto: number): boolean {
  return [6, 17, 33, 132, 136].includes(proto);
}

export const PROTO_DCCP = 33;
export const PROTO_GRE = 47;
