/** Walks a packet through lowered chains, step by step: the meaning of the IR, against which lowering and the compiler are held. */
import type { ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { Predicate } from '../ir/predicate.js';
import type { PacketView } from '../net/packet-view.js';
import type { BuiltinChain } from '../ruleset/model.js';
import { fieldValue, hasTcpOption } from './ir-fields.js';

export interface IrOutcome {
  readonly verdict: 'accept' | 'drop' | 'reject';
  readonly hotdrop: boolean;
  /** Counter slots that moved, in order. */
  readonly slots: readonly number[];
}

/** @throws Error for stateful calls, which have no meaning of their own here, and for chains that are not there. */
export function walkIr(ir: RulesetIr, hook: BuiltinChain, packet: PacketView): IrOutcome {
  const chains = new Map(ir.chains.map((chain) => [chain.name, chain]));
  const chainNamed = (name: string): ChainIr => {
    const chain = chains.get(name);
    if (chain === undefined) throw new Error(`no chain ${name} in the IR`);
    return chain;
  };
  const base = chainNamed(hook);
  const slots: number[] = [];
  const stack: { chain: ChainIr; rule: number }[] = [];
  let at = { chain: base, rule: 0 };
  for (;;) {
    const rule = at.chain.rules[at.rule];
    if (rule === undefined) {
      const back = stack.pop();
      if (back === undefined) {
        if (base.policy === undefined) throw new Error(`${hook} has no policy`);
        return { verdict: base.policy.verdict, hotdrop: false, slots: [...slots, base.policy.slot] };
      }
      at = back;
      continue;
    }
    const matched = ruleMatches(rule, packet);
    if (matched === 'hotdrop') return { verdict: 'drop', hotdrop: true, slots };
    const next = { chain: at.chain, rule: at.rule + 1 };
    at = next;
    if (!matched) continue;
    slots.push(rule.slot);
    const { action } = rule;
    if (action.kind === 'accept' || action.kind === 'drop' || action.kind === 'reject') return { verdict: action.kind, hotdrop: false, slots };
    if (action.kind === 'return') at = { chain: next.chain, rule: next.chain.rules.length };
    if (action.kind === 'jump') stack.push(next);
    if (action.kind === 'jump' || action.kind === 'goto') at = { chain: chainNamed(action.chain), rule: 0 };
  }
}

function ruleMatches(rule: RuleIr, packet: PacketView): boolean | 'hotdrop' {
  for (const step of rule.steps) {
    if (step.kind === 'call') throw new Error(`stateful step ${step.stub} in a walk of the IR`);
    const holds = predicateHolds(step.predicate, packet);
    if (step.kind === 'hotdrop-if' && holds) return 'hotdrop';
    if (step.kind === 'require' && !holds) return false;
  }
  return true;
}

/** What a predicate says about a packet. */
export function predicateHolds(predicate: Predicate, packet: PacketView): boolean {
  switch (predicate.kind) {
    case 'const':
      return predicate.value;
    case 'test': {
      const value = fieldValue(packet, predicate.field);
      const seen = predicate.mask === undefined ? value : value & predicate.mask;
      return predicate.lo <= seen && seen <= predicate.hi;
    }
    case 'tcp-option':
      return hasTcpOption(packet, predicate.option);
    case 'not':
      return !predicateHolds(predicate.of, packet);
    case 'all':
      return predicate.of.every((part) => predicateHolds(part, packet));
    case 'any':
      return predicate.of.some((part) => predicateHolds(part, packet));
  }
}
