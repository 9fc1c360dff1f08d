/**
 * The text of record: a ruleset as the state in the kernel keeps it, and back. The shape of an iptables-save file without counts: `*filter`, a line
 * `:"CHAIN" POLICY` for each chain (its name as a JSON string), then the rules, each as stored-rule.ts writes it.
 */
import { InternalFault } from '../errors/errors.js';
import { emptyRuleset, isBuiltin, withChains } from '../ruleset/chains.js';
import { ZERO_COUNTERS, type Chain, type Counters, type Family, type Policy, type Rule, type Ruleset } from '../ruleset/model.js';
import { fromStoredRule, toStoredRule } from './stored-rule.js';

const HEADER = '*filter';

/** What the state keeps. */
export function toStoredText(ruleset: Ruleset): string {
  const chains = [...ruleset.chains.values()];
  return [
    HEADER,
    ...chains.map((chain) => `:${JSON.stringify(chain.name)} ${chain.policy ?? '-'}`),
    ...chains.flatMap((chain) => chain.rules.map((rule) => toStoredRule(chain.name, rule, ruleset.family))),
  ].join('\n');
}

/**
 * The ruleset with its slots (rules in listing order, then policies, as lower/ numbers them) and counters.
 * @param counters by slot
 * @throws InternalFault when the text is not what toStoredText() writes
 */
export function fromStoredText(text: string, family: Family, counters: readonly Counters[]): Ruleset {
  const [header, ...lines] = text.split('\n');
  if (header !== HEADER) throw new InternalFault(`the ruleset in the kernel begins with ${header}`);
  const chains = lines.filter((line) => line.startsWith(':')).map(chainOf);
  const rules = new Map<string, Rule[]>(chains.map((chain) => [chain.name, []]));
  let slot = 0;
  for (const line of lines) {
    if (line.startsWith(':')) continue;
    const { chain, rule } = fromStoredRule(line, family);
    const list = rules.get(chain);
    if (!list) throw new InternalFault(`the ruleset in the kernel has rules in a chain it has not: ${chain}`);
    list.push({ ...rule, counters: counters[slot] ?? ZERO_COUNTERS, slot: slot++ });
  }
  const filled = chains.map((chain) => {
    const whole = { ...chain, rules: rules.get(chain.name) ?? [] };
    return chain.policy === undefined ? whole : { ...whole, counters: counters[slot] ?? ZERO_COUNTERS, slot: slot++ };
  });
  if (slot !== counters.length) throw new InternalFault(`the ruleset in the kernel has ${slot} counters by its text and ${counters.length} by its maps`);
  return withChains(emptyRuleset(family), filled);
}

function chainOf(line: string): Chain {
  const at = line.lastIndexOf(' ');
  const name: unknown = JSON.parse(line.slice(1, at));
  if (typeof name !== 'string') throw new InternalFault(`the ruleset in the kernel has a chain ${line}`);
  const policy = line.slice(at + 1);
  const chain = { name, counters: ZERO_COUNTERS, rules: [] };
  return isBuiltin(name) ? { ...chain, policy: policyOf(policy) } : chain;
}

function policyOf(word: string): Policy {
  if (word !== 'ACCEPT' && word !== 'DROP') throw new InternalFault(`the ruleset in the kernel has the policy ${word}`);
  return word;
}
