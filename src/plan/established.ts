/**
 * What a packet of an established connection can meet: the rules that other states alone match are left out, chains end at the first rule that
 * takes every such packet. Where a handful is left, as with `--ctstate RELATED,ESTABLISHED -j ACCEPT` first, or last behind rules for NEW, they are
 * straight-line code before the tables, and most packets of most rulesets never see those. The tables hold all rules nonetheless, for all other
 * packets; packets with something short about them, and fragments, are such others too: no hot-drop test holds for what comes here.
 */
import type { ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { CT_STATE, type FieldName } from '../ir/field.js';
import type { Step } from '../ir/predicate.js';
import { assume } from './linear-order.js';
import { planLinear, type LinearPlan } from './linear.js';
import { stageNeeds, type StageNeeds } from './stages.js';

/** The most rules, user chains expanded, that a built-in chain may have left. */
export const ESTABLISHED_UP_TO = 16;

/** More rules than this are not looked through: making their steps is a quarter of all planning. */
const LOOKED_THROUGH = 20_000;

export interface EstablishedPlan {
  /** Of the built-in chains of which few enough rules are left. */
  readonly linear: LinearPlan;
  /** What its rules ask for. */
  readonly needs: StageNeeds;
}

/** The packets that take the short way: fields with the values they have. */
export const ESTABLISHED: ReadonlyMap<FieldName, bigint> = new Map<FieldName, bigint>([['ctState', BigInt(CT_STATE.established)], ['l4State', 0n], ['fragOffset', 0n]]);

/** What is left of a rule; undefined where no such packet is matched by it. */
function remainder(rule: RuleIr): RuleIr | undefined {
  const steps: Step[] = [];
  for (const step of rule.steps) {
    const left: Step = step.kind === 'call' ? step : { kind: step.kind, predicate: assume(step.predicate, ESTABLISHED) };
    const constant = left.kind === 'call' || left.predicate.kind !== 'const' ? undefined : left.predicate.value;
    // What stands before has no effect of its own.
    if (left.kind === 'require' && constant === false && steps.every(({ kind }) => kind === 'require')) return undefined;
    // A requirement that holds, a hot drop that never does.
    if (constant !== (left.kind === 'require')) steps.push(left);
  }
  return { slot: rule.slot, steps, action: rule.action, get text() { return rule.text; } };
}

/** Compares alone, no function called. */
const isCheap = ({ steps, action }: RuleIr): boolean => action.kind !== 'effect' && steps.every(({ kind }) => kind === 'require');

/** What is left of a chain, and whether no established packet comes back from it. */
interface Rest {
  readonly rules: readonly RuleIr[];
  readonly decides: boolean;
}

class Remainders {
  private looked = 0;
  private readonly known = new Map<string, Rest | undefined>();
  private readonly chains: ReadonlyMap<string, ChainIr>;

  constructor(ir: RulesetIr) {
    this.chains = new Map(ir.chains.map((chain) => [chain.name, chain]));
  }

  /** Undefined where too much is left. `depth`: of the chains above it, each of which has a rule. */
  of(name: string, depth = 0): Rest | undefined {
    if (!this.known.has(name)) this.known.set(name, depth > ESTABLISHED_UP_TO ? undefined : this.find(this.chains.get(name)!, depth));
    return this.known.get(name);
  }

  private find(chain: ChainIr, depth: number): Rest | undefined {
    const rules: RuleIr[] = [];
    let returns = false;
    for (const whole of chain.rules) {
      this.looked += 1;
      if (this.looked > LOOKED_THROUGH) return undefined;
      const rule = remainder(whole);
      if (rule === undefined) continue;
      if (rules.length === ESTABLISHED_UP_TO || !isCheap(rule)) return undefined;
      rules.push(rule);
      const { action } = rule;
      const entered = action.kind === 'jump' || action.kind === 'goto' ? this.of(action.chain, depth + 1) : undefined;
      if ((action.kind === 'jump' || action.kind === 'goto') && entered === undefined) return undefined;
      const takesAll = rule.steps.length === 0;
      const comesBack = action.kind === 'return' || (action.kind === 'goto' && !entered!.decides);
      returns ||= comesBack;
      const ends = action.kind === 'accept' || action.kind === 'drop' || action.kind === 'reject' || action.kind === 'return' || action.kind === 'goto' || entered?.decides === true;
      if (takesAll && ends) return { rules, decides: !returns };
    }
    return { rules, decides: false };
  }

  /** The chain with what is left of it, and all chains that that leads to; undefined where too much is left. */
  reached(name: string): readonly ChainIr[] | undefined {
    const found = new Map<string, ChainIr>();
    const waiting = [name];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (found.has(next)) continue;
      const rest = this.of(next);
      if (rest === undefined) return undefined;
      found.set(next, { ...this.chains.get(next)!, rules: rest.rules });
      for (const { action } of rest.rules) if (action.kind === 'jump' || action.kind === 'goto') waiting.push(action.chain);
    }
    return [...found.values()];
  }
}

/** The built-in chains of which few enough rules are left, and the chains they lead to; undefined where there is none. */
export function establishedRules(ir: RulesetIr): RulesetIr | undefined {
  const remainders = new Remainders(ir);
  const left = new Map<string, ChainIr>();
  for (const { name, policy } of ir.chains) {
    if (policy === undefined) continue;
    const reached = remainders.reached(name);
    if (reached === undefined || planLinear({ ...ir, chains: reached }, ESTABLISHED_UP_TO) === undefined) continue;
    for (const chain of reached) left.set(chain.name, chain);
  }
  return left.size === 0 ? undefined : { ...ir, chains: [...left.values()] };
}

/** The short way of a ruleset; undefined where it has none. */
export function planEstablished(ir: RulesetIr): EstablishedPlan | undefined {
  const rules = establishedRules(ir);
  const linear = rules === undefined ? undefined : planLinear(rules, Infinity);
  return rules === undefined || linear === undefined ? undefined : { linear, needs: stageNeeds(rules) };
}
