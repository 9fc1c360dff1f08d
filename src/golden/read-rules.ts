/** Rules files of the goldens to rulesets. */
import { parseSaveLine } from '../parse/parse-save.js';
import { emptyRuleset, withChain, withChains } from '../ruleset/chains.js';
import { Draft } from '../ruleset/draft.js';
import { ZERO_COUNTERS, type Ruleset } from '../ruleset/model.js';

/** Reads one filter table in iptables-save format, chains declared first, rules appended. */
export function readRules(text: string): Ruleset {
  let ruleset = emptyRuleset('ipv4');
  const lines = text.split('\n').filter((line) => line.startsWith(':') || line.startsWith('-'));
  for (const line of lines.filter((declaration) => declaration.startsWith(':'))) {
    const [name = '', policy] = line.slice(1).split(' ');
    const chain = { name, counters: ZERO_COUNTERS, rules: [] };
    ruleset = policy === 'ACCEPT' || policy === 'DROP' ? withChain(ruleset, { ...chain, policy }) : withChains(ruleset, [...ruleset.chains.values(), chain]);
  }
  const draft = new Draft(ruleset);
  for (const line of lines.filter((rule) => rule.startsWith('-'))) {
    const read = parseSaveLine(line, { line: 1, table: 'filter' }, { family: 'ipv4', programName: 'iptables-restore', hasChain: (name) => draft.hasChain(name) });
    if (read.kind !== 'command' || read.command.kind !== 'append') throw new RangeError(`not an -A line: ${line}`);
    draft.append(read.command.chain, read.command.rules);
  }
  return draft.ruleset;
}
