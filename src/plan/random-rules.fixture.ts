/** Random rulesets of a few rules, and their verdicts by the rules as written. */
import type { Action, ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { FieldName } from '../ir/field.js';
import { all, any, eq, not, type Predicate, type Step } from '../ir/predicate.js';

/** What a packet is, and what only tc knows: `call` is what every stateful match answers. */
export interface World {
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

export type Verdict = 'accept' | 'drop' | 'reject';
class Verdicts extends Error {
  constructor(readonly verdict: Verdict) {
    super(verdict);
  }
}

/** Verdict and the slots counted, in order. */
export function judge(ir: RulesetIr, world: World): { readonly verdict: Verdict; readonly trail: readonly number[] } {
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

function randomPredicate(next: (below: number) => number, fields: readonly FieldName[], depth = 0): Predicate {
  const field = fields[next(fields.length)]!;
  switch (depth > 1 ? 0 : next(5)) {
    case 1:
      return not(randomPredicate(next, fields, depth + 1));
    case 2:
      return all(randomPredicate(next, fields, depth + 1), randomPredicate(next, fields, depth + 1));
    case 3:
      return any(randomPredicate(next, fields, depth + 1), randomPredicate(next, fields, depth + 1));
    default:
      return eq(field, field === 'ctState' ? 2 ** next(3) : next(2));
  }
}

/** One built-in chain and two below it. @param fields what rules ask for; each is 0 or 1, ctState one of the first three states */
export function randomRuleset(seed: number, fields: readonly FieldName[]): RulesetIr {
  const next = numbers(seed);
  let slot = 0;
  const step = (): Step => {
    const kind = next(8);
    if (kind === 0) return { kind: 'call', stub: 'limit', config: [], invert: next(2) === 1 };
    return { kind: kind === 1 ? 'hotdrop-if' : 'require', predicate: randomPredicate(next, fields) };
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
