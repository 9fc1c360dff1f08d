/** What the command needs of the flow table, so that tests can run it without a kernel. */
import type { Flow } from '../../kernel/flows/flow.js';
import type { FlowEvent } from '../../kernel/flows/flow-events.js';
import type { FlowStatistics } from '../../kernel/flows/table.js';
import type { FlowFamily } from './request.js';

/** One CPU's counts, by the names that conntrack(8) prints them under. */
export type CpuStatistics = Omit<FlowStatistics, 'unlocked'>;

export const NOTHING_COUNTED: CpuStatistics = {
  found: 0, invalid: 0, insert: 0, insert_failed: 0, drop: 0, early_drop: 0, error: 0, search_restart: 0, clash_resolve: 0, chaintoolong: 0,
};

/** Flows that are not over, and jiffies64 when they were looked at. */
export interface FlowsNow {
  readonly flows: readonly Flow[];
  readonly now: bigint;
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
