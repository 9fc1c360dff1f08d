/** What is left to verify at a candidate after the vectors have spoken, without repetition: most rules need nothing. */
import type { RuleIr } from '../../ir/chain-ir.js';
import type { Step } from '../../ir/predicate.js';
import { Sequences } from './sequences.js';

/**
 * A step of a body: of the rule, or a look at what the tables say about the rule and the packet in full, or the only call of its rule: as the action then
 * names the call's slot, rules share the body.
 */
export type BodyStep = Step | { readonly kind: 'look-again' } | { readonly kind: 'sole-call'; readonly stub: string; readonly invert: boolean };

type Call = Extract<Step, { kind: 'call' }>;

/** The call of a rule that has one, and its index among the steps. */
export function soleCall(rule: RuleIr): { readonly call: Call; readonly index: number } | undefined {
  if (rule.pure === true) return undefined;
  const calls = rule.steps.flatMap((step, index) => (step.kind === 'call' ? [{ call: step, index }] : []));
  return calls.length === 1 ? calls[0] : undefined;
}

export interface Body {
  readonly steps: readonly BodyStep[];
  /** A rule that has it; the only one if it has calls of several. */
  readonly rule: RuleIr;
}

/** Numbers bodies from 1; 0 is the empty one. */
export class Bodies {
  readonly list: Body[] = [];
  private readonly sequences = new Sequences<BodyStep>();
  /** By sequence; bodies with calls by rule and sequence. */
  private readonly known = new Map<number | string, number>();

  idOf(rule: RuleIr, steps: readonly BodyStep[]): number {
    if (steps.length === 0) return 0;
    const sequence = steps.reduce((before, step) => this.sequences.and(before, step), 0);
    const key = steps.some((step) => step.kind === 'call') ? `${rule.slot} ${sequence}` : sequence;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.list.push({ steps, rule });
    this.known.set(key, this.list.length);
    return this.list.length;
  }
}
