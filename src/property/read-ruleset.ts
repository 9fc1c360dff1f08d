/** Save text to Ruleset, for the property tests: one filter table, no counters. */
import { InternalFault } from '../errors/errors.js';
import { parseCommand } from '../parse/parse-command.js';
import { emptyRuleset, withChains } from '../ruleset/chains.js';
import { Draft } from '../ruleset/draft.js';
import { ZERO_COUNTERS, type Chain, type Family, type Ruleset } from '../ruleset/model.js';

/** The words of a line as iptables-save writes it: double quotes, backslashes within them. */
function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => bare ?? quoted!.replace(/\\(.)/g, '$1'));
}

/**
 * Reads the filter table of `text` (other tables must not be there).
 * @throws IptablesError for rules that are refused, InternalFault for lines a generated ruleset does not have.
 */
export function readRuleset(text: string, family: Family = 'ipv4'): Ruleset {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const declared = lines.flatMap((line) => (line.startsWith(':') ? [line.slice(1).split(' ') as [string, string]] : []));
  const chains = declared.map(([name, policy]): Chain => ({
    name,
    ...(policy === 'ACCEPT' || policy === 'DROP' ? { policy } : {}),
    counters: ZERO_COUNTERS,
    rules: [],
  }));
  const draft = new Draft(withChains(emptyRuleset(family), [...emptyRuleset(family).chains.values(), ...chains]));
  for (const line of lines) {
    if (line.startsWith(':') || line === 'COMMIT' || line === '*filter') continue;
    const command = parseCommand(words(line), { family, programName: 'iptables', hasChain: (name) => draft.hasChain(name) });
    if (command.kind !== 'append') throw new InternalFault(`not an -A line: ${line}`);
    draft.append(command.chain, command.rules);
  }
  return draft.ruleset;
}
