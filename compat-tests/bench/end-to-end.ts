/**
 * What a packet costs from a veth peer to its end, firewall by firewall, on one core: live frames in, dropped at the last rule (or the first,
 * or whichever of all, or forwarded where none matches); the generator's own cost, measured in the same rounds, is taken off.
 *   node dist/compat-tests/bench/end-to-end.js [--rules 1,10000] [--rounds 5] [--only tc,xdp]
 * Needs root and the packages of `node src/setup/ensure.mjs --bench`. Works in namespaces of its own.
 */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { Random } from '../../src/property/random.js';
import { requireRoot } from '../harness/root.js';
import { CONTENDERS, dropAtOnce, type Contender } from './end-to-end/contenders.js';
import { Generator } from './end-to-end/generator.js';
import { createLane, frameCounts, removeLane, type Lane } from './end-to-end/lane.js';
import type { FlatRule, Header } from './flat-rule.js';
import { numbers, whole, words } from './options.js';
import { pinned } from './pinned.js';
import { gridRules } from './shapes/grid.js';
import { median, spread } from './statistics.js';
import { FlatWorkload } from './workload.js';

interface Options {
  readonly rules: readonly number[];
  readonly rounds: number;
  readonly only?: readonly string[];
  readonly milliseconds: number;
  readonly core: number;
}

const TRAFFIC = ['first', 'last', 'miss', 'uniform'] as const;
type TrafficName = (typeof TRAFFIC)[number];
const FLOWS = 16_384;
/** Frames of a first, short run; and the fewest of a measured one. */
const LEAST = 64;
const MOST = 400_000;

const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** One firewall with its rules and its traffic. */
interface Entry {
  readonly name: string;
  readonly lane: Lane;
  readonly generators: ReadonlyMap<TrafficName, Generator>;
  /** Frames a measurement, by traffic. */
  readonly frames: Map<TrafficName, number>;
  /** ns a packet, a round each. */
  readonly samples: Map<TrafficName, number[]>;
}

function headersOf(rules: readonly FlatRule[]): ReadonlyMap<TrafficName, readonly Header[]> {
  const random = new Random(`end to end ${rules.length}`);
  const work = new FlatWorkload('grid', rules);
  return new Map<TrafficName, readonly Header[]>([
    ['first', [work.at(0, random)!]],
    ['last', [work.at(rules.length - 1, random)!]],
    ['miss', [{ ...work.at(0, random)!, dport: 9 }]],
    ['uniform', work.uniform(FLOWS, random)],
  ]);
}

/** Sends, returns ns a frame, and says what became of it. @throws Error where frames were lost on the way, or judged wrongly */
function proven(entry: Entry, traffic: TrafficName, frames: number, forwarded: boolean | undefined): number {
  const before = frameCounts(entry.lane);
  const time = entry.generators.get(traffic)!.send(frames);
  const after = frameCounts(entry.lane);
  if (after.arrived - before.arrived !== frames) throw new Error(`${entry.name}, ${traffic}: ${frames} frames sent, ${after.arrived - before.arrived} arrived`);
  const passed = after.forwarded - before.forwarded;
  if (forwarded !== undefined && passed !== (forwarded ? frames : 0)) throw new Error(`${entry.name}, ${traffic}: ${passed} of ${frames} frames forwarded`);
  return time;
}

function enter(name: string, lane: Lane, headers: ReadonlyMap<TrafficName, readonly Header[]>, filter: 'none' | 'rules' | 'all', options: Options): Entry {
  const generators = new Map([...headers].map(([traffic, list]) => [traffic, new Generator(lane.sender, lane.port, list, lane.macs)]));
  const entry: Entry = { name, lane, generators, frames: new Map(), samples: new Map(TRAFFIC.map((traffic) => [traffic, []])) };
  for (const traffic of TRAFFIC) {
    const forwarded = filter === 'none' || (filter === 'rules' && traffic === 'miss');
    const each = proven(entry, traffic, LEAST, forwarded);
    const wanted = Math.min(MOST, Math.max(LEAST, (options.milliseconds * 1e6) / each));
    entry.frames.set(traffic, Math.round(wanted / LEAST) * LEAST);
    proven(entry, traffic, entry.frames.get(traffic)!, forwarded);
  }
  return entry;
}

function prepare(contender: Contender, rules: readonly FlatRule[], headers: ReadonlyMap<TrafficName, readonly Header[]>, options: Options): Entry {
  const lane = createLane(String(rules.length));
  const start = performance.now();
  contender.install(lane, rules);
  const entry = enter(contender.name, lane, headers, contender.name === 'no filter' ? 'none' : 'rules', options);
  note(`${contender.name}, ${rules.length} rules: ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return entry;
}

function round(entry: Entry): void {
  for (const traffic of TRAFFIC) {
    const frames = entry.frames.get(traffic)!;
    entry.samples.get(traffic)!.push(entry.generators.get(traffic)!.send(frames));
  }
}

interface Row {
  readonly name: string;
  readonly rules: number;
  /** ns over the generator, a round each. */
  readonly net: ReadonlyMap<TrafficName, readonly number[]>;
}

function measure(count: number, options: Options): Row[] {
  const rules = gridRules(count);
  const headers = headersOf(rules);
  const earliest = createLane('drop');
  dropAtOnce(earliest);
  const generator = enter('generator', earliest, headers, 'all', options);
  const entries: Entry[] = [];
  for (const contender of CONTENDERS) {
    if (options.only !== undefined && !options.only.some((word) => contender.name.toLowerCase().includes(word.toLowerCase()))) continue;
    const obstacle = contender.obstacle(count);
    if (obstacle !== undefined) {
      console.log(`${contender.name}, ${count} rules: left out, ${obstacle}`);
      continue;
    }
    try {
      entries.push(prepare(contender, rules, headers, options));
    } catch (error) {
      console.log(`${contender.name}, ${count} rules: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
  for (let number = 1; number <= options.rounds; number++) {
    round(generator);
    entries.forEach(round);
    note(`${count} rules: round ${number} of ${options.rounds}`);
  }
  const rows = entries.map(({ name, samples }) => {
    const net = new Map(TRAFFIC.map((traffic) => [traffic, samples.get(traffic)!.map((value, index) => value - generator.samples.get(traffic)![index]!)] as const));
    return { name, rules: count, net };
  });
  note(`generator: ${spread(generator.samples.get('last')!)} ns`);
  for (const { lane, generators } of [generator, ...entries]) {
    for (const one of generators.values()) one.close();
    removeLane(lane);
  }
  return rows;
}

function print(rows: readonly Row[]): void {
  const of = (row: Row, traffic: TrafficName): number => median(row.net.get(traffic)!);
  const legacy = rows.find(({ name }) => name === 'iptables-legacy');
  console.log(`\n| ${rows[0]!.rules} rules | first | last | spread of last | miss (forwarded) | uniform | iptables-legacy's last over this |\n|---|---:|---:|---|---:|---:|---:|`);
  for (const row of rows) {
    const cells = [of(row, 'first').toFixed(0), of(row, 'last').toFixed(0), spread(row.net.get('last')!, 0).replace(/^\S+ /, ''), of(row, 'miss').toFixed(0), of(row, 'uniform').toFixed(0)];
    const ratio = legacy === undefined ? '' : (of(legacy, 'last') / of(row, 'last')).toFixed(1);
    console.log(`| ${row.name} | ${cells.join(' | ')} | ${ratio} |`);
  }
}

function main(options: Options): void {
  requireRoot();
  for (const count of options.rules) print(measure(count, options));
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
