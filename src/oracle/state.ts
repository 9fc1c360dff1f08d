/** What the oracle remembers between packets: counters, and the private memory of stateful matches and targets. */
import type { Counters } from '../ruleset/model.js';

/** A counter that moved: the 0-based position of a rule in its chain, or the policy of a built-in chain. */
export interface TrailEntry {
  readonly chain: string;
  readonly rule: number | 'policy';
}

/** One run of a ruleset. Make a new one for a new ruleset: a replaced rule starts afresh. */
export interface OracleState {
  /** Key: ruleKey(). Each extension use in a rule has a Map of its own: key `${ruleKey} ${index of the match, or 'target'}`. */
  readonly memory: Map<string, Map<string, unknown>>;
  readonly counters: Map<string, Counters>;
}

export function newOracleState(): OracleState {
  return { memory: new Map(), counters: new Map() };
}

/** Names a counter: rules by 0-based position, policies as `policy`. Chain names hold no blanks. */
export function ruleKey(entry: TrailEntry): string {
  return `${entry.chain} ${entry.rule}`;
}

/** The memory of one match or target of one rule, made when first asked for. */
export function memoryOf(state: OracleState, entry: TrailEntry, part: number | 'target'): Map<string, unknown> {
  const key = `${ruleKey(entry)} ${part}`;
  let memory = state.memory.get(key);
  if (memory === undefined) state.memory.set(key, (memory = new Map()));
  return memory;
}

/** Adds one packet of `length` bytes (layer 3) to every counter on `trail`. A rule met twice on one walk counts twice. */
export function addToCounters(state: OracleState, trail: readonly TrailEntry[], length: number): void {
  for (const entry of trail) {
    const old = countersAt(state, entry);
    state.counters.set(ruleKey(entry), { packets: old.packets + 1n, bytes: old.bytes + BigInt(length) });
  }
}

/** What has been counted at a rule or policy so far. */
export function countersAt(state: OracleState, entry: TrailEntry): Counters {
  return state.counters.get(ruleKey(entry)) ?? { packets: 0n, bytes: 0n };
}
