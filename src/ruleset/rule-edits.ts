/**
 * Edits of rules: -A -I -R -D -C and -Z with a rule number. Each takes a ruleset and gives a new one, or throws the RulesetRefusal whose text
 * iptables-legacy 1.8.9 prints. Positions count from 1. Nothing here checks the ruleset as a whole: see commit-check.ts.
 */
import type { RulesetRefusal } from '../errors/errors.js';
import { isBuiltin, chainNamed, targetChain, withChain } from './chains.js';
import { sameRule } from './identity.js';
import { ZERO_COUNTERS } from './model.js';
import type { Rule, Ruleset } from './model.js';
import { BAD_RULE, INVALID_ARGUMENT, NO_SUCH_CHAIN, indexTooBig, refusal } from './refusal.js';

/** libiptc refuses a jump into a built-in chain at once, in edits as in comparisons. */
function refuseBuiltinTargets(rules: readonly Rule[]): void {
  for (const rule of rules) {
    const name = targetChain(rule.target);
    if (name !== undefined && isBuiltin(name)) throw refusal(INVALID_ARGUMENT);
  }
}

/** The refusal for a rule that is not in its chain: worded by its target, as legacy does. */
function noSuchRule({ target }: Rule): RulesetRefusal {
  const isVerdict = target.kind !== 'extension' && targetChain(target) === undefined;
  return refusal(isVerdict ? BAD_RULE : NO_SUCH_CHAIN);
}

/** -A: the rules behind the last one. */
export function appendRules(ruleset: Ruleset, chainName: string, rules: readonly Rule[]): Ruleset {
  const chain = chainNamed(ruleset, chainName);
  refuseBuiltinTargets(rules);
  return withChain(ruleset, { ...chain, rules: [...chain.rules, ...rules] });
}

/** -I: each rule in turn at `position`, so that of several (`-s a,b`) the last stands first, as iptables does it. */
export function insertRules(ruleset: Ruleset, chainName: string, position: number, rules: readonly Rule[]): Ruleset {
  const chain = chainNamed(ruleset, chainName);
  if (position > chain.rules.length + 1) throw indexTooBig('insertion');
  refuseBuiltinTargets(rules);
  return withChain(ruleset, { ...chain, rules: chain.rules.toSpliced(position - 1, 0, ...[...rules].reverse()) });
}

/** -R: the rule takes the place of the one at `position`; the old one's counters and slot go with it. */
export function replaceRule(ruleset: Ruleset, chainName: string, position: number, rule: Rule): Ruleset {
  const chain = chainNamed(ruleset, chainName);
  if (position > chain.rules.length) throw indexTooBig('replacement');
  refuseBuiltinTargets([rule]);
  return withChain(ruleset, { ...chain, rules: chain.rules.with(position - 1, rule) });
}

/** -D CHAIN NUMBER. */
export function deleteRuleAt(ruleset: Ruleset, chainName: string, position: number): Ruleset {
  const chain = chainNamed(ruleset, chainName);
  if (position > chain.rules.length) throw indexTooBig('deletion');
  return withChain(ruleset, { ...chain, rules: chain.rules.toSpliced(position - 1, 1) });
}

/** -D CHAIN RULE: of equal rules the first goes; all rules given must be there or nothing goes. A missing chain is a bad rule too. */
export function deleteRules(ruleset: Ruleset, chainName: string, rules: readonly Rule[]): Ruleset {
  let edited = ruleset;
  for (const rule of rules) {
    const chain = edited.chains.get(chainName);
    if (!chain) throw refusal(BAD_RULE);
    refuseBuiltinTargets([rule]);
    const index = chain.rules.findIndex((candidate) => sameRule(candidate, rule));
    if (index < 0) throw noSuchRule(rule);
    edited = withChain(edited, { ...chain, rules: chain.rules.toSpliced(index, 1) });
  }
  return edited;
}

/** -C: returns when every rule is in the chain. @throws RulesetRefusal otherwise. Changes nothing. */
export function checkRules(ruleset: Ruleset, chainName: string, rules: readonly Rule[]): void {
  const chain = ruleset.chains.get(chainName);
  if (!chain) throw refusal(BAD_RULE);
  refuseBuiltinTargets(rules);
  for (const rule of rules) {
    if (!chain.rules.some((candidate) => sameRule(candidate, rule))) throw noSuchRule(rule);
  }
}

/** -Z CHAIN NUMBER: the counters of one rule to zero; its slot stays. */
export function zeroRule(ruleset: Ruleset, chainName: string, position: number): Ruleset {
  const chain = chainNamed(ruleset, chainName);
  const rule = chain.rules[position - 1];
  if (!rule) throw indexTooBig('counter');
  return withChain(ruleset, { ...chain, rules: chain.rules.with(position - 1, { ...rule, counters: ZERO_COUNTERS }) });
}
