/**
 * What classification costs by itself: ns per packet of the whole program under BPF_PROG_TEST_RUN, less the same program that only parses
 * and drops. Traffic: headers that hit all rules alike, in random order; and the first rule, the last, none.
 *   node dist/compat-tests/bench/classify.js [--shape grid,acl1] [--rules 1000,10000] [--flows 16384,1024] [--strategy linear]
 * Every program is first held against brute force: counters of all headers, verdicts of some. Needs root; attaches nothing.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { strategySetting } from '../../src/cli/strategy-setting.js';
import { emitBaseline, emitGeneration } from '../../src/emit/generation.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { loadLibrary } from '../../src/link/library.js';
import { STAGE_MAPS } from '../../src/link/stage-maps.js';
import { lowerRuleset } from '../../src/lower/lower.js';
import { planRuleset } from '../../src/plan/choose.js';
import { Random } from '../../src/property/random.js';
import { readRuleset } from '../../src/property/read-ruleset.js';
import { saveRule } from '../../src/ruleset/print/rule-save.js';
import { judged, JUMP_BAR, LOAD_BAR, MATCH_BAR, memoryBar, timeBar } from './bars.js';
import { BenchProgram, mapBytes } from './bench-program.js';
import { checkProgram } from './check.js';
import type { Header } from './flat-rule.js';
import { numbers, whole, words } from './options.js';
import { pinned } from './pinned.js';
import { EXTRA, workload } from './shapes/all.js';
import { median, spread } from './statistics.js';
import { FORWARDED, saveFile, type Workload } from './workload.js';

interface Options {
  readonly shape: readonly string[];
  readonly rules: readonly number[];
  readonly flows: readonly number[];
  readonly strategy: string;
  readonly rounds: number;
  readonly repeat: number;
  readonly core: number;
}

/** Headers checked against brute force where a ruleset is too long to compare all with all. */
const CHECKED = 2048;

interface Traffic {
  readonly name: string;
  readonly headers: readonly Header[];
  /** ns over the baseline, a round each. */
  readonly samples: number[];
}

interface Case {
  readonly work: Workload;
  readonly asked: number;
  readonly strategy: string;
  readonly reasons: readonly string[];
  readonly bytes: number;
  /** ms, lowering to the loaded program, the verifier apart. */
  readonly build: number;
  readonly program: BenchProgram;
  readonly traffic: readonly Traffic[];
}

const library = loadLibrary();
const kernel = realKernel();
const platform = { cpus: kernel.cpus, generation: 2n, stageMaps: STAGE_MAPS };

const note = (text: string): void => void process.stderr.write(`${text}\n`);

function lowered(text: string): ReturnType<typeof lowerRuleset> {
  return lowerRuleset(readRuleset(text), (chain, rule, family) => saveRule(chain, rule, family, 'none'));
}

function trafficOf(work: Workload, flows: readonly number[]): Traffic[] {
  const random = new Random(`traffic ${work.shape} ${work.rules}`);
  const single = (name: string, header: Header | undefined): Traffic[] => (header === undefined ? [] : [{ name, headers: [header], samples: [] }]);
  return [
    ...single('first', work.at(0, random)),
    ...single('last', work.at(work.rules - 1, random)),
    ...single('miss', work.miss(random)),
    ...flows.map((count): Traffic => ({ name: `${count} flows`, headers: work.uniform(count, random), samples: [] })),
  ];
}

function prepare(shape: string, asked: number, options: Options): Case {
  const work = workload(shape, asked);
  const ir = lowered(work.text);
  const start = performance.now();
  const plan = planRuleset(ir, strategySetting({ BPF_IPTABLES_STRATEGY: options.strategy }));
  const spec = emitGeneration(plan, platform, library, ['bench']);
  const program = new BenchProgram(spec, work.metas);
  const build = performance.now() - start - program.loadTime;
  const traffic = trafficOf(work, options.flows);
  try {
    for (const { headers } of traffic) checkProgram(program, work, ir, headers.slice(0, work.rules > 20_000 ? CHECKED : headers.length));
  } catch (error) {
    program.close();
    throw error;
  }
  return { work, asked, strategy: plan.strategy.kind, reasons: plan.reasons, bytes: mapBytes(spec, kernel.cpus), build, program, traffic };
}

/** One round: each traffic on the program that only parses and drops, then on the case's. */
function round({ program, traffic }: Case, baseline: BenchProgram, repeat: number): number[] {
  return traffic.map(({ headers, samples }) => {
    const timed = (one: BenchProgram): number => {
      one.load(headers);
      one.run(Math.min(repeat, headers.length));
      return one.run(repeat).duration;
    };
    const base = timed(baseline);
    samples.push(timed(program) - base);
    return base;
  });
}

