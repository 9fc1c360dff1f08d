/** What the commands are timed with. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { matchExtension, targetExtension } from '../../../src/extensions/registry.js';
import { Random } from '../../../src/property/random.js';
import { matchText } from '../flat-rule.js';
import { exactRules } from '../shapes/random-rules.js';
import { saveFile } from '../workload.js';

/** dist/compat-tests/bench/control-plane lies four levels below the repository. */
const UNIVERSITY = path.resolve(import.meta.dirname, '../../../../../shared/data/rulesets/university-lab-2015.save');

/** A ruleset, and how much longer than iptables-legacy-restore (and a bare node) its restore may take. */
export interface TimedRuleset {
  readonly text: string;
  readonly timesLegacy: number;
  /** Most that one more rule may take, ms. */
  readonly appendBar?: number;
}

function exact(count: number, timesLegacy: number, appendBar: number): TimedRuleset {
  return { text: saveFile(exactRules(count, new Random(`control plane ${count}`)).map((rule) => `${matchText(rule)} -j ACCEPT`)), timesLegacy, appendBar };
}

/** Whether every extension that a line names is built. */
function known(line: string, chains: ReadonlySet<string>): boolean {
  const matches = [...line.matchAll(/ -m (\S+)/g)].map((found) => found[1]!);
  const target = / -j (\S+)/.exec(line)?.[1];
  return matches.every((name) => matchExtension(name, 'ipv4')) && (target === undefined || ['ACCEPT', 'DROP', 'RETURN'].includes(target) || chains.has(target) || targetExtension(target, 'ipv4') !== undefined);
}

/** The filter table of a real university network, rules left out that use what is not built; undefined where the file is not beside the repository. */
function university(): TimedRuleset | undefined {
  if (!existsSync(UNIVERSITY)) return undefined;
  const filter = /\*filter\n[\s\S]*?\nCOMMIT\n/.exec(readFileSync(UNIVERSITY, 'utf8'))?.[0].replaceAll('XX:XX:XX:XX:XX:XX', '00:16:3e:00:00:01') ?? '';
  const lines = filter.split('\n');
  const chains = new Set(lines.flatMap((line) => /^:(\S+)/.exec(line)?.[1] ?? []));
  return { text: lines.filter((line) => known(line, chains)).join('\n'), timesLegacy: 4 };
}

export const TIMED_RULESETS: Readonly<Record<string, () => TimedRuleset | undefined>> = {
  '10000': () => exact(10_000, 1, 150),
  '100000': () => exact(100_000, 0.7, 1200),
  university,
};
