import { describe, expect, it } from 'vitest';
import type { Action, ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { FieldName } from '../ir/field.js';
import { all, any, eq, not, type Predicate, type Step } from '../ir/predicate.js';
import { earlyDrop } from './early-drop.js';

/** What a packet is, and what only tc knows: `call` is what every stateful match answers. */
interface World {
  readonly fields: Partial<Record<FieldName, bigint>>;
  readonly call: boolean;
}

function holds(predicate: Predicate, { fields }: World): boolean {
  switch (predicate.kind) {
    case 'const':
      return predicate.value;
    case 'not':
      return !holds(predicate.of, { fields, call: false });
    case 'all':
      return predicate.of.every((part) => holds(part, { fields, call: false }));
    case 'any':
      return predicate.of.some((part) => holds(part, { fields, call: false }));
    case 'test': {
      const value = fields[predicate.field];
      if (value === undefined) throw new Error(`${predicate.field} is not known here`);
      return predicate.lo <= value && value <= predicate.hi;
    }
    case 'tcp-option':
      return false;
  }
}

type Verdict = 'accept' | 'drop' | 'reject';
class Verdicts extends Error {
  constructor(readonly verdict: Verdict) {
    super(verdict);
  }
}

/** Verdict and the slots counted, in order. */
function judge(ir: RulesetIr, world: World): { readonly verdict: Verdict; readonly trail: readonly number[] } {
  const trail: number[] = [];
  const matches = (rule: RuleIr): boolean => rule.steps.every((step) => {
    if (step.kind === 'call') return world.call !== step.invert;
    const held = holds(step.predicate, world);
    if (step.kind === 'hotdrop-if' && held) throw new Verdicts('drop');
    return step.kind === 'hotdrop-if' || held;
  });
  const walk = (name: string): void => {
    for (const rule of ir.chains.find((chain) => chain.name === name)!.rules) {
      if (!matches(rule)) continue;
      trail.push(rule.slot);
      const { action } = rule;
      if (action.kind === 'accept' || action.kind === 'drop' || action.kind === 'reject') throw new Verdicts(action.kind);
      if (action.kind === 'return') return;
      if (action.kind === 'jump' || action.kind === 'goto') walk(action.chain);
      if (action.kind === 'goto') return;
    }
  };
  try {
    walk('INPUT');
    const { verdict, slot } = ir.chains[0]!.policy!;
    trail.push(slot);
    return { verdict, trail };
  } catch (error) {
    if (error instanceof Verdicts) return { verdict: error.verdict, trail };
    throw error;
  }
}

/** A small generator of its own: the same rulesets at every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomPredicate(next: (below: number) => number, depth = 0): Predicate {
  const field = (['dport', 'sport', 'ctState', 'mark', 'ctDirection', 'ctExpires'] as const)[next(6)]!;
  switch (depth > 1 ? 0 : next(5)) {
    case 1:
      return not(randomPredicate(next, depth + 1));
    case 2:
      return all(randomPredicate(next, depth + 1), randomPredicate(next, depth + 1));
    case 3:
      return any(randomPredicate(next, depth + 1), randomPredicate(next, depth + 1));
    default:
      return eq(field, field === 'ctState' ? 2 ** next(3) : next(2));
  }
}

function randomRuleset(seed: number): RulesetIr {
  const next = numbers(seed);
  let slot = 0;
  const step = (): Step => {
    const kind = next(8);
    if (kind === 0) return { kind: 'call', stub: 'limit', config: [], invert: next(2) === 1 };
    return { kind: kind === 1 ? 'hotdrop-if' : 'require', predicate: randomPredicate(next) };
  };
  const action = (chain: number): Action => {
    const kinds: Action[] = [{ kind: 'accept' }, { kind: 'drop' }, { kind: 'drop' }, { kind: 'continue' }, { kind: 'return' }, { kind: 'reject', type: 3 }, { kind: 'effect', stub: 'log', config: [] }];
    if (chain < 2) kinds.push({ kind: 'jump', chain: `c${chain + 1}` }, { kind: 'jump', chain: `c${chain + 1}` }, { kind: 'goto', chain: `c${chain + 1}` });
    return kinds[next(kinds.length)]!;
  };
  const rules = (chain: number): RuleIr[] => Array.from({ length: 1 + next(4) }, () => ({ slot: slot++, steps: Array.from({ length: next(3) }, step), action: action(chain), text: '' }));
  const chains: ChainIr[] = ['INPUT', 'c1', 'c2'].map((name, chain) => ({ name, rules: rules(chain), ...(chain === 0 ? { policy: { verdict: next(2) === 0 ? 'drop' : 'accept', slot: 99 } as const } : {}) }));
  return { family: 'ipv4', chains, slots: 100 };
}

/** Everything that tc may know of a packet with these ports. */
function worlds(sport: bigint, dport: bigint): World[] {
  return [1n, 2n, 4n].flatMap((ctState) => [0n, 1n].flatMap((mark) => [false, true].map((call) => ({ fields: { sport, dport, ctState, mark, ctDirection: mark, ctExpires: 1n - mark }, call }))));
}

const rule = (slot: number, action: Action, ...steps: Step[]): RuleIr => ({ slot, steps, action, text: '' });
const ruleset = (verdict: 'accept' | 'drop', ...rules: RuleIr[]): RulesetIr => ({ family: 'ipv4', chains: [{ name: 'INPUT', policy: { verdict, slot: 9 }, rules }], slots: 10 });
const established: Step = { kind: 'require', predicate: eq('ctState', 2) };
const port: Step = { kind: 'require', predicate: eq('dport', 1) };

describe('early drop', () => {
  it('drops only what is dropped whatever tc knows, by the same rules', () => {
    let [drops, left] = [0, 0];
    for (let seed = 0; seed < 1500; seed += 1) {
      const ir = randomRuleset(seed);
      const early = earlyDrop(ir);
      for (const [sport, dport] of [[0n, 0n], [0n, 1n], [1n, 0n], [1n, 1n]] as const) {
        // The early stage asks nothing that it does not know: `fields` has only what XDP has.
        const { verdict, trail } = judge(early, { fields: { sport, dport }, call: false });
        if (verdict !== 'drop') {
          left += 1;
          continue;
        }
        drops += 1;
        for (const world of worlds(sport, dport)) expect(judge(ir, world), `seed ${seed}`).toEqual({ verdict, trail });
      }
    }
    expect(drops).toBeGreaterThan(700);
    expect(left).toBeGreaterThan(700);
  });

  it('leaves all behind a rule that lets established flows pass', () => {
    expect(earlyDrop(ruleset('drop', rule(0, { kind: 'accept' }, established), rule(1, { kind: 'drop' }, port))).chains[0]!.rules).toHaveLength(1);
  });

  it('sees what stands before it, and what it cannot match', () => {
    const early = earlyDrop(ruleset('accept', rule(0, { kind: 'drop' }, port), rule(1, { kind: 'accept' }, established)));
    expect(judge(early, { fields: { dport: 1n }, call: false })).toEqual({ verdict: 'drop', trail: [0] });
    const behind = earlyDrop(ruleset('drop', rule(0, { kind: 'accept' }, established, port)));
    expect(judge(behind, { fields: { dport: 0n }, call: false })).toEqual({ verdict: 'drop', trail: [9] });
    expect(judge(behind, { fields: { dport: 1n }, call: false }).verdict).toBe('accept');
  });

  it('forgets rules that can lead to no drop', () => {
    const early = earlyDrop(ruleset('accept', rule(0, { kind: 'drop' }, port), rule(1, { kind: 'continue' }, port), rule(2, { kind: 'accept' })));
    expect(early.chains[0]!.rules.map(({ slot }) => slot)).toEqual([0]);
    expect(earlyDrop(ruleset('accept', rule(0, { kind: 'reject', type: 3 }, port))).chains[0]!.rules).toEqual([]);
  });
});