const HEAD = ['shape', 'rules', 'strategy', 'first', 'last', 'miss'] as const;

function printHead(flows: readonly number[]): void {
  const cells = [...HEAD, ...flows.map((count) => `${count} flows: ns, spread, bar`), 'maps MB, bar', 'load ms', 'build ms'];
  console.log(`\n| ${cells.join(' | ')} |\n|${cells.map((_, index) => (index === 0 || index === 2 ? '---' : '---:')).join('|')}|`);
}

function printCase({ work, asked, strategy, bytes, build, program, traffic }: Case, flows: readonly number[]): void {
  const single = (name: string): string => {
    const found = traffic.find((each) => each.name === name);
    return found === undefined ? '-' : median(found.samples).toFixed(0);
  };
  const mixed = flows.map((count) => {
    const { samples } = traffic.find((each) => each.name === `${count} flows`)!;
    return `${spread(samples, 0)} ${judged(median(samples), timeBar(work.shape, asked, count))}`.trim();
  });
  const memory = `${(bytes / 1e6).toFixed(2)} ${judged(bytes, memoryBar(asked)).replace(/\d{4,}/, (digits) => String(Number(digits) / 1e6))}`;
  const load = `${program.loadTime.toFixed(0)} ${judged(program.loadTime, asked >= 100_000 ? LOAD_BAR : undefined)}`.trim();
  console.log(`| ${[work.shape, String(work.rules), strategy, single('first'), single('last'), single('miss'), ...mixed, memory, load, build.toFixed(0)].join(' | ')} |`);
}

/** What each jump or match before the grid adds, from the cases of as many rules with and without. */
function printExtras(cases: readonly Case[], flows: readonly number[]): void {
  const bars: Readonly<Record<string, number>> = { row: JUMP_BAR, deep: JUMP_BAR, counting: MATCH_BAR };
  const names: Readonly<Record<string, string>> = { row: 'jump and return, chains in a row', deep: 'jump and return, chains within chains', counting: 'matching rule without a target' };
  for (const one of cases) {
    const plain = cases.find(({ work, asked }) => work.shape === 'grid' && asked === one.asked);
    const word = names[one.work.shape];
    if (plain === undefined || word === undefined) continue;
    for (const count of flows) {
      const of = (each: Case): number => median(each.traffic.find(({ name }) => name === `${count} flows`)!.samples);
      const each = (of(one) - of(plain)) / EXTRA;
      console.log(`${word}: ${each.toFixed(1)} ns each at ${one.asked} rules, ${count} flows (${judged(each, bars[one.work.shape])})`);
    }
  }
}

function measure(options: Options): void {
  const baseline = new BenchProgram(emitBaseline(planRuleset(lowered(saveFile([]))), platform, library), [FORWARDED]);
  const cases: Case[] = [];
  for (const asked of options.rules) {
    for (const shape of options.shape) {
      note(`preparing ${shape} ${asked}`);
      try {
        cases.push(prepare(shape, asked, options));
      } catch (error) {
        console.log(`${shape} ${asked}: ${(error as Error).message.split('\n').slice(0, 3).join(' | ')}`);
        process.exitCode = 1;
      }
    }
  }
  const bases: number[] = [];
  for (let number = 1; number <= options.rounds; number++) {
    for (const one of cases) bases.push(...round(one, baseline, options.repeat));
    note(`round ${number} of ${options.rounds}`);
  }
  for (const { work, asked, strategy, reasons } of cases) note(`${work.shape} ${asked}: ${strategy}: ${reasons.join('; ')}`);
  console.log(`\nparse and drop alone: ${spread(bases, 0)} ns; ns over that, medians of ${options.rounds} interleaved rounds of ${options.repeat} packets on one core`);
  printHead(options.flows);
  for (const one of cases) printCase(one, options.flows);
  printExtras(cases, options.flows);
  baseline.close();
  for (const { program } of cases) program.close();
}

const options = new Command('classify')
  .option('--shape <names>', 'grid, acl1, fw1, ipc1, half, exact, small; row, deep, counting: the grid behind jumps or matches', words, ['grid', 'acl1', 'fw1', 'ipc1', 'half', 'exact'])
  .option('--rules <numbers>', 'rules', numbers, [1, 10, 16, 100, 1000, 10_000])
  .option('--flows <numbers>', 'different headers, powers of two up to 16384', numbers, [16_384])
  .option('--strategy <name>', 'force one', '')
  .option('--rounds <n>', 'interleaved rounds', whole, 5)
  .option('--repeat <n>', 'packets in a round', whole, 200_000)
  .option('--core <n>', 'the core to stay on', whole, 1)
  .parse()
  .opts<Options>();
if (pinned(options.core, fileURLToPath(import.meta.url))) measure(options);
