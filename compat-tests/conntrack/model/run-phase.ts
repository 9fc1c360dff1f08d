/** Runs the flows of a phase through an arena, many at a time and mixed, and keeps what became of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../src/property/random.js';
import { BATCH, rulesMet, type Arena, type Judged } from './arena.js';
import { endsOf, type Ends, type Flow, type Timed } from './flow.js';
import { flowOf, PAUSE, type Kind, type Phase } from './phases.js';

/** A flow under way. */
export interface Running {
  readonly number: number;
  readonly flow: Flow;
  readonly ends: Ends;
  /** What was sent so far, and how it was judged. */
  readonly sent: Timed[];
  readonly judged: Judged[];
}

interface Chosen {
  readonly running: Running;
  readonly timed: Timed;
}

export interface Difference {
  readonly phase: Phase;
  readonly running: Running;
}

export interface PhaseResult {
  readonly packets: number;
  readonly flows: number;
  readonly differences: readonly Difference[];
  /** What neither flow nor tag tells: the host's own packets, or chains met. */
  readonly rest: readonly Judged[];
  /** Packets that the kernel did not count as often as it should. */
  readonly lost: readonly string[];
  /** How often each judgement of the kernel was met, by kind of flow. */
  readonly met: ReadonlyMap<string, number>;
}

/** Flows that are under way at the same time. */
const AT_ONCE = 60;

/** Numbers for ends, each given once in a process. */
let numbers = 0;
export function nextNumber(): number {
  return numbers++;
}

/** A result in the making. */
class Tally {
  packets = 0;
  flows = 0;
  readonly differences: Difference[] = [];
  readonly rest: Judged[] = [];
  readonly lost: string[] = [];
  readonly met = new Map<string, number>();
}

export async function runPhase(arena: Arena, phase: Phase, random: Random, packets: number, only?: Kind): Promise<PhaseResult> {
  arena.set(phase.sysctls);
  const result = new Tally();
  if (phase.rounds === undefined) await runMixed(arena, phase, random, packets, result, only);
  else await runRounds(arena, phase, random, packets, result, only);
  return result;
}

function begin(random: Random, phase: Phase, result: Tally, only?: Kind): Running {
  const flow = flowOf(random, phase, only);
  const number = nextNumber();
  result.flows += 1;
  return { number, flow, ends: endsOf(flow.place, number), sent: [], judged: [] };
}

/** Sends the steps chosen, and notes how they were judged. Returns the flows that are judged differently. */
async function judge(arena: Arena, phase: Phase, chosen: readonly Chosen[], result: Tally): Promise<Set<Running>> {
  const batch = await arena.judge(chosen.map(({ running, timed }) => ({ step: timed.step, ends: running.ends })));
  if (batch.rest !== undefined) result.rest.push(batch.rest);
  result.packets += chosen.length;
  const apart = new Set<Running>();
  chosen.forEach(({ running, timed }, index) => {
    if (apart.has(running)) return;
    const judged = batch.packets[index]!;
    running.sent.push(timed);
    running.judged.push(judged);
    const words = judged.kernel === '' ? [] : judged.kernel.split(' ');
    for (const word of words) {
      const key = `${running.flow.kind} ${word.replace(/^(in|out)-/, '')}`;
      result.met.set(key, (result.met.get(key) ?? 0) + 1);
    }
    if (judged.kernel !== judged.ours) {
      apart.add(running);
      result.differences.push({ phase, running });
    } else if (words.length !== rulesMet(running.ends) || judged.kernel.includes(' x')) {
      result.lost.push(`${running.flow.kind} ${running.flow.place} ${timed.step.note}: met ${JSON.stringify(judged.kernel)}`);
    }
  });
  return apart;
}

async function runMixed(arena: Arena, phase: Phase, random: Random, packets: number, result: Tally, only?: Kind): Promise<void> {
  const active: { running: Running; next: number }[] = [];
  while (result.packets < packets) {
    const chosen: Chosen[] = [];
    const wanted = Math.min(BATCH, packets - result.packets);
    while (chosen.length < wanted) {
      while (active.length < AT_ONCE) active.push({ running: begin(random, phase, result, only), next: 0 });
      const at = random.below(active.length);
      const each = active[at]!;
      for (let run = random.between(1, 4); run > 0 && chosen.length < wanted && each.next < each.running.flow.steps.length; run--) {
        chosen.push({ running: each.running, timed: { step: each.running.flow.steps[each.next++]!, round: 0 } });
      }
      if (each.next >= each.running.flow.steps.length) active.splice(at, 1);
    }
    const apart = await judge(arena, phase, chosen, result);
    for (const running of apart) {
      const at = active.findIndex((each) => each.running === running);
      if (at >= 0) active.splice(at, 1);
    }
  }
}

/**
 * Flows in step: each sends some of its packets in every round, always in the same place of the round, so that the time between two of them is
 * near a multiple of the pause.
 */
async function runRounds(arena: Arena, phase: Phase, random: Random, packets: number, result: Tally, only?: Kind): Promise<void> {
  const rounds = phase.rounds!;
  const perRound = Math.max(1, Math.round(packets / rounds / BATCH));
  const groups: { running: Running; next: number }[][] = Array.from({ length: perRound }, () => []);
  const began = performance.now();
  const slot = (PAUSE * 1000) / Math.max(10, perRound);
  for (let round = 0; round < rounds; round++) {
    for (const [index, group] of groups.entries()) {
      const due = began + round * PAUSE * 1000 + index * slot;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      if (-early > 250) throw new Error(`${phase.name}: ${Math.round(-early)} ms late, timeouts cannot be told from one another; ask for fewer packets`);
      const chosen: Chosen[] = [];
      while (chosen.length < BATCH && group.length < 400) {
        if (round === 0) group.push({ running: begin(random, phase, result, only), next: 0 });
        for (const each of round === 0 ? group.slice(-1) : group) {
          const { steps } = each.running.flow;
          const count = Math.ceil(steps.length / rounds) + random.between(-1, 1);
          for (let left = Math.max(1, count); left > 0 && each.next < steps.length && chosen.length < BATCH; left--) chosen.push({ running: each.running, timed: { step: steps[each.next++]!, round } });
        }
        if (round > 0) break;
      }
      if (chosen.length === 0) continue;
      const apart = await judge(arena, phase, chosen, result);
      groups[index] = group.filter(({ running }) => !apart.has(running));
    }
  }
}
