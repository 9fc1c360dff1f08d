import { describe, expect, it } from 'vitest';
import type { RulesetIr } from '../ir/chain-ir.js';
import { planRuleset } from './choose.js';

function ir(rules: number): RulesetIr {
  const chain = { name: 'INPUT', policy: { verdict: 'accept', slot: rules } as const, rules: Array.from({ length: rules }, (_, slot) => ({ slot, steps: [], action: { kind: 'continue' } as const, text: `rule ${slot}` })) };
  return { family: 'ipv4', chains: [chain], slots: rules + 1 };
}

describe('planRuleset', () => {
  it('takes straight-line code for few rules and vectors for many, and says why', () => {
    expect(planRuleset(ir(64)).strategy.kind).toBe('linear');
    const many = planRuleset(ir(65));
    expect(many.strategy.kind).toBe('bitvector');
    expect(many.reasons.join()).toMatch(/more than 64 rules/);
  });

  it('does as told', () => {
    expect(planRuleset(ir(1), { strategy: 'bitvector' }).strategy.kind).toBe('bitvector');
    expect(planRuleset(ir(1000), { strategy: 'linear' }).strategy.kind).toBe('linear');
    expect(() => planRuleset(ir(1001), { strategy: 'linear' })).toThrow('1000');
  });
});
