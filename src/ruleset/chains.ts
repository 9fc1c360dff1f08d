/** Chains of a ruleset: the empty table, lookup, listing order, references. All functions are pure. */
import { BUILTIN_CHAINS, ZERO_COUNTERS } from './model.js';
import type { BuiltinChain, Chain, Family, Rule, Ruleset, Target } from './model.js';
import { NO_SUCH_CHAIN, refusal } from './refusal.js';

/** Names that libiptc keeps for verdicts: no chain can have them. */
const VERDICT_NAMES: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);

/** The filter table as the kernel makes it: three empty chains, policy ACCEPT, counters zero. */
export function emptyRuleset(family: Family): Ruleset {
  const chains = BUILTIN_CHAINS.map((name): [string, Chain] => [
    name,
    { name, policy: 'ACCEPT', counters: ZERO_COUNTERS, rules: [] },
  ]);
  return { family, table: 'filter', chains: new Map(chains) };
}

/** Whether a name is INPUT, FORWARD or OUTPUT. */
export function isBuiltin(name: string): name is BuiltinChain {
  return (BUILTIN_CHAINS as readonly string[]).includes(name);
}

/** Whether a new chain may not have this name because a chain has it or a verdict is called so. */
export function isNameTaken(ruleset: Ruleset, name: string): boolean {
  return VERDICT_NAMES.has(name) || ruleset.chains.has(name);
}

/** The chain of that name. @throws RulesetRefusal "No chain/target/match by that name." */
export function chainNamed(ruleset: Ruleset, name: string): Chain {
  const chain = ruleset.chains.get(name);
  if (!chain) throw refusal(NO_SUCH_CHAIN);
  return chain;
}

/** The ruleset with one existing chain exchanged for another of the same name. */
export function withChain(ruleset: Ruleset, chain: Chain): Ruleset {
  const chains = new Map(ruleset.chains);
  chains.set(chain.name, chain);
  return { ...ruleset, chains };
}

/** The ruleset with these chains, in listing order: built-in ones first, user chains sorted by byte (strcmp(3)). */
export function withChains(ruleset: Ruleset, chains: Iterable<Chain>): Ruleset {
  const all = [...chains];
  const builtin = BUILTIN_CHAINS.flatMap((name) => all.filter((chain) => chain.name === name));
  const user = all.filter((chain) => !isBuiltin(chain.name)).sort((a, b) => compareBytes(a.name, b.name));
  return { ...ruleset, chains: new Map([...builtin, ...user].map((chain) => [chain.name, chain])) };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The chain a target leads to, by jump or goto, or undefined. */
export function targetChain(target: Target): string | undefined {
  return target.kind === 'jump' || target.kind === 'goto' ? target.chain : undefined;
}

/** How many rules of the whole ruleset lead to each chain: the `(N references)` of -L. Chains without any are absent. */
export function references(ruleset: Ruleset): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const chain of ruleset.chains.values()) {
    for (const rule of chain.rules) {
      const name = targetChain(rule.target);
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** The rule with another target; the rest, its counters and slot included, stays. */
export function retarget(rule: Rule, target: Target): Rule {
  return { ...rule, target };
}
