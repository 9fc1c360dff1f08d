/** Everything outside the process that the command uses. */
import type { FlowStore } from './flow-store.js';

export interface ConntrackHost {
  /** The name the program was called by: usage and some messages show it. */
  readonly calledAs: string;
  /** Whether the caller may look at the flow table. */
  readonly privileged: boolean;
  out(text: string): void;
  err(text: string): void;
  openStore(): FlowStore;
  /** Names of connection labels; undefined where the host has no list of them. */
  labels(): ReadonlySet<string> | undefined;
  /** Whether the call has been asked to end (SIGINT, SIGTERM): looked at between waits. */
  interrupted(): boolean;
  /** Milliseconds since 1970, with fractions: the time of an event where it is shown. */
  wallClock(): number;
}
