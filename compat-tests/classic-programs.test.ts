/**
 * Classic BPF programs compiled (src/emit/classic.ts) against the oracle's interpreter, under BPF_PROG_TEST_RUN: every instruction alone and random programs, in rules
 * with one and with several of them, with every strategy, in both families. Then what the longest ones cost the verifier. Attaches nothing. Root.
 */
import t from 'tap';
import { CODES } from '../src/extensions/bpf/program.js';
import { run } from '../src/extensions/bpf/run.js';
import { programText, type ClassicInstruction } from '../src/ir/classic.js';
import { loadLibrary } from '../src/link/library.js';
import { lowerRuleset } from '../src/lower/lower.js';
import { native } from '../src/native/native.js';
import { decodePacket } from '../src/net/decode.js';
import { planRuleset } from '../src/plan/choose.js';
import { STRATEGIES } from '../src/plan/plan.js';
import { compareBytecode, describeDifference } from '../src/property/bytecode.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { judgeTraffic } from '../src/property/judged.js';
import { Random } from '../src/property/random.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { TestProgram } from '../src/property/test-program.js';
import { BUILTIN_CHAINS, type Family } from '../src/ruleset/model.js';
import { bodyOf, expecting, manyLoads, manyWays, manyWords, randomBody, reachingItsEnd, returning } from './classic/random-programs.js';
import { requireRoot } from './harness/root.js';
import { runningKernel } from './property-kernel.js';

requireRoot();
t.setTimeout(1_200_000);

type Program = readonly ClassicInstruction[];

const PROGRAMS = Number(process.env['CLASSIC_PROGRAMS'] ?? 360);
const PACKETS = 60;
/** Rules of a ruleset; straight-line code holds few with calls. */
const RULES = 12;

const library = loadLibrary();
const kernel = runningKernel();
const match = (program: Program): string => `-m bpf --bytecode "${program.length},${programText(program)}"`;

/** The programs in one chain; behind it the first again, a rule of two programs, and one with a function of bpf/ as well. */
function rulesetText(programs: readonly Program[], chain: string): string {
  const single = programs.map(match);
  const lines = [...single, single[0]!, `${single[0]!} ${single.at(-1)!}`, `${single[0]!} -m u32 --u32 "0x0&0x1=0x0,0x1"`];
  return ['*filter', ...BUILTIN_CHAINS.map((name) => `:${name} ACCEPT [0:0]`), ...lines.map((words) => `-A ${chain} ${words}`), 'COMMIT', ''].join('\n');
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

for (const family of ['ipv4', 'ipv6'] as const satisfies readonly Family[]) {
  const random = new Random(`classic ${family}`);
  const traffic = BUILTIN_CHAINS.map((chain) => ({ chain, packets: generatePackets(readRuleset('', family), family, PACKETS, { hooks: [chain], maximumLength: 200 }) }));
  const bodies = [...[...CODES].flatMap((code) => [1, 2, 3].map(() => bodyOf(random, code))), ...Array.from({ length: PROGRAMS }, () => randomBody(random))];
  let [checks, asked, matched] = [0, 0, 0];
  const wrong: string[] = [];
  batches(bodies, RULES).forEach((batch, index) => {
    const { chain, packets } = traffic[index % traffic.length]!;
    const views = packets.map(({ l3, meta }) => decodePacket(l3, meta));
    const programs = batch.map((body) => (random.chance(0.3) ? reachingItsEnd(body) : expecting(body, run(returning(body), random.pick(views)))));
    const text = rulesetText(programs, chain);
    const judged = judgeTraffic(readRuleset(text, family), packets);
    for (const strategy of STRATEGIES) {
      const { difference, packets: compared } = compareBytecode(judged, strategy, library, kernel);
      if (difference !== undefined) wrong.push(`${strategy}: ${describeDifference(difference, text)}`);
      checks += compared * programs.length;
    }
    asked += packets.length * (programs.length + 3);
    matched += judged.packets.reduce((sum, { slots }) => sum + slots.length - 1, 0);
  });
  t.same(wrong.slice(0, 2), [], `${family}: ${bodies.length} programs, ${checks} checks, ${wrong.length} differences`);
  t.ok(matched > asked / 10 && matched < asked * 0.9, `${family}: ${matched} of ${asked} rules match`);
}

/** Instructions that the verifier follows for a ruleset. */
function verified(text: string): number {
  const loaded: number[] = [];
  const counting = { ...kernel, progLoad: (...args: Parameters<typeof kernel.progLoad>) => loaded[loaded.push(kernel.progLoad(...args)) - 1]! };
  const ruleset = readRuleset(text);
  const program = new TestProgram(planRuleset(lowerRuleset(ruleset, () => ''), { strategy: 'linear' }), library, counting);
  const { verifiedInsns } = native().progInfo(loaded[0]!);
  program.close();
  return verifiedInsns;
}

const rule = (program: Program): string => ['*filter', ...BUILTIN_CHAINS.map((name) => `:${name} ACCEPT [0:0]`), `-A INPUT ${match(program)}`, 'COMMIT', ''].join('\n');
const least = verified(rule([{ code: 6, jt: 0, jf: 0, k: 1 }]));
for (const [name, program, most] of [
  ['ways', manyWays(), 1_000],
  ['words', manyWords(), 1_000],
  ['loads', manyLoads(), 10_000],
] as const) {
  const cost = verified(rule(program)) - least;
  t.equal(program.length, 64, `${name}: the longest program`);
  t.ok(cost < most, `${name}: ${cost} instructions more than the shortest program`);
}

// More than a program may have functions.
const many = Array.from({ length: 300 }, (_, k) => match([{ code: 0x30, jt: 0, jf: 0, k: 1 }, { code: 0x15, jt: 0, jf: 1, k }, { code: 6, jt: 0, jf: 0, k: 1 }, { code: 6, jt: 0, jf: 0, k: 0 }]));
const text = ['*filter', ...BUILTIN_CHAINS.map((name) => `:${name} ACCEPT [0:0]`), ...many.map((words) => `-A INPUT ${words}`), 'COMMIT', ''].join('\n');
const ruleset = readRuleset(text);
for (const strategy of ['bitvector', 'home'] as const) {
  const judged = judgeTraffic(ruleset, generatePackets(ruleset, 1, 40, { hooks: ['INPUT'] }));
  t.equal(compareBytecode(judged, strategy, library, kernel).difference, undefined, `${strategy}: 300 different programs`);
}
