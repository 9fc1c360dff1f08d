/** Save text to Ruleset, for the property tests: the filter table alone, counters left out. */
import { parseSaveLine } from '../parse/parse-save.js';
import { emptyRuleset, withChain, withChains } from '../ruleset/chains.js';
import { Draft } from '../ruleset/draft.js';
import { ZERO_COUNTERS, type Chain, type Family, type Ruleset } from '../ruleset/model.js';

/**
 * Reads the filter table of `text`; other tables are skipped. Only chain declarations and commands that append are understood:
 * what iptables-save writes.
 * @throws IptablesError for what iptables refuses, RangeError for other commands.
 */
export function readRuleset(text: string, family: Family = 'ipv4'): Ruleset {
  const lines = filterLines(text);
  const draft = new Draft(withDeclaredChains(lines, family));
  for (const { line, number } of lines) {
    if (line.startsWith(':')) continue;
    const read = parseSaveLine(line, { line: number, table: 'filter' }, { family, programName: family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore', hasChain: (name) => draft.hasChain(name) });
    if (read.kind !== 'command') continue;
    if (read.command.kind !== 'append') throw new RangeError(`line ${number}: not an -A line: ${line}`);
    draft.append(read.command.chain, read.command.rules);
  }
  return draft.ruleset;
}

/** The lines between `*filter` and `COMMIT`, numbered from 1. */
function filterLines(text: string): { line: string; number: number }[] {
  let table = '';
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line === 'COMMIT') table = '';
    else if (table === 'filter') return [{ line, number: index + 1 }];
    return [];
  });
}

/** Chains may be called before they are declared: all declarations count first. */
function withDeclaredChains(lines: readonly { line: string }[], family: Family): Ruleset {
  let ruleset = emptyRuleset(family);
  const users: Chain[] = [];
  for (const { line } of lines) {
    const declared = /^:(\S+) (\S+)/.exec(line);
    if (declared === null) continue;
    const [, name = '', policy] = declared;
    if (policy === 'ACCEPT' || policy === 'DROP') ruleset = withChain(ruleset, { name, policy, counters: ZERO_COUNTERS, rules: [] });
    else users.push({ name, counters: ZERO_COUNTERS, rules: [] });
  }
  return withChains(ruleset, [...ruleset.chains.values(), ...users]);
}
