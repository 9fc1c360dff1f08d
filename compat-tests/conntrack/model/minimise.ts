/** Makes the history of a difference as short as it goes: the flow's packets alone, between new ends, with one after another left out. */
import { BATCH, type Arena, type Judged, type Sent } from './arena.js';
import { endsOf, type Flow, type Step } from './flow.js';
import { nextNumber } from './run-phase.js';

export interface History {
  readonly steps: readonly Step[];
  readonly judged: readonly Judged[];
}

/** Runs each of `candidates` alone, in as few batches as hold them whole. */
async function tryAll(arena: Arena, place: Flow['place'], candidates: readonly (readonly Step[])[]): Promise<Judged[][]> {
  const results: Judged[][] = [];
  let sent: Sent[] = [];
  let lengths: number[] = [];
  const flush = async (): Promise<void> => {
    if (sent.length === 0) return;
    const { packets } = await arena.judge(sent);
    let at = 0;
    for (const length of lengths) results.push(packets.slice(at, (at += length)));
    [sent, lengths] = [[], []];
  };
  for (const steps of candidates) {
    if (sent.length + steps.length > BATCH) await flush();
    const ends = endsOf(place, nextNumber());
    sent.push(...steps.map((step) => ({ step, ends })));
    lengths.push(steps.length);
  }
  await flush();
  return results;
}

function apartAt(judged: readonly Judged[]): number {
  return judged.findIndex(({ kernel, ours }) => kernel !== ours);
}

/** The shortest history found in which some packet is judged differently; undefined where the flow alone shows no difference. */
export async function minimise(arena: Arena, place: Flow['place'], steps: readonly Step[]): Promise<History | undefined> {
  if (steps.length > BATCH) return undefined;
  const [first] = await tryAll(arena, place, [steps]);
  if (first === undefined || apartAt(first) < 0) return undefined;
  let best: History = cut(steps, first);
  for (let size = Math.max(1, best.steps.length >> 1); ; ) {
    const starts = Array.from({ length: Math.ceil(best.steps.length / size) }, (_, index) => index * size);
    const candidates = starts.map((start) => best.steps.filter((_, at) => at < start || at >= start + size)).filter(({ length }) => length > 0);
    const tried = await tryAll(arena, place, candidates);
    const shorter = candidates.map((candidate, index) => ({ candidate, judged: tried[index]! })).filter(({ judged }) => apartAt(judged) >= 0)
      .map(({ candidate, judged }) => cut(candidate, judged)).sort((a, b) => a.steps.length - b.steps.length)[0];
    if (shorter !== undefined && shorter.steps.length < best.steps.length) best = shorter;
    else if (size === 1) return best;
    else size = Math.max(1, size >> 1);
  }
}

function cut(steps: readonly Step[], judged: readonly Judged[]): History {
  const length = apartAt(judged) + 1;
  return { steps: steps.slice(0, length), judged: judged.slice(0, length) };
}
