/**
 * A rule's steps, split by what a table lookup may decide for it.
 *
 * Requirements before the first stateful call commute as long as no hot drop happens. So for *ordinary* packets, those for which
 * no hot-drop test of any rule can hold, all of them may become bits of vectors. For *odd* packets (truncated headers, ...) order
 * counts: only requirements before the rule's first hot-drop test may filter candidates; the stretch from the first hot-drop test
 * to the last is run as written; requirements behind it may be looked up again.
 */
import type { RuleIr } from '../../ir/chain-ir.js';
import type { Predicate, Step } from '../../ir/predicate.js';
import { conjuncts } from './intervals.js';

type Test = Extract<Step, { kind: 'require' | 'hotdrop-if' }>;

export interface SplitRule {
  /** Requirements before the first hot-drop test. */
  readonly before: readonly Predicate[];
  /** From the first hot-drop test to the last, both included; empty without any. */
  readonly guards: readonly Test[];
  /** Requirements behind the last hot-drop test (all of them, in `before`, where there is none). */
  readonly after: readonly Predicate[];
  /** From the first call on: evaluated as written, when all the above held. */
  readonly tail: readonly Step[];
}

const isTest = (step: Step): step is Test => step.kind !== 'call';

/** Opens conjunctions, so that each requirement tests as few fields as possible. */
function open(steps: readonly Test[]): Test[] {
  return steps.flatMap((step) => (step.kind === 'require' ? conjuncts(step.predicate).map((predicate): Test => ({ kind: 'require', predicate })) : [step]));
}

export function splitRule(rule: RuleIr): SplitRule {
  const firstCall = rule.steps.findIndex((step) => step.kind === 'call');
  const end = firstCall < 0 ? rule.steps.length : firstCall;
  const tests = open(rule.steps.slice(0, end).filter(isTest));
  const first = tests.findIndex((step) => step.kind === 'hotdrop-if');
  const last = tests.findLastIndex((step) => step.kind === 'hotdrop-if');
  const predicates = (part: readonly Test[]): Predicate[] => part.map((step) => step.predicate);
  const tail = rule.steps.slice(end);
  if (first < 0) return { before: predicates(tests), guards: [], after: [], tail };
  return { before: predicates(tests.slice(0, first)), guards: tests.slice(first, last + 1), after: predicates(tests.slice(last + 1)), tail };
}
