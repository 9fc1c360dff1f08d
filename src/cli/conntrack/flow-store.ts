/** What the command needs of the flow table, so that tests can run it without a kernel. */
import type { Flow } from '../../kernel/flows/flow.js';
import type { EventKind } from './shown-flow.js';
import type { FlowFamily } from './request.js';

/** One CPU's counts, by the names that conntrack(8) prints them under. */
export interface CpuStatistics {
  readonly found: number;
  readonly invalid: number;
  readonly insert: number;
  readonly insert_failed: number;
  readonly drop: number;
  readonly early_drop: number;
  readonly error: number;
  readonly search_restart: number;
  readonly clash_resolve: number;
  readonly chaintoolong: number;
}

export const NOTHING_COUNTED: CpuStatistics = {
  found: 0, invalid: 0, insert: 0, insert_failed: 0, drop: 0, early_drop: 0, error: 0, search_restart: 0, clash_resolve: 0, chaintoolong: 0,
};

/** Flows that are not over, and jiffies64 when they were looked at. */
export interface FlowsNow {
  readonly flows: readonly Flow[];
  readonly now: bigint;
}

/** Something that happened to a flow, as it was then. */
export interface FlowEvent {
  readonly kind: EventKind;
  readonly flow: Flow;
  /** jiffies64 when it happened. */
  readonly at: bigint;
}

/** Events as they come. */
export interface FlowEvents {
  /** Those that have come, waiting up to so long for the first; empty when none has. */
  take(milliseconds: number): readonly FlowEvent[];
  /** How many have been lost since the last call, the buffer being full. */
  takeLost(): number;
}

export interface FlowStore {
  list(): FlowsNow;
  /** Deletes flows; returns those that were still there. */
  delete(flows: readonly Flow[]): readonly Flow[];
  /** Deletes all, or all of a family. */
  flush(family: FlowFamily | undefined): void;
  count(): number;
  /** In the order of the CPUs. */
  statistics(): readonly CpuStatistics[];
  /** Jiffies per second. */
  readonly hz: number;
  /** Bytes of the buffer that events lie in until they are taken. */
  readonly eventBytes: number;
  /** Calls `body` while events are reported. */
  listen(body: (events: FlowEvents) => Promise<void>): Promise<void>;
}
