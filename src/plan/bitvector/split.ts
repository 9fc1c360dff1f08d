/**
 * A rule's steps, split by what a table lookup may decide for it.
 *
 * Requirements before the first stateful call commute as long as no hot drop happens. So for *ordinary* packets, those for which
 * no hot-drop test of any rule can hold, all of them may become bits of vectors. For *odd* packets (truncated headers, ...) order
 * counts: only requirements before the rule's first hot-drop test may filter candidates; the stretch from the first hot-drop test
 * to the last is run as written; requirements behind it may be looked up again.
 */
import type { RuleIr } from '../../ir/chain-ir.js';
import type { FieldName } from '../../ir/field.js';
import type { Predicate, Step } from '../../ir/predicate.js';
import { conjuncts, intervalsOf, soleField, type Intervals } from './intervals.js';

/** A requirement, and how a lookup of one field could decide it, if one can. */
export interface Requirement {
  readonly predicate: Predicate;
  readonly lookup?: { readonly field: FieldName; readonly values: Intervals };
}

/** A step of the stretch that is run as written. */
export type Guard = { readonly kind: 'require'; readonly requirement: Requirement } | { readonly kind: 'hotdrop-if'; readonly predicate: Predicate };

export interface SplitRule {
  readonly rule: RuleIr;
  readonly position: number;
  /** Requirements before the first hot-drop test; all of them where there is none. */
  readonly before: readonly Requirement[];
  /** From the first hot-drop test to the last, both included. */
  readonly guards: readonly Guard[];
  /** Requirements behind the last hot-drop test. */
  readonly after: readonly Requirement[];
  /** From the first call on: evaluated as written, when all the above held. */
  readonly tail: readonly Step[];
}

function requirement(predicate: Predicate): Requirement {
  const field = soleField(predicate);
  const values = field && intervalsOf(predicate, field);
  return field === undefined || values === undefined ? { predicate } : { predicate, lookup: { field, values } };
}

/** Steps with conjunctions opened, so that each requirement tests as few fields as possible. */
function open(step: Step): Guard[] {
  if (step.kind === 'call') return [];
  if (step.kind === 'hotdrop-if') return [step];
  return conjuncts(step.predicate).map((predicate): Guard => ({ kind: 'require', requirement: requirement(predicate) }));
}

/** The requirements among guards, in order. */
export function requirementsOf(guards: readonly Guard[]): Requirement[] {
  return guards.flatMap((guard) => (guard.kind === 'require' ? [guard.requirement] : []));
}

/** Splits the rule at `position` of the layout. */
export function splitRule(rule: RuleIr, position: number): SplitRule {
  const firstCall = rule.steps.findIndex((step) => step.kind === 'call');
  const end = firstCall < 0 ? rule.steps.length : firstCall;
  const tests = rule.steps.slice(0, end).flatMap(open);
  const first = tests.findIndex((guard) => guard.kind === 'hotdrop-if');
  const last = tests.findLastIndex((guard) => guard.kind === 'hotdrop-if');
  const split = { rule, position, tail: rule.steps.slice(end) };
  if (first < 0) return { ...split, before: requirementsOf(tests), guards: [], after: [] };
  return { ...split, before: requirementsOf(tests.slice(0, first)), guards: tests.slice(first, last + 1), after: requirementsOf(tests.slice(last + 1)) };
}
