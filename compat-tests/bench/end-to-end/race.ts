/** Times several lanes with the same frames, round by round on the calling core, and takes the generator's own cost off. */
import type { Header } from '../flat-rule.js';
import { note } from '../report/section.js';
import { dropAtOnce } from './contenders.js';
import { Generator } from './generator.js';
import { createLane, frameCounts, removeLane, type Lane } from './lane.js';

export interface Runner {
  readonly name: string;
  readonly lane: Lane;
  /** Whether all frames of this traffic leave by eth1, or none; undefined: neither is sure. */
  passes(traffic: string): boolean | undefined;
}

export interface RaceOptions {
  readonly rounds: number;
  /** How long one measurement lasts. */
  readonly milliseconds: number;
}

export interface Times {
  readonly name: string;
  /** ns a packet over the generator, a round each, by traffic. */
  readonly net: ReadonlyMap<string, readonly number[]>;
}

export interface Race {
  readonly times: readonly Times[];
  /** The generator's own cost, ns a packet, a round each, by traffic. */
  readonly generator: ReadonlyMap<string, readonly number[]>;
  /** Who failed, and how. */
  readonly failures: readonly string[];
}

/** Frames of a first, short run; and the most of a measured one. */
const LEAST = 64;
const MOST = 400_000;

/** By traffic: the headers, their number a power of two. */
export type Traffic = ReadonlyMap<string, readonly Header[]>;

interface Entry extends Runner {
  readonly generators: ReadonlyMap<string, Generator>;
  /** Frames a measurement. */
  readonly frames: Map<string, number>;
  readonly samples: Map<string, number[]>;
}

/** Sends, returns ns a frame. @throws Error where frames were lost on the way, or judged wrongly */
function proven(entry: Entry, traffic: string, frames: number): number {
  const before = frameCounts(entry.lane);
  const time = entry.generators.get(traffic)!.send(frames);
  const after = frameCounts(entry.lane);
  if (after.arrived - before.arrived !== frames) throw new Error(`${entry.name}, ${traffic}: ${frames} frames sent, ${after.arrived - before.arrived} arrived`);
  const [passed, wanted] = [after.forwarded - before.forwarded, entry.passes(traffic)];
  if (wanted !== undefined && passed !== (wanted ? frames : 0)) throw new Error(`${entry.name}, ${traffic}: ${passed} of ${frames} frames forwarded`);
  return time;
}

function enter(runner: Runner, traffic: Traffic, options: RaceOptions): Entry {
  const { name, lane } = runner;
  const generators = new Map([...traffic].map(([word, headers]) => [word, new Generator(lane.sender, lane.port, headers)]));
  const entry: Entry = { name, lane, passes: (word) => runner.passes(word), generators, frames: new Map(), samples: new Map([...traffic.keys()].map((word) => [word, []])) };
  for (const word of traffic.keys()) {
    const wanted = Math.min(MOST, Math.max(LEAST, (options.milliseconds * 1e6) / proven(entry, word, LEAST)));
    entry.frames.set(word, Math.round(wanted / LEAST) * LEAST);
    proven(entry, word, entry.frames.get(word)!);
  }
  return entry;
}

function round({ generators, frames, samples }: Entry): void {
  for (const [word, generator] of generators) samples.get(word)!.push(generator.send(frames.get(word)!));
}

/** Proves every runner's verdicts, then times them. The runners' lanes stay; failed runners are left out. */
export function race(runners: readonly Runner[], traffic: Traffic, options: RaceOptions): Race {
  const earliest = createLane('drop');
  dropAtOnce(earliest);
  const generator = enter({ name: 'generator', lane: earliest, passes: () => false }, traffic, options);
  const failures: string[] = [];
  const entries = runners.flatMap((runner) => {
    try {
      return [enter(runner, traffic, options)];
    } catch (error) {
      failures.push(`FAILED: ${(error as Error).message}`);
      return [];
    }
  });
  for (let number = 1; number <= options.rounds; number++) {
    round(generator);
    entries.forEach(round);
    note(`round ${number} of ${options.rounds}`);
  }
  const net = ({ samples }: Entry): Times['net'] => new Map([...samples].map(([word, values]) => [word, values.map((value, index) => value - generator.samples.get(word)![index]!)]));
  for (const { generators } of [generator, ...entries]) for (const one of generators.values()) one.close();
  removeLane(earliest);
  return { times: entries.map((entry) => ({ name: entry.name, net: net(entry) })), generator: generator.samples, failures };
}
