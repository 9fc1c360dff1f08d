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
  if (field === undefined) return { predicate };
  const values = intervalsOf(predicate, field);
  return values === undefined ? { predicate } : { predicate, lookup: { field, values } };
}

/** Appends a predicate's requirements: conjunctions are opened, so that each tests as few fields as possible. */
function open(predicate: Predicate, into: Requirement[]): void {
  if (predicate.kind === 'test') into.push(requirement(predicate));
  else for (const part of conjuncts(predicate)) into.push(requirement(part));
}

/** The requirements among guards, in order. */
export function requirementsOf(guards: readonly Guard[]): Requirement[] {
  const found: Requirement[] = [];
  for (const guard of guards) if (guard.kind === 'require') found.push(guard.requirement);
  return found;
}

/** Splits the rule at `position` of the layout. */
export function splitRule(rule: RuleIr, position: number): SplitRule {
  const { steps } = rule;
  const before: Requirement[] = [];
  const guards: Guard[] = [];
  /** Requirements since the last hot-drop test. */
  let latest = before;
  let end = 0;
  for (; end < steps.length; end += 1) {
    const step = steps[end]!;
    if (step.kind === 'call') break;
    if (step.kind === 'require') {
      open(step.predicate, latest);
      continue;
    }
    if (latest !== before) for (const requirement of latest) guards.push({ kind: 'require', requirement });
    guards.push(step);
    latest = [];
  }
  return { rule, position, before, guards, after: latest === before ? [] : latest, tail: end === steps.length ? [] : steps.slice(end) };
}
