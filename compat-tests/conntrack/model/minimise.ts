/** Makes the history of a difference as short as it goes: the flow's packets alone, between new ends, with one after another left out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH, type Arena, type Judged } from './arena.js';
import { endsOf, type Flow, type Timed } from './flow.js';
import { PAUSE } from './phases.js';
import { nextNumber } from './run-phase.js';

export interface History {
  readonly sent: readonly Timed[];
  readonly judged: readonly Judged[];
}

/** Runs each of `candidates` alone, all beside one another: what comes before a pause, the pause, what comes after it. */
async function tryAll(arena: Arena, place: Flow['place'], candidates: readonly (readonly Timed[])[]): Promise<Judged[][]> {
  const judged: Judged[][] = candidates.map(() => []);
  const ends = candidates.map(() => endsOf(place, nextNumber()));
  const rounds = [...new Set(candidates.flat().map(({ round }) => round))].sort((a, b) => a - b);
  const began = performance.now();
  for (const round of rounds) {
    const due = began + (round - rounds[0]!) * PAUSE * 1000;
    if (due > performance.now()) await sleep(due - performance.now());
    const all = candidates.flatMap((sent, which) => sent.filter((each) => each.round === round).map(({ step }) => ({ which, step, ends: ends[which]! })));
    for (let at = 0; at < all.length; at += BATCH) {
      const part = all.slice(at, at + BATCH);
      const { packets } = await arena.judge(part);
      packets.forEach((each, index) => void judged[part[index]!.which]!.push(each));
    }
  }
  return judged;
}

function apartAt(judged: readonly Judged[]): number {
  return judged.findIndex(({ kernel, ours }) => kernel !== ours);
}

function cut(sent: readonly Timed[], judged: readonly Judged[]): History {
  const length = apartAt(judged) + 1;
  return { sent: sent.slice(0, length), judged: judged.slice(0, length) };
}

/** The shortest history found in which some packet is judged differently; undefined where the flow alone shows no difference. */
export async function minimise(arena: Arena, place: Flow['place'], sent: readonly Timed[]): Promise<History | undefined> {
  const [first] = await tryAll(arena, place, [sent]);
  if (first === undefined || apartAt(first) < 0) return undefined;
  let best = cut(sent, first);
  for (let size = Math.max(1, best.sent.length >> 1); ; ) {
    const starts = Array.from({ length: Math.ceil(best.sent.length / size) }, (_, index) => index * size);
    const candidates = starts.map((start) => best.sent.filter((_, at) => at < start || at >= start + size)).filter(({ length }) => length > 0);
    const tried = await tryAll(arena, place, candidates);
    const shorter = candidates.map((candidate, index) => ({ candidate, judged: tried[index]! })).filter(({ judged }) => apartAt(judged) >= 0)
      .map(({ candidate, judged }) => cut(candidate, judged)).sort((a, b) => a.sent.length - b.sent.length)[0];
    if (shorter !== undefined && shorter.sent.length < best.sent.length) best = shorter;
    else if (size === 1) return best;
    else size = Math.max(1, size >> 1);
  }
}
