/** Times firewalls end to end: frames from a veth peer, the generator's own cost taken off, round by round. */
import { Random } from '../../../src/property/random.js';
import type { FlatRule, Header } from '../flat-rule.js';
import { note } from '../report/section.js';
import { gridRules } from '../shapes/grid.js';
import { FlatWorkload } from '../workload.js';
import { CONTENDERS, dropAtOnce, type Contender } from './contenders.js';
import { Generator } from './generator.js';
import { createLane, frameCounts, removeLane, type Lane } from './lane.js';

export interface EndToEndOptions {
  readonly rounds: number;
  /** Parts of names of firewalls; all when left out. */
  readonly only?: readonly string[];
  /** How long one measurement lasts. */
  readonly milliseconds: number;
}

export const TRAFFIC = ['first', 'last', 'miss', 'uniform'] as const;
export type TrafficName = (typeof TRAFFIC)[number];
const FLOWS = 16_384;
/** Frames of a first, short run; and the fewest of a measured one. */
const LEAST = 64;
const MOST = 400_000;

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

function enter(name: string, lane: Lane, headers: ReadonlyMap<TrafficName, readonly Header[]>, filter: 'none' | 'rules' | 'all', options: EndToEndOptions): Entry {
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

function prepare(contender: Contender, rules: readonly FlatRule[], headers: ReadonlyMap<TrafficName, readonly Header[]>, options: EndToEndOptions): Entry {
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

export interface EndToEnd {
  readonly rows: readonly Row[];
  /** The generator's own cost, ns a packet, a round each. */
  readonly generator: readonly number[];
  /** Who was left out and why; who failed. */
  readonly remarks: readonly string[];
}

export interface Row {
  readonly name: string;
  readonly rules: number;
  /** ns over the generator, a round each. */
  readonly net: ReadonlyMap<TrafficName, readonly number[]>;
}

/** All contenders with `count` rules of the grid, in interleaved rounds on the calling core. */
export function endToEnd(count: number, options: EndToEndOptions): EndToEnd {
  const rules = gridRules(count);
  const headers = headersOf(rules);
  const earliest = createLane('drop');
  dropAtOnce(earliest);
  const generator = enter('generator', earliest, headers, 'all', options);
  const entries: Entry[] = [];
  const remarks: string[] = [];
  for (const contender of CONTENDERS) {
    if (options.only !== undefined && !options.only.some((word) => contender.name.toLowerCase().includes(word.toLowerCase()))) continue;
    const obstacle = contender.obstacle(count);
    if (obstacle !== undefined) {
      remarks.push(`${contender.name}, ${count} rules: left out, ${obstacle}`);
      continue;
    }
    try {
      entries.push(prepare(contender, rules, headers, options));
    } catch (error) {
      remarks.push(`${contender.name}, ${count} rules: FAILED, ${(error as Error).message}`);
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
  for (const { lane, generators } of [generator, ...entries]) {
    for (const one of generators.values()) one.close();
    removeLane(lane);
  }
  return { rows, generator: generator.samples.get('last')!, remarks };
}
