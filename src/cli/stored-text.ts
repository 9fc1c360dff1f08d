/** The text of record: a ruleset as the state in the kernel keeps it, and back. The lines of iptables-save, numeric and without counts. */
import { InternalFault } from '../errors/errors.js';
import { parseSaveLine } from '../parse/parse-save.js';
import { setPolicy, newChain } from '../ruleset/chain-edits.js';
import { emptyRuleset, isBuiltin, withChains } from '../ruleset/chains.js';
import { ZERO_COUNTERS, type Counters, type Family, type Rule, type Ruleset } from '../ruleset/model.js';
import { tableLines } from '../ruleset/print/save.js';

/** What the state keeps. */
export function toStoredText(ruleset: Ruleset): string {
  const chains = [...ruleset.chains.values()].map((chain) => ({ ...chain, counters: ZERO_COUNTERS }));
  return tableLines(withChains(ruleset, chains), false).join('\n');
}

/**
 * The ruleset with its slots (rules in listing order, then policies, as lower/ numbers them) and counters.
 * @param counters by slot
 * @throws InternalFault when the text is not what toStoredText() writes
 */
export function fromStoredText(text: string, family: Family, counters: readonly Counters[]): Ruleset {
  let ruleset = emptyRuleset(family);
  const rules = new Map<string, Rule[]>();
  let table: string | undefined;
  let slot = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const parsed = parseSaveLine(
      line,
      { line: index + 1, table, terminated: true },
      { family, programName: 'iptables-restore', counters: false, hasChain: (name) => ruleset.chains.has(name) },
    );
    if (parsed.kind === 'table') table = parsed.name;
    else if (parsed.kind === 'chain') {
      if (!isBuiltin(parsed.name)) ruleset = newChain(ruleset, parsed.name);
      else if (parsed.policy === 'ACCEPT' || parsed.policy === 'DROP') ruleset = setPolicy(ruleset, parsed.name, parsed.policy);
    } else if (parsed.kind === 'command' && parsed.command.kind === 'append') {
      const { chain } = parsed.command;
      let list = rules.get(chain);
      if (list === undefined) rules.set(chain, (list = []));
      for (const rule of parsed.command.rules) list.push({ ...rule, counters: counters[slot] ?? ZERO_COUNTERS, slot: slot++ });
    } else if (parsed.kind !== 'commit') throw new InternalFault(`line ${index + 1} of the ruleset in the kernel is no line of a ruleset: ${line}`);
  }
  const chains = [...ruleset.chains.values()].map((chain) => {
    const filled = { ...chain, rules: rules.get(chain.name) ?? [] };
    return chain.policy === undefined ? filled : { ...filled, counters: counters[slot] ?? ZERO_COUNTERS, slot: slot++ };
  });
  if (slot !== counters.length) throw new InternalFault(`the ruleset in the kernel has ${slot} counters by its text and ${counters.length} by its maps`);
  return withChains(ruleset, chains);
}
