/** Ruleset to IR: heads and matches become steps, targets become actions, rules and policies get dense counter slots. */
import { InternalFault } from '../errors/errors.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import type { Action, ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { Step } from '../ir/predicate.js';
import type { Chain, Family, Rule, Ruleset, Target } from '../ruleset/model.js';
import { lowerHead } from './head.js';

/** A rule as iptables-save prints it (`-A INPUT -p tcp -j ACCEPT`). */
export type RulePrinter = (chain: string, rule: Rule, family: Family) => string;

function lowerTarget(target: Target, family: Family): Action {
  switch (target.kind) {
    case 'none':
      return { kind: 'continue' };
    case 'extension': {
      const extension = targetExtension(target.name, family);
      if (extension === undefined) throw new InternalFault(`lowering a rule with the unknown target ${target.name}`);
      return extension.lower(target.data, family);
    }
    default:
      return target;
  }
}

function isVacuous(step: Step): boolean {
  if (step.kind === 'call' || step.predicate.kind !== 'const') return false;
  return step.predicate.value === (step.kind === 'require');
}

function lowerSteps(rule: Rule, family: Family): readonly Step[] {
  const head = lowerHead(rule.head).map((predicate): Step => ({ kind: 'require', predicate }));
  const matches = rule.matches.flatMap(({ name, data }) => {
    const extension = matchExtension(name, family);
    if (extension === undefined) throw new InternalFault(`lowering a rule with the unknown match ${name}`);
    return extension.lower(data, family);
  });
  return [...head, ...matches].filter((step) => !isVacuous(step));
}

/**
 * Lowers a checked ruleset (no loops, no missing chains).
 * Slots: every rule in listing order, then the policies of the built-in chains in listing order.
 * @param print gives each rule its text, for explain and for verifier complaints.
 * @throws InternalFault on an extension that is not registered.
 */
export function lowerRuleset(ruleset: Ruleset, print: RulePrinter): RulesetIr {
  const { family } = ruleset;
  const chains: readonly Chain[] = [...ruleset.chains.values()];
  let next = 0;
  const rulesOf = chains.map((chain) =>
    chain.rules.map((rule): RuleIr => ({
      slot: next++,
      steps: lowerSteps(rule, family),
      action: lowerTarget(rule.target, family),
      text: print(chain.name, rule, family),
    })),
  );
  const lowered = chains.map((chain, index): ChainIr => ({
    name: chain.name,
    ...(chain.policy === undefined ? {} : { policy: { verdict: chain.policy === 'ACCEPT' ? 'accept' : 'drop', slot: next++ } }),
    rules: rulesOf[index]!,
  }));
  return { family, chains: lowered, slots: next };
}
