import { describe, expect, it } from 'vitest';
import type { Action, RuleIr, RulesetIr } from '../../ir/chain-ir.js';
import { all, eq, masked, range, type Predicate, type Step } from '../../ir/predicate.js';
import type { BodyStep } from './bodies.js';
import { planBitvector } from './plan-bitvector.js';
import { stackDepth } from './positions.js';

const req = (predicate: Predicate): Step => ({ kind: 'require', predicate });
const hot = (predicate: Predicate): Step => ({ kind: 'hotdrop-if', predicate });
const short: Predicate = masked('l4State', 1, 1);
const limit: Step = { kind: 'call', stub: 'limit', config: [1n, 5n], invert: false };

function ir(chains: Record<string, readonly { steps?: readonly Step[]; action?: Action }[]>): RulesetIr {
  let slot = 0;
  const built = Object.entries(chains).map(([name, rules]) => ({
    name,
    rules: rules.map(({ steps = [], action = { kind: 'accept' } }): RuleIr => ({ slot: slot++, steps, action, text: `${name} ${slot}` })),
  }));
  return {
    family: 'ipv4',
    slots: 100,
    chains: built.map((chain) => (['INPUT', 'FORWARD'].includes(chain.name) ? { ...chain, policy: { verdict: 'drop', slot: 99 } } : chain)),
  };
}

/** A plan whose fields are all worth a lookup: every rule is there three times. */
const planned = (...steps: (readonly Step[])[]): ReturnType<typeof planBitvector> =>
  planBitvector(ir({ INPUT: steps.flatMap((one) => [{ steps: one }, { steps: one }, { steps: one }]) }));

const bodyOf = (plan: ReturnType<typeof planBitvector>, position: number, kind: 'ordinary' | 'odd'): readonly BodyStep[] => {
  const id = plan.planned[position]![kind];
  return id === 0 ? [] : plan.bodies[id - 1]!.steps;
};

describe('planBitvector', () => {
  it('leaves nothing to verify where lookups decide all', () => {
    const plan = planned([req(all(eq('proto', 17), range('dport', 1, 9)))], [req(eq('src', 1))]);
    expect(plan.fields.map(({ field }) => field)).toEqual(['dport', 'proto', 'src']);
    expect(plan.bodies).toEqual([]);
    expect(plan.odd).toBeUndefined();
  });

  it('keeps the guards for odd packets alone, and looks behind them again', () => {
    const steps = [req(eq('proto', 6)), hot(eq('fragOffset', 1)), req(eq('fragOffset', 0)), hot(short), req(eq('dport', 22))];
    const plan = planned(steps);
    expect(bodyOf(plan, 0, 'ordinary')).toEqual([]);
    expect(bodyOf(plan, 0, 'odd')).toEqual([hot(eq('fragOffset', 1)), req(eq('fragOffset', 0)), hot(short), { kind: 'look-again' }]);
    expect([...plan.filtersOdd]).toEqual(['proto']);
    expect(plan.odd).toEqual({ kind: 'any', of: [all(eq('proto', 6), eq('fragOffset', 1)), all(eq('proto', 6), short)] });
    expect(plan.bodies).toHaveLength(1);
  });

  it('runs a field before the guards by itself when it stands behind them elsewhere', () => {
    const plan = planned([req(eq('dport', 1))], [hot(short), req(eq('dport', 2))]);
    expect(bodyOf(plan, 0, 'odd')).toEqual([req(eq('dport', 1))]);
    expect(bodyOf(plan, 3, 'odd')).toEqual([hot(short), { kind: 'look-again' }]);
    expect(plan.filtersOdd.size).toBe(0);
  });

  const soleLimit = { kind: 'sole-call', stub: 'limit', invert: false };

  it('keeps everything from the first call on in order; rules with one call share a body', () => {
    const plan = planned([req(eq('proto', 6)), limit, req(eq('dport', 1))]);
    expect(plan.fields.map(({ field }) => field)).toEqual(['proto']);
    expect(bodyOf(plan, 1, 'ordinary')).toEqual([soleLimit, req(eq('dport', 1))]);
    expect(plan.bodies).toHaveLength(1);
  });

  it('gives rules with several calls a body each, as their slots are in it', () => {
    const plan = planned([limit, limit]);
    expect(bodyOf(plan, 1, 'ordinary')).toEqual([limit, limit]);
    expect(plan.bodies.map(({ rule }) => rule.slot)).toEqual([0, 1, 2]);
  });

  it('verifies what no lookup can say, before the calls', () => {
    const oddMask = masked('src', 0xff0000ffn, 1);
    const plan = planned([req(oddMask), req({ kind: 'tcp-option', option: 5 }), limit]);
    expect(bodyOf(plan, 0, 'ordinary')).toEqual([req(oddMask), req({ kind: 'tcp-option', option: 5 }), soleLimit]);
  });

  it('ends every chain with a position that always matches', () => {
    const plan = planBitvector(ir({ INPUT: [{ steps: [req(eq('src', 1))] }], a: [] }));
    expect(plan.layout.positions.map(({ kind }) => kind)).toEqual(['rule', 'policy', 'end']);
    expect([plan.layout.start.get('a'), plan.layout.end.get('a')]).toEqual([2, 2]);
  });
});

describe('stackDepth', () => {
  it('counts jumps, not gotos, on the longest way', () => {
    const jump = (chain: string): { action: Action } => ({ action: { kind: 'jump', chain } });
    const goto = (chain: string): { action: Action } => ({ action: { kind: 'goto', chain } });
    expect(stackDepth(ir({ INPUT: [jump('a'), jump('c')], a: [goto('b')], b: [jump('c')], c: [] }))).toBe(2);
    expect(stackDepth(ir({ INPUT: [goto('a')], a: [] }))).toBe(0);
    expect(stackDepth(ir({ INPUT: [goto('a'), jump('a')], a: [] }))).toBe(1);
  });

  it('is no recursion', () => {
    const deep = Array.from({ length: 15_000 }, (_, i): [string, { action: Action }[]] => [`c${i}`, i < 14_999 ? [{ action: { kind: 'jump', chain: `c${i + 1}` } }] : []]);
    expect(stackDepth(ir({ INPUT: [{ action: { kind: 'jump', chain: 'c0' } }], ...Object.fromEntries(deep) }))).toBe(15_000);
  });
});
