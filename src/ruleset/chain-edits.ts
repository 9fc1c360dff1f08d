/**
 * Edits of chains: -F -Z -N -X -E -P. Pure, like rule-edits.ts; the refusals are those of iptables-legacy 1.8.9.
 */
import { chainNamed, isBuiltin, isNameTaken, references, retarget, targetChain, withChain, withChains } from './chains.js';
import { ZERO_COUNTERS } from './model.js';
import type { Chain, Counters, Policy, Ruleset } from './model.js';
import { CHAIN_EXISTS, INVALID_ARGUMENT, NAME_TAKEN, NO_SUCH_CHAIN, NOT_BUILT_IN, NOT_EMPTY, STILL_REFERENCED, refusal } from './refusal.js';

/** The chains a command with an optional chain name is about, in listing order. @throws RulesetRefusal when the named one is missing. */
export function chainsMeant(ruleset: Ruleset, name: string | undefined): readonly Chain[] {
  return name === undefined ? [...ruleset.chains.values()] : [chainNamed(ruleset, name)];
}

/** -F [CHAIN] */
export function flush(ruleset: Ruleset, name?: string): Ruleset {
  return chainsMeant(ruleset, name).reduce((edited, chain) => withChain(edited, { ...chain, rules: [] }), ruleset);
}

/** What -F and -X of everything leave: the built-in chains without rules, policies kept. */
export function emptied(ruleset: Ruleset): Ruleset {
  const builtin = [...ruleset.chains.values()].filter((chain) => isBuiltin(chain.name));
  return withChains(ruleset, builtin.map((chain) => ({ ...chain, rules: [] })));
}

/** -Z [CHAIN]: rule counters to zero, slots kept. The policy counter is a fresh zero: legacy zeroes it at every commit anyway. */
export function zero(ruleset: Ruleset, name?: string): Ruleset {
  return chainsMeant(ruleset, name).reduce(
    (edited, chain) =>
      withChain(edited, {
        ...withPolicyCounters(chain, ZERO_COUNTERS),
        rules: chain.rules.map((rule) => ({ ...rule, counters: ZERO_COUNTERS })),
      }),
    ruleset,
  );
}

/** -N CHAIN. The name's form is the parser's matter. */
export function newChain(ruleset: Ruleset, name: string): Ruleset {
  if (isNameTaken(ruleset, name)) throw refusal(CHAIN_EXISTS);
  return withChains(ruleset, [...ruleset.chains.values(), { name, counters: ZERO_COUNTERS, rules: [] }]);
}

/** -X CHAIN: a user chain without rules that nothing leads to. */
export function deleteChain(ruleset: Ruleset, name: string): Ruleset {
  const chain = chainNamed(ruleset, name);
  if (isBuiltin(name)) throw refusal(INVALID_ARGUMENT);
  if (references(ruleset).has(name)) throw refusal(STILL_REFERENCED);
  if (chain.rules.length > 0) throw refusal(NOT_EMPTY);
  return withChains(ruleset, [...ruleset.chains.values()].filter((other) => other !== chain));
}

/** The user chains in listing order: what -X without a name deletes, one after the other. */
export function userChains(ruleset: Ruleset): readonly string[] {
  return [...ruleset.chains.keys()].filter((name) => !isBuiltin(name));
}

/** -E OLD NEW, moving all jumps along. */
export function renameChain(ruleset: Ruleset, from: string, to: string): Ruleset {
  if (isNameTaken(ruleset, to)) throw refusal(NAME_TAKEN);
  if (!ruleset.chains.has(from) || isBuiltin(from)) throw refusal(NO_SUCH_CHAIN);
  return withChains(
    ruleset,
    [...ruleset.chains.values()].map((chain) => ({
      ...chain,
      name: chain.name === from ? to : chain.name,
      rules: chain.rules.map((rule) =>
        targetChain(rule.target) === from ? retarget(rule, { kind: rule.target.kind as 'jump' | 'goto', chain: to }) : rule,
      ),
    })),
  );
}

/** -P CHAIN POLICY [-c PACKETS BYTES]: built-in chains only. Without counters the policy counter starts at zero, whatever was set for it before. */
export function setPolicy(ruleset: Ruleset, name: string, policy: Policy, counters: Counters = ZERO_COUNTERS): Ruleset {
  const chain = ruleset.chains.get(name);
  if (!chain || !isBuiltin(name)) throw refusal(NOT_BUILT_IN);
  return withChain(ruleset, { ...withPolicyCounters(chain, counters), policy });
}

/** The chain with policy counters of its own, cut from the slot they were read from. */
function withPolicyCounters(chain: Chain, counters: Counters): Chain {
  const { slot: _, ...rest } = chain;
  return { ...rest, counters };
}

/**
 * The ruleset as iptables-legacy commits it: a policy counter that nobody set since the ruleset was read (it still has its slot) becomes a fresh
 * zero, as every commit of legacy zeroes it; those set by -P -c or a restored `:CHAIN POLICY [p:b]` stay.
 */
export function settlePolicyCounters(ruleset: Ruleset): Ruleset {
  const read = [...ruleset.chains.values()].filter((chain) => chain.slot !== undefined);
  return read.reduce((settled, chain) => withChain(settled, withPolicyCounters(chain, ZERO_COUNTERS)), ruleset);
}
