/** How a rule is reached: the calling rules from a built-in chain down to it. */
import { BUILTIN_CHAINS, type BuiltinChain, type Rule, type Ruleset } from '../ruleset/model.js';
import type { Random } from './random.js';

export interface RulePath {
  readonly hook: BuiltinChain;
  /** The jumps and gotos on the way, outermost first, then the rule itself. */
  readonly rules: readonly Rule[];
  /** `CHAIN RULE`, the position counting from 1, as people name it. */
  readonly name: string;
}

interface Caller {
  readonly chain: string;
  readonly rule: Rule;
}

/** Who calls each user chain. */
function callersOf(ruleset: Ruleset): Map<string, Caller[]> {
  const callers = new Map<string, Caller[]>();
  for (const chain of ruleset.chains.values())
    for (const rule of chain.rules)
      if (rule.target.kind === 'jump' || rule.target.kind === 'goto') {
        const list = callers.get(rule.target.chain) ?? [];
        callers.set(rule.target.chain, [...list, { chain: chain.name, rule }]);
      }
  return callers;
}

/** For every rule that some built-in chain reaches through at most 16 calls: one way to it, chosen at random among its callers. */
export function randomPaths(ruleset: Ruleset, random: Random): RulePath[] {
  const callers = callersOf(ruleset);
  const out: RulePath[] = [];
  for (const chain of ruleset.chains.values())
    for (const [index, rule] of chain.rules.entries()) {
      const rules = [rule];
      let at = chain.name;
      while (!isBuiltin(at) && rules.length <= 16) {
        const caller: Caller | undefined = callers.has(at) ? random.pick(callers.get(at)!) : undefined;
        if (caller === undefined) break;
        rules.unshift(caller.rule);
        at = caller.chain;
      }
      if (isBuiltin(at)) out.push({ hook: at, rules, name: `${chain.name} ${index + 1}` });
    }
  return out;
}

function isBuiltin(name: string): name is BuiltinChain {
  return (BUILTIN_CHAINS as readonly string[]).includes(name);
}
