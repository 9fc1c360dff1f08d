/**
 * The comparison of compat-tests/property.test.ts for as long as one likes.
 *   node dist/compat-tests/property-run.js [--rulesets 1000] [--packets 1000] [--seed 1000]
 * Prints each difference in full and a line every 20 rulesets; exit 1 when there was a difference. Root; attaches nothing.
 */
import { Command, InvalidArgumentError } from 'commander';
import { requireRoot } from './harness/root.js';
import { compareSeeds } from './property-compare.js';

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

const options = new Command('property-run')
  .option('--rulesets <n>', 'how many, each with every strategy', count, 1000)
  .option('--packets <n>', 'how many for each', count, 1000)
  .option('--seed <n>', 'the first one', count, 1000)
  .parse()
  .opts<{ rulesets: number; packets: number; seed: number }>();

requireRoot();
let [programs, packets, differences] = [0, 0, 0];
for (const result of compareSeeds(options.seed, options.rulesets, options.packets)) {
  programs += 1;
  packets += result.packets;
  if (result.difference !== '') {
    differences += 1;
    console.log(`${result.name}\n${result.difference}`);
  }
  if (programs % 60 === 0) console.error(`${programs / 3} rulesets, ${packets} packets, ${differences} differences`);
}
console.log(`${programs} programs, ${packets} packets, ${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;
