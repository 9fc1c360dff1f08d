/**
 * The comparison of compat-tests/property.test.ts for as long as one likes.
 *   node dist/compat-tests/property-run.js [--checks 20000000] [--packets 4000] [--seed 1000] [--family ipv4]
 * Prints each difference in full, a line every 60 programs, and how packets ended; exit 1 when there was a difference. Root; attaches nothing.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Family } from '../src/ruleset/model.js';
import { requireRoot } from './harness/root.js';
import { compareSeeds } from './property-compare.js';

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

const options = new Command('property-run')
  .option('--checks <n>', 'how many packets through how many programs, in all', count, 20_000_000)
  .option('--packets <n>', 'how many for each ruleset', count, 4000)
  .option('--seed <n>', 'the first one', count, 1000)
  .addOption(new Option('--family <name>', 'one family alone').choices(['ipv4', 'ipv6']))
  .parse()
  .opts<{ checks: number; packets: number; seed: number; family?: Family }>();

requireRoot();
const families: readonly Family[] = options.family === undefined ? ['ipv4', 'ipv6'] : [options.family];
let [programs, packets, differences] = [0, 0, 0];
const ended = { accept: 0, drop: 0, reject: 0, hotdrop: 0 };
for (let seed = options.seed; packets < options.checks; seed++) {
  for (const result of families.flatMap((family) => [...compareSeeds(family, seed, 1, options.packets)])) {
    programs += 1;
    packets += result.packets;
    for (const key of Object.keys(ended) as (keyof typeof ended)[]) ended[key] += result.verdicts[key];
    if (result.difference !== '') {
      differences += 1;
      console.log(`${result.name}\n${result.difference}`);
    }
    if (programs % 60 === 0) console.error(`${programs} programs, ${packets} packets, ${differences} differences`);
  }
}
console.log(`${programs} programs, ${packets} packets, ${differences} differences: ${Object.entries(ended).map(([key, count]) => `${key} ${count}`).join(', ')}`);
process.exitCode = differences === 0 ? 0 : 1;
