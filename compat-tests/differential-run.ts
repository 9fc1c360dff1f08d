#!/usr/bin/env node
/** The whole differential run, for people: `node dist/compat-tests/differential-run.js --help`. Exit 0 only when all is equal. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { STRATEGIES } from '../src/plan/plan.js';
import { embeddedSubjects, randomSubjects, realSubjects, REAL_RULESETS, rulesMet, runSubject, type StrategyChoice, type Subject } from './differential.js';
import { leftOutText, type Reason } from './harness/left-out.js';
import { reportText } from './harness/report.js';
import { requireRoot } from './harness/root.js';

interface Options {
  readonly packets: number;
  readonly random: number;
  readonly randomPackets: number;
  readonly seed: string;
  readonly rulesets: string;
  readonly only?: string;
  readonly strategy: readonly StrategyChoice[];
  readonly hook: readonly string[];
  readonly suspects: number;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number from 0 on is expected');
  return value;
}

const program = new Command('differential-run')
  .description('Whole rulesets under generated traffic through real iptables and bpf-iptables: embedded ones, real ones (*.save of a folder), random ones.')
  .option('--packets <n>', 'packets for each embedded and each real ruleset', count, 20_000)
  .option('--random <n>', 'how many random rulesets of each family', count, 50)
  .option('--random-packets <n>', 'packets for each of them', count, 2_000)
  .option('--seed <s>', 'seed of rulesets and packets', '1')
  .option('--rulesets <dir>', 'folder of real rulesets', REAL_RULESETS)
  .option('--only <text>', 'only rulesets whose name contains this')
  .addOption(new Option('--strategy <names...>', 'strategies of the compiler').choices(['chosen', ...STRATEGIES]).default(['chosen']))
  .option('--hook <names...>', 'hooks: modes of `bpf-iptables hook`, each may end in +fast-forward', ['tc'])
  .option('--suspects <n>', 'differing stretches taken apart in each ruleset', count, 4);

const PROGRESS_EVERY_MS = 5000;

async function main(options: Options): Promise<number> {
  requireRoot();
  const { subjects: real, unsupported } = realSubjects(options.rulesets);
  if (real.length === 0) process.stderr.write(`no real rulesets in ${options.rulesets}\n`);
  for (const line of unsupported) process.stdout.write(`${line}\n`);
  const wanted = (list: readonly Subject[]): readonly Subject[] => list.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const trials = [
    ...wanted([...embeddedSubjects(), ...real]).map((subject) => ({ subject, packets: options.packets })),
    ...wanted([...randomSubjects(options.seed, options.random), ...randomSubjects(options.seed, options.random, 'ipv6')]).map((subject) => ({ subject, packets: options.randomPackets })),
  ].flatMap((trial) => options.strategy.flatMap((strategy) => options.hook.map((hook) => ({ ...trial, strategy, hook }))));
  if (trials.length === 0) {
    process.stderr.write('no ruleset to try\n');
    return 1;
  }
  process.stdout.write(`${row(['ruleset', 'strategy', 'hook', 'packets', 'arrivals', 'rules met', 'seconds', 'packets/s', 'result'])}\n`);
  let different = 0;
  const leftOut = new Map<Reason, number>();
  for (const { subject, packets, strategy, hook } of trials) {
    const began = performance.now();
    let told = began;
    const progress = (line: string): void => {
      if (performance.now() - told < PROGRESS_EVERY_MS) return;
      told = performance.now();
      process.stderr.write(`${line}\n`);
    };
    const result = await runSubject(subject, { packets, seed: options.seed, strategy, hook, suspects: options.suspects, progress }).catch((error: unknown) => {
      if (strategy === 'linear' && String(error).includes('straight-line code')) return undefined;
      throw error;
    });
    if (result === undefined) {
      process.stdout.write(`${row([subject.name, strategy, hook, '', '', '', '', '', 'too large for this strategy'])}\n`);
      continue;
    }
    for (const [reason, packetsLeft] of result.leftOut) leftOut.set(reason, (leftOut.get(reason) ?? 0) + packetsLeft);
    const seconds = (performance.now() - began) / 1000;
    const { met, all } = rulesMet(result);
    const cells = [subject.name, strategy, hook, result.packets, result.arrived, `${met}/${all}`, seconds.toFixed(1), Math.round(result.packets / seconds), result.equal ? 'equal' : 'DIFFERENT'];
    process.stdout.write(`${row(cells.map(String))}\n`);
    if (result.equal) continue;
    different += 1;
    process.stdout.write(`${reportText(result)}\n`);
  }
  process.stdout.write(leftOutText(leftOut));
  process.stdout.write(`${trials.length} trials, seed ${options.seed}: ${different === 0 ? 'all equal' : `${different} DIFFERENT`}\n`);
  return different === 0 ? 0 : 1;
}

function row(cells: readonly string[]): string {
  const widths = [26, 10, 12, 8, 9, 10, 8, 10, 0];
  return cells.map((cell, index) => (index === 0 || index === 8 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!))).join(' ').trimEnd();
}

process.exitCode = await main(program.parse().opts<Options>());
