/**
 * The benchmark: measures scenarios, prints what they found, writes docs/performance.md and its charts.
 *   node dist/compat-tests/bench/run.js                                 all of it: about a quarter of an hour
 *   node dist/compat-tests/bench/run.js --scenario chains,end-to-end:1  some, or parts of some; the page keeps the others as they were
 *   node dist/compat-tests/bench/run.js --quick --print                 short measurements, nothing written
 * Needs root and the packages of `node src/setup/ensure.mjs --bench`. Works in namespaces of its own.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { requireRoot } from '../harness/root.js';
import { whole, words } from './options.js';
import { pinned } from './pinned.js';
import { machineText, readResults, withSection, writeDocument } from './report/document.js';
import { judgementTable, tableText } from './report/markdown.js';
import { note, type Effort, type Scenario, type Section } from './report/section.js';
import { SCENARIOS } from './scenarios/all.js';

interface Options {
  readonly scenario?: readonly string[];
  readonly quick?: true;
  readonly print?: true;
  readonly rounds: number;
  readonly core: number;
}

/** `NAME` or `NAME:PART` to the parts they mean. @throws Error for a name that no scenario or part has */
function chosen(names: readonly string[] | undefined): { readonly scenario: Scenario; readonly part: string }[] {
  const wanted = names ?? SCENARIOS.map(({ name }) => name);
  return wanted.flatMap((word) => {
    const [name, part] = word.split(':');
    const scenario = SCENARIOS.find((each) => each.name === name);
    if (scenario === undefined || (part !== undefined && !scenario.parts.includes(part))) {
      throw new Error(`no scenario ${word}; there are ${SCENARIOS.map((each) => each.name + (each.parts.length > 1 ? `:${each.parts.join('|')}` : '')).join(', ')}`);
    }
    return (part === undefined ? scenario.parts : [part]).map((each) => ({ scenario, part: each }));
  });
}

function measure({ scenario, part }: { readonly scenario: Scenario; readonly part: string }, effort: Effort): Section {
  const name = part === '' ? scenario.name : `${scenario.name}:${part}`;
  note(`--- ${name}`);
  const command = `node dist/compat-tests/bench/run.js --scenario ${name} --rounds ${effort.rounds}`;
  const section = { scenario: scenario.name, part, command, ...scenario.run(part, effort) };
  for (const table of section.tables) console.log(tableText(table));
  if (section.judgements.length > 0) console.log(tableText(judgementTable(section.judgements)));
  for (const remark of section.remarks) console.log(remark);
  return section;
}

function main(options: Options): void {
  requireRoot();
  const effort: Effort = options.quick ? { rounds: 1, milliseconds: 4 } : { rounds: options.rounds, milliseconds: 30 };
  for (const each of chosen(options.scenario)) {
    const section = measure(each, effort);
    if (options.print) continue;
    // After each part: a long run that is stopped keeps what it has.
    const before = readResults();
    writeDocument({ machine: machineText(), sections: withSection(before.sections, section) }, SCENARIOS);
  }
}

const options = new Command('run')
  .option('--scenario <names>', 'NAME or NAME:PART, by commas', words)
  .option('--quick', 'one short round')
  .option('--print', 'write no files')
  .option('--rounds <n>', 'interleaved rounds', whole, 5)
  .option('--core <n>', 'the core to stay on', whole, 1)
  .parse()
  .opts<Options>();
if (pinned(options.core, fileURLToPath(import.meta.url))) main(options);
