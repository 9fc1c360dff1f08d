/** What is left to verify at a candidate after the vectors have spoken, without repetition: most rules need nothing. */
import type { RuleIr } from '../../ir/chain-ir.js';
import type { Step } from '../../ir/predicate.js';

/** A step of a body: of the rule, or a look at the rule's bit in the vectors of all fields. */
export type BodyStep = Step | { readonly kind: 'vectors' };

export interface Body {
  readonly steps: readonly BodyStep[];
  /** A rule that has it; the only one if it calls stubs. */
  readonly rule: RuleIr;
}

/** Text that is equal for equal steps and predicates. */
export const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

/** Numbers bodies from 1; 0 is the empty one. */
export class Bodies {
  readonly list: Body[] = [];
  private readonly byKey = new Map<string, number>();

  idOf(rule: RuleIr, steps: readonly BodyStep[]): number {
    if (steps.length === 0) return 0;
    const own = steps.some((step) => step.kind === 'call') ? `${rule.slot}` : '';
    const key = `${own}${keyOf(steps)}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    this.list.push({ steps, rule });
    this.byKey.set(key, this.list.length);
    return this.list.length;
  }
}
