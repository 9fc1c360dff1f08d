/**
 * What classification costs by itself: ns per packet of the whole program under BPF_PROG_TEST_RUN, less the same program without rules.
 *   node dist/compat-tests/bench/classify.js [--rounds 5] [--repeat 200000]
 * Pins itself to one core; medians over interleaved rounds, with the spread. Needs root; attaches nothing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { plan } from '../../src/cli/compile.js';
import { loadLibrary } from '../../src/link/library.js';
import { ipv4 } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import type { PacketMeta } from '../../src/net/packet-view.js';
import { udp } from '../../src/net/udp.js';
import type { GeneratedPacket } from '../../src/property/generated-packet.js';
import { readRuleset } from '../../src/property/read-ruleset.js';
import { TestProgram } from '../../src/property/test-program.js';
import type { StrategyName } from '../../src/plan/plan.js';
import { runningKernel } from '../property-kernel.js';

interface Scenario {
  readonly rules: number;
  readonly strategy: StrategyName | undefined;
}

const SCENARIOS: readonly Scenario[] = [
  { rules: 1, strategy: undefined },
  { rules: 16, strategy: undefined },
  { rules: 64, strategy: 'linear' },
  { rules: 64, strategy: 'bitvector' },
  { rules: 1000, strategy: 'linear' },
  { rules: 1000, strategy: 'bitvector' },
  { rules: 10_000, strategy: undefined },
];

/** The published cross product: 10 source ports, 10 destination ports, 5 destinations, as many sources as it takes. */
function tuple(index: number): { src: string; dst: string; sport: number; dport: number } {
  const source = Math.floor(index / 500);
  return {
    src: `192.168.${source >> 8}.${(source & 255) + 2}`,
    dst: `192.168.101.${2 + (Math.floor(index / 100) % 5)}`,
    sport: 10_100 + (Math.floor(index / 10) % 10),
    dport: 8080 + (index % 10),
  };
}

function rulesText(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const { src, dst, sport, dport } = tuple(index);
    return `-A FORWARD -s ${src}/32 -d ${dst}/32 -p udp -m udp --sport ${sport} --dport ${dport} -j ACCEPT`;
  });
  return ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');
}

const META: PacketMeta = {
  inIface: 'eth0',
  outIface: 'eth1',
  mark: 0,
  srcType: 1,
  dstType: 1,
  srcTypeIface: 1,
  dstTypeIface: 1,
  srcTypeOutIface: 1,
  dstTypeOutIface: 1,
  ctState: 'NEW',
  now: 0n,
};

function packet(index: number): GeneratedPacket {
  const { src, dst, sport, dport } = tuple(index);
  const l3 = ipv4({ src: ipv4Address(src), dst: ipv4Address(dst) }, udp({ sport, dport }, new Uint8Array(18)));
  return { hook: 'FORWARD', l3, meta: META, note: `tuple ${index}` };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measure(rounds: number, repeat: number): void {
  const library = loadLibrary();
  const kernel = runningKernel();
  const empty = new TestProgram(plan(readRuleset(rulesText(0))), library, kernel);
  const cases = SCENARIOS.map((scenario) => {
    const chosen = plan(readRuleset(rulesText(scenario.rules)), scenario.strategy === undefined ? {} : { strategy: scenario.strategy });
    const program = new TestProgram(chosen, library, kernel);
    const traffic = { first: packet(0), middle: packet(scenario.rules >> 1), last: packet(scenario.rules - 1), miss: packet(1_000_000) };
    return { scenario, strategy: chosen.strategy.kind, program, traffic, samples: { first: [] as number[], middle: [] as number[], last: [] as number[], miss: [] as number[] } };
  });
  const baseline: number[] = [];
  for (let round = 0; round < rounds; round++) {
    baseline.push(empty.run(packet(0), repeat).duration);
    for (const one of cases) {
      for (const [name, sample] of Object.entries(one.traffic)) one.samples[name as keyof typeof one.samples].push(one.program.run(sample, repeat).duration);
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const base = median(baseline);
  console.log(`program without rules (parse, record, policy counter, drop): ${base} ns (${Math.min(...baseline)} to ${Math.max(...baseline)})`);
  console.log('\n|  rules | strategy  | first | middle | last | miss | spread of last |\n|-------:|-----------|------:|-------:|-----:|-----:|----------------|');
  for (const { scenario, strategy, samples } of cases) {
    const cell = (values: readonly number[]): string => String(median(values) - base);
    const spread = `${Math.min(...samples.last) - base} to ${Math.max(...samples.last) - base}`;
    console.log(`| ${String(scenario.rules).padStart(6)} | ${strategy.padEnd(9)} | ${cell(samples.first).padStart(5)} | ${cell(samples.middle).padStart(6)} | ${cell(samples.last).padStart(4)} | ${cell(samples.miss).padStart(4)} | ${spread.padEnd(14)} |`);
  }
  console.log(`\nns per packet over the program without rules; medians of ${rounds} interleaved rounds of ${repeat} runs of one packet on one core`);
  empty.close();
  for (const { program } of cases) program.close();
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('a whole number above 0 is needed');
  return Number(text);
}

const options = new Command('classify').option('--rounds <n>', 'interleaved rounds', count, 5).option('--repeat <n>', 'runs of a packet in a round', count, 200_000).parse().opts<{ rounds: number; repeat: number }>();
if (process.env['BPF_IPTABLES_PINNED'] === undefined) {
  const { status } = spawnSync('taskset', ['-c', '1', process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, BPF_IPTABLES_PINNED: '1' } });
  process.exitCode = status ?? 1;
} else measure(options.rounds, options.repeat);
