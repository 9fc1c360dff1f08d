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

/** A requirement as a step, and how a lookup of one field could decide it, if one can. */
export interface Requirement {
  readonly step: Extract<Step, { kind: 'require' }>;
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
  const step = { kind: 'require', predicate } as const;
  const field = soleField(predicate);
  if (field === undefined) return { step };
  const values = intervalsOf(predicate, field);
  return values === undefined ? { step } : { step, lookup: { field, values } };
}

/** Predicates as requirements. A predicate that rules share as one object is looked into once; its requirements are then shared too. */
export class Requirements {
  private readonly opened = new Map<Predicate, readonly Requirement[]>();

  /** Conjunctions are opened, so that each requirement tests as few fields as possible. */
  open(predicate: Predicate): readonly Requirement[] {
    const known = this.opened.get(predicate);
    if (known !== undefined) return known;
    const opened = predicate.kind === 'test' ? [requirement(predicate)] : conjuncts(predicate).map(requirement);
    this.opened.set(predicate, opened);
    return opened;
  }
}

/** The requirements among guards, in order. */
export function requirementsOf(guards: readonly Guard[]): Requirement[] {
  const found: Requirement[] = [];
  for (const guard of guards) if (guard.kind === 'require') found.push(guard.requirement);
  return found;
}

/** Splits the rule at `position` of the layout. */
export function splitRule(rule: RuleIr, position: number, requirements: Requirements): SplitRule {
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
      for (const requirement of requirements.open(step.predicate)) latest.push(requirement);
      continue;
    }
    if (latest !== before) for (const requirement of latest) guards.push({ kind: 'require', requirement });
    guards.push(step);
    latest = [];
  }
  return { rule, position, before, guards, after: latest === before ? [] : latest, tail: end === steps.length ? [] : steps.slice(end) };
}
