/**
 * What a packet costs from a veth peer to its end, firewall by firewall, on one core: live frames in, dropped at the last rule (or the first,
 * or whichever of all, or forwarded where none matches); the generator's own cost, measured in the same rounds, is taken off.
 *   node dist/compat-tests/bench/end-to-end.js [--rules 1,10000] [--rounds 5] [--only tc,xdp]
 * Needs root and the packages of `node src/setup/ensure.mjs --bench`. Works in namespaces of its own.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { requireRoot } from '../harness/root.js';
import { endToEnd, type EndToEndOptions } from './end-to-end/measure.js';
import { endToEndTable } from './end-to-end/tables.js';
import { numbers, whole, words } from './options.js';
import { pinned } from './pinned.js';
import { tableText } from './report/markdown.js';
import { spread } from './statistics.js';

interface Options extends EndToEndOptions {
  readonly rules: readonly number[];
  readonly core: number;
}

function main(options: Options): void {
  requireRoot();
  for (const count of options.rules) {
    const result = endToEnd(count, options);
    console.log(`\n${count} rules; the generator's own cost, taken off: ${spread(result.generator.get('last')!)} ns\n`);
    console.log(tableText(endToEndTable(result)));
    for (const remark of result.remarks) console.log(remark);
    if (result.remarks.some((remark) => remark.includes('FAILED'))) process.exitCode = 1;
  }
}

const options = new Command('end-to-end')
  .option('--rules <numbers>', 'rules', numbers, [1, 10, 100, 1000, 10_000, 100_000])
  .option('--rounds <n>', 'interleaved rounds', whole, 5)
  .option('--only <names>', 'parts of names of firewalls', words)
  .option('--milliseconds <n>', 'how long one measurement lasts', whole, 40)
  .option('--core <n>', 'the core to stay on', whole, 1)
  .parse()
  .opts<Options>();
if (pinned(options.core, fileURLToPath(import.meta.url))) main(options);
