/** Runs one stream of packets through two firewalls with the same rules and says where they differ. */
import { bpfIptables, legacyOf, restore, type Firewall } from './harness/firewall.js';
import { pieces, refine, replay, type Replay, type Stretch, type StretchDifference } from './harness/locate.js';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { createTwin, type Pair } from './harness/twin.js';
import { worldFor, type World } from './harness/world.js';
import { compareCounters, type ComparedLine } from './harness/counters.js';
import { toleranceOf } from './harness/tolerance.js';
import type { TwinPacket } from './harness/packet.js';

export interface TwinTrial {
  /** A save file with a filter table. */
  readonly rulesText: string;
  readonly packets: readonly TwinPacket[];
  /** Default: made from the interfaces and addresses the rules name. */
  readonly world?: World;
  /** Default: real iptables left, bpf-iptables right, of the world's family. */
  readonly firewalls?: Pair<Firewall>;
  /** Rules of the right side, where they are not to be the same (the harness's own test). */
  readonly rightRulesText?: string;
  /** Packets between comparisons in the first pass. */
  readonly batch?: number;
  /** Differing stretches taken apart, packet by packet, at most (default 4): each costs a while. */
  readonly suspects?: number;
  readonly progress?: (line: string) => void;
}

/** One packet (or a stretch that could not be taken apart) that the two sides treated differently. */
export interface Difference {
  /** Index of the first packet, from 0. */
  readonly first: number;
  readonly packets: readonly TwinPacket[];
  /** Counters that moved differently, with the moves as their counts. */
  readonly lines: readonly ComparedLine[];
  readonly arrivals: StretchDifference['arrivals'];
}

export interface TwinResult {
  readonly names: Pair<string>;
  readonly equal: boolean;
  readonly packets: number;
  /** Arrivals seen on the left side: at peers and at the dut's own sockets. */
  readonly arrived: number;
  readonly lines: readonly ComparedLine[];
  readonly differences: readonly Difference[];
  /** Differing stretches beyond those taken apart. */
  readonly unlocated: number;
}

const BATCH = 500;
const CHUNK = 25;
/** The first differences tell most. */
const SUSPECTS = 4;

/** Runs the trial in twin namespaces of its own, which are gone afterwards. Throws when either side refuses the rules. */
export async function runTwin(trial: TwinTrial): Promise<TwinResult> {
  sweepDeadNamespaces();
  const world = trial.world ?? worldFor(trial.rulesText);
  const firewalls = trial.firewalls ?? [legacyOf(world.family), bpfIptables({}, world.family)];
  const tolerance = toleranceOf(trial.rulesText);
  const { packets } = trial;
  const pass = async (title: string, stretches: readonly (Stretch & { compared: boolean })[]): Promise<Replay> => {
    trial.progress?.(`${title}: building twins`);
    const twin = createTwin(world, firewalls);
    try {
      restore(firewalls[0], twin.sides[0].dut, trial.rulesText);
      restore(firewalls[1], twin.sides[1].dut, trial.rightRulesText ?? trial.rulesText);
      const result = await replay(twin, packets, stretches, { tolerance, progress: (done) => trial.progress?.(`${title}: ${done} of ${packets.length} packets`) });
      // What the commands print is what counts, in the end.
      return { ...result, lines: compareCounters(...twin.countersByCommand(), tolerance) };
    } finally {
      twin.close();
    }
  };
  const whole = await pass('replay', pieces({ start: 0, end: packets.length }, trial.batch ?? BATCH));
  const suspects = trial.suspects ?? SUSPECTS;
  const located = await locate(whole.differences, suspects, pass);
  return {
    names: [firewalls[0].name, firewalls[1].name],
    equal: whole.differences.length === 0 && whole.lines.every((line) => line.equal),
    packets: packets.length,
    arrived: whole.arrived,
    lines: whole.lines,
    differences: located.map((each) => ({ first: each.start, packets: packets.slice(each.start, each.end), lines: each.lines, arrivals: each.arrivals })),
    unlocated: Math.max(0, whole.differences.length - suspects),
  };
}

/** Narrows differing batches to chunks, chunks to packets; keeps the wider stretch where the difference does not come again. */
async function locate(batches: readonly StretchDifference[], most: number, pass: (title: string, stretches: readonly (Stretch & { compared: boolean })[]) => Promise<Replay>): Promise<readonly StretchDifference[]> {
  if (batches.length === 0) return [];
  const chunks = (await pass('narrowing', refine(batches.slice(0, most), CHUNK))).differences;
  if (chunks.length === 0) return batches.slice(0, most);
  const single = (await pass('finding packets', refine(chunks.slice(0, most), 1))).differences;
  return single.length === 0 ? chunks.slice(0, most) : single;
}
