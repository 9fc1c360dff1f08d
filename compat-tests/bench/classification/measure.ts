/** Times classification: the program of a ruleset less the same program that only parses and drops, round by round. */
import { strategySetting } from '../../../src/cli/strategy-setting.js';
import { emitBaseline, emitGeneration } from '../../../src/emit/generation.js';
import { realKernel } from '../../../src/kernel/real-kernel.js';
import { loadLibrary } from '../../../src/link/library.js';
import { STAGE_MAPS } from '../../../src/link/stage-maps.js';
import { lowerRuleset } from '../../../src/lower/lower.js';
import { planRuleset } from '../../../src/plan/choose.js';
import { Random } from '../../../src/property/random.js';
import { readRuleset } from '../../../src/property/read-ruleset.js';
import { saveRule } from '../../../src/ruleset/print/rule-save.js';
import { BenchProgram, mapBytes } from '../bench-program.js';
import { checkProgram } from '../check.js';
import type { Header } from '../flat-rule.js';
import { note } from '../report/section.js';
import { workload } from '../shapes/all.js';
import { FORWARDED, saveFile, type Workload } from '../workload.js';

export interface ClassifyOptions {
  /** Names and numbers of rules to combine. */
  readonly shape: readonly string[];
  readonly rules: readonly number[];
  /** Different headers: powers of two up to 16384. */
  readonly flows: readonly number[];
  /** '': as the planner chooses. */
  readonly strategy: string;
  readonly rounds: number;
  /** Packets in a round. */
  readonly repeat: number;
}

/** Headers checked against brute force where a ruleset is too long to compare all with all. */
const CHECKED = 4096;

export interface Traffic {
  readonly name: string;
  readonly headers: readonly Header[];
  /** ns over the baseline, a round each. */
  readonly samples: number[];
}

export interface Classified {
  readonly shape: string;
  /** Rules asked for; the shape may have a few less. */
  readonly asked: number;
  readonly rules: number;
  readonly strategy: string;
  readonly reasons: readonly string[];
  /** Of the generation's maps, for 2 CPUs. */
  readonly bytes: number;
  /** ms: planning, tables and maps; and the verifier with the JIT. */
  readonly build: number;
  readonly load: number;
  readonly traffic: readonly Traffic[];
}

interface Case extends Classified {
  readonly program: BenchProgram;
}

const library = loadLibrary();
const kernel = realKernel();
const platform = { cpus: kernel.cpus, generation: 2n, stageMaps: STAGE_MAPS };

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

function prepare(shape: string, asked: number, options: ClassifyOptions): Case {
  const work = workload(shape, asked);
  const traffic = trafficOf(work, options.flows);
  const ir = lowered(work.text);
  const start = performance.now();
  const plan = planRuleset(ir, strategySetting({ BPF_IPTABLES_STRATEGY: options.strategy }));
  const spec = emitGeneration(plan, platform, library, ['bench']);
  const program = new BenchProgram(spec, work.metas);
  const build = performance.now() - start - program.loadTime;
  try {
    for (const { headers } of traffic) checkProgram(program, work, ir, headers.slice(0, work.rules > 2000 ? CHECKED : headers.length));
  } catch (error) {
    program.close();
    throw error;
  }
  return { shape, asked, rules: work.rules, strategy: plan.strategy.kind, reasons: plan.reasons, bytes: mapBytes(spec, kernel.cpus), build, load: program.loadTime, program, traffic };
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

export interface Classification {
  readonly cases: readonly Classified[];
  /** Of the program that only parses and drops, ns. */
  readonly baseline: readonly number[];
  /** Cases that could not be measured, each with its reason in a line. */
  readonly failures: readonly string[];
}

/** Prepares every case, checks it against brute force, then times all of them round by round on the calling core. */
export function classify(options: ClassifyOptions): Classification {
  const baseline = new BenchProgram(emitBaseline(planRuleset(lowered(saveFile([]))), platform, library), [FORWARDED]);
  const cases: Case[] = [];
  const failures: string[] = [];
  for (const asked of options.rules) {
    for (const shape of options.shape) {
      note(`preparing ${shape} ${asked}`);
      try {
        cases.push(prepare(shape, asked, options));
      } catch (error) {
        failures.push(`${shape} ${asked}: ${(error as Error).message.split('\n').slice(0, 3).join(' | ')}`);
      }
    }
  }
  const bases: number[] = [];
  for (let number = 1; number <= options.rounds; number++) {
    for (const one of cases) bases.push(...round(one, baseline, options.repeat));
    note(`round ${number} of ${options.rounds}`);
  }
  baseline.close();
  for (const { program } of cases) program.close();
  return { cases, baseline: bases, failures };
}
