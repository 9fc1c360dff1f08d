import { describe, expect, it } from 'vitest';
import { OtherProblem } from '../errors/errors.js';
import type { RulesetIr } from '../ir/chain-ir.js';
import { all, any, eq, not, type Predicate, type Step } from '../ir/predicate.js';
import { planRuleset } from './choose.js';
import { LINEAR_UP_TO } from './cost.js';
import type { StrategyName } from './plan.js';

function ir(rules: number, steps: readonly Step[] = []): RulesetIr {
  const chain = { name: 'INPUT', policy: { verdict: 'accept', slot: rules } as const, rules: Array.from({ length: rules }, (_, slot) => ({ slot, steps, action: { kind: 'continue' } as const, text: `rule ${slot}` })) };
  return { family: 'ipv4', chains: [chain], slots: rules + 1 };
}

describe('planRuleset', () => {
  it('takes straight-line code for few rules and vectors for many, and says why', () => {
    expect(planRuleset(ir(LINEAR_UP_TO)).strategy.kind).toBe('linear');
    const many = planRuleset(ir(LINEAR_UP_TO + 1));
    expect(many.strategy.kind).toBe('bitvector');
    expect(many.reasons.join()).toMatch(new RegExp(`more than ${LINEAR_UP_TO} rules.*predicted: linear \\d+ ns a packet, [\\d.]+ MB; bitvector .* ns.*; home .* ns`));
  });

  it('takes lists by prefix where they are short, vectors where rules are alike or lists do not say what they ask', () => {
    const chain = (steps: (slot: number) => Predicate[]): RulesetIr => {
      const plain = ir(1000);
      return { ...plain, chains: plain.chains.map((one) => ({ ...one, rules: one.rules.map((rule) => ({ ...rule, steps: steps(rule.slot).map((predicate) => ({ kind: 'require', predicate })) })) })) };
    };
    const kind = (steps: (slot: number) => Predicate[]): string => planRuleset(chain(steps)).strategy.kind;
    expect(kind((slot) => [eq('src', 0x0a000000 + slot * 7)])).toBe('home');
    expect(kind((slot) => [eq('src', 0x0a000000 + (slot >> 4)), eq('dst', 0x0b000000 + (slot >> 4))])).toBe('bitvector');
    expect(kind((slot) => [eq('inIfaceHi', slot + 1)])).toBe('bitvector');
    // Long lists whose ports tell rules apart, as do vectors.
    expect(kind((slot) => [eq('src', 0x0a000000 + (slot >> 9)), eq('dport', slot), eq('tcpFlags', 2)])).toBe('bitvector');
    // Every word of the vectors has a rule that the address of one side lets through, though each has something left to verify.
    expect(kind((slot) => [eq(slot % 2 === 0 ? 'src' : 'dst', 0x0a000000 + slot), eq('tcpFlags', 2)])).toBe('home');
  });

  it('takes vectors where every packet passes rules that end nothing', () => {
    const passed = (count: number): string => {
      const plain = ir(1000);
      return planRuleset({ ...plain, chains: plain.chains.map((one) => ({ ...one, rules: one.rules.map((rule) => ({ ...rule, steps: rule.slot < count ? [] : [{ kind: 'require', predicate: eq('src', 0x0a000000 + rule.slot) }] })) })) }).strategy.kind;
    };
    expect(passed(0)).toBe('home');
    expect(passed(8)).toBe('bitvector');
  });

  it('does as told', () => {
    expect(planRuleset(ir(1), { strategy: 'bitvector' }).strategy.kind).toBe('bitvector');
    expect(planRuleset(ir(1000), { strategy: 'linear' }).strategy.kind).toBe('linear');
    expect(() => planRuleset(ir(1001), { strategy: 'linear' })).toThrow('1000');
  });

  it('takes vectors for few rules that compare more than the verifier would follow', () => {
    const ports: Step = { kind: 'require', predicate: any(...Array.from({ length: 200 }, (_, port) => eq('dport', port))) };
    expect(planRuleset(ir(35, [ports])).strategy.kind).toBe('linear');
    expect(planRuleset(ir(36, [ports])).strategy.kind).toBe('bitvector');
    const call: Step = { kind: 'call', stub: 'limit', config: [], invert: false };
    expect(planRuleset(ir(50, [call])).strategy.kind).toBe('linear');
    expect(planRuleset(ir(51, [call, call])).strategy.kind).toBe('bitvector');
  });
});

describe('stages needed', () => {
  const req = (predicate: Predicate): Step => ({ kind: 'require', predicate });
  const call: Step = { kind: 'call', stub: 'limit', config: [], invert: false };
  const rules: readonly (readonly Step[])[] = [
    [req(eq('ctState', 4))],
    [req(all(eq('src', 1), not(any(eq('dport', 1), eq('ctState', 4)))))],
    [call, req(eq('ctState', 4))],
    [{ kind: 'hotdrop-if', predicate: eq('ctState', 1) }],
    [req({ kind: 'tcp-option', option: 2 })],
    [{ kind: 'hotdrop-if', predicate: eq('l4State', 1) }, req(not({ kind: 'tcp-option', option: 2 }))],
    [req(not(eq('srcType', 2)))],
    [req(eq('src', 1)), req(eq('dport', 1)), call],
    [],
    [req(eq('ctDirection', 1))],
    [req(not(eq('ctExpires', 30)))],
    [req(not(eq('cpu', 1)))],
  ];

  it.each(rules.map((steps, index) => [index, steps] as const))('are the same by every strategy (%i)', (_, steps) => {
    const needs = (strategy: StrategyName): unknown => planRuleset(ir(3, steps), { strategy }).needs;
    expect(needs('home')).toEqual(needs('bitvector'));
    expect(needs('linear')).toEqual(needs('bitvector'));
  });

  it('are none without such tests, and those that are tested', () => {
    const needed = (index: number): string[] => Object.entries(planRuleset(ir(3, rules[index]), { strategy: 'home' }).needs).flatMap(([name, is]) => (is === true ? [name] : []));
    expect(rules.map((_, index) => needed(index))).toEqual([
      ['conntrack'], ['conntrack'], ['conntrack'], ['conntrack'], ['tcpOptions'], ['tcpOptions'], ['addressTypes'], [], [], ['conntrack'], ['conntrack', 'conntrackEntry'], ['around'],
    ]);
  });
});

describe('planRuleset for a kernel without may_goto', () => {
  const old = { release: { major: 6, minor: 8 } };

  it('takes straight-line code as far as it goes, and says why', () => {
    const { strategy, reasons } = planRuleset(ir(1000), old);
    expect(strategy.kind).toBe('linear');
    expect(reasons).toEqual(['1000 rules once user chains are expanded: straight-line compares, the only strategy that Linux 6.8 can run (vectors need 6.9)']);
  });

  it('refuses what does not fit, in words', () => {
    expect(() => planRuleset(ir(1001), old)).toThrow(new OtherProblem('too many rules for Linux 6.8: with user chains expanded it takes at most 1000, fewer if they compare much; more need Linux 6.9'));
    expect(() => planRuleset(ir(1), { ...old, strategy: 'bitvector' })).toThrow(OtherProblem);
  });

  it('is not any newer one', () => {
    for (const release of [{ major: 6, minor: 9 }, { major: 6, minor: 18 }, { major: 7, minor: 0 }]) expect(planRuleset(ir(LINEAR_UP_TO + 1), { release }).strategy.kind).toBe('bitvector');
    expect(() => planRuleset(ir(1001), { release: { major: 5, minor: 15 } })).toThrow(OtherProblem);
  });
});
