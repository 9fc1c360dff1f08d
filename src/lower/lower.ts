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

/** Whether nothing behind this rule in its chain is ever reached. */
function endsChain({ steps, action }: RuleIr): boolean {
  return steps.length === 0 && action.kind !== 'continue' && action.kind !== 'effect' && action.kind !== 'jump';
}

/** The rules up to the first that takes every packet: what stands behind may even loop (ip_tables' mark_source_chains does not walk it either). */
function reachable(rules: readonly RuleIr[]): readonly RuleIr[] {
  const end = rules.findIndex(endsChain);
  return end < 0 ? rules : rules.slice(0, end + 1);
}

/**
 * Lowers a checked ruleset (no loops, no missing chains).
 * Slots: every rule in listing order (rules that no packet can reach keep theirs, but are not lowered), then the policies of the built-in chains in listing order.
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
    rules: reachable(rulesOf[index]!),
  }));
  return { family, chains: lowered, slots: next };
}
