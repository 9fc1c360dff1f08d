/**
 * What classification costs by itself: ns per packet of the whole program under BPF_PROG_TEST_RUN, less the same program that only parses
 * and drops. Traffic: headers that hit all rules alike, in random order; and the first rule, the last, none.
 *   node dist/compat-tests/bench/classify.js [--shape grid,acl1] [--rules 1000,10000] [--flows 16384,1024] [--strategy linear]
 * Every program is first held against brute force: counters of all headers, verdicts of some. Needs root; attaches nothing.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { classify, type ClassifyOptions } from './classification/measure.js';
import { classificationBars, classificationTable, extraBars } from './classification/tables.js';
import { numbers, whole, words } from './options.js';
import { pinned } from './pinned.js';
import { judgementTable, tableText } from './report/markdown.js';
import { note } from './report/section.js';
import { spread } from './statistics.js';

interface Options extends ClassifyOptions {
  readonly core: number;
}

function main(options: Options): void {
  const result = classify(options);
  for (const { shape, asked, strategy, reasons } of result.cases) note(`${shape} ${asked}: ${strategy}: ${reasons.join('; ')}`);
  console.log(`parse and drop alone: ${result.baseline.length === 0 ? '-' : spread(result.baseline, 0)} ns; ns over that, medians of ${options.rounds} interleaved rounds of ${options.repeat} packets on one core\n`);
  console.log(tableText(classificationTable(result, options.flows)));
  const bars = [...classificationBars(result, options.flows), ...extraBars(result, options.flows)];
  if (bars.length > 0) console.log(tableText(judgementTable(bars)));
  for (const failure of result.failures) console.log(failure);
  if (result.failures.length > 0) process.exitCode = 1;
}

const options = new Command('classify')
  .option('--shape <names>', 'grid, acl1, fw1, ipc1, half, exact, small; row, deep, counting: the grid behind jumps or matches; university', words, ['grid', 'acl1', 'fw1', 'ipc1', 'half', 'exact'])
  .option('--rules <numbers>', 'rules', numbers, [1, 10, 16, 100, 1000, 10_000])
  .option('--flows <numbers>', 'different headers, powers of two up to 16384', numbers, [16_384])
  .option('--strategy <name>', 'force one', '')
  .option('--rounds <n>', 'interleaved rounds', whole, 5)
  .option('--repeat <n>', 'packets in a round', whole, 200_000)
  .option('--core <n>', 'the core to stay on', whole, 1)
  .parse()
  .opts<Options>();
if (pinned(options.core, fileURLToPath(import.meta.url))) main(options);
