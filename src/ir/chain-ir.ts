/**
 * The lowered ruleset: chains of rules whose matches are steps and whose targets are actions.
 * Pure data, no text, no instructions. Rule `slot`s number the counters of one generation.
 */
import type { Family } from '../ruleset/model.js';
import type { Step } from './predicate.js';

/** What happens when a rule matches (after its counter moved). */
export type Action =
  | { readonly kind: 'continue' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  /** Terminating answer (REJECT): dropped, and the action stage sends the reply `type` (a number of bpf/layout.h). */
  | { readonly kind: 'reject'; readonly type: number }
  /** Non-terminating side effect (LOG): the stub runs, then the walk goes on. */
  | { readonly kind: 'effect'; readonly stub: string; readonly config: readonly bigint[] };

export interface RuleIr {
  /** Counter slot, unique in the generation, 0-based, dense. */
  readonly slot: number;
  /** May be made anew at each look: look once. Only calls are the same objects every time. */
  readonly steps: readonly Step[];
  /** True: no step is a call, known without a look at the steps. */
  readonly pure?: boolean;
  readonly action: Action;
  /** The rule as iptables-save prints it: for explain and for verifier complaints. Made when asked for. */
  readonly text: string;
}

export interface ChainIr {
  readonly name: string;
  /** Built-in chains only, with the counter slot of the policy. */
  readonly policy?: { readonly verdict: 'accept' | 'drop'; readonly slot: number };
  readonly rules: readonly RuleIr[];
}

export interface RulesetIr {
  readonly family: Family;
  /** Built-in chains first, then user chains, in listing order. */
  readonly chains: readonly ChainIr[];
  /** Slots used: rules and policies. */
  readonly slots: number;
}
