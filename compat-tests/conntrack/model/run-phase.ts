/** Runs the flows of a phase through an arena, many at a time and mixed, and keeps what became of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../src/property/random.js';
import { BATCH, rulesMet, type Arena, type Judged } from './arena.js';
import { endsOf, type Ends, type Flow, type Timed } from './flow.js';
import { flowOf, PAUSE, SHORT, type Kind, type Phase } from './phases.js';

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
  /** Flows given up because the machine was late. */
  readonly late: number;
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
  late = 0;
  flows = 0;
  readonly differences: Difference[] = [];
  readonly rest: Judged[] = [];
  readonly lost: string[] = [];
  readonly met = new Map<string, number>();
}

/** Sends `packets` packets of flows of the phase; `only`: of one kind of flow. */
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

/** Flows that send together in every round, and when they did. */
interface Group {
  active: { running: Running; next: number }[];
  readonly sentAt: number[];
}

/** Batches of one wave: they must all be sent well before the first one's next round. */
const GROUPS = 5;
/** Milliseconds that must lie between the age of a packet and every timeout there is, for both sides to agree on what has run out. */
const MARGIN = 200;

/** Flows in step: each sends some of its packets in every round, so that the time between two of them is near a multiple of the pause. */
async function runRounds(arena: Arena, phase: Phase, random: Random, packets: number, result: Tally, only?: Kind): Promise<void> {
  while (result.packets < packets) {
    const left = packets - result.packets;
    const groups = Array.from({ length: Math.min(GROUPS, Math.max(1, Math.round(left / phase.rounds! / BATCH))) }, (): Group => ({ active: [], sentAt: [] }));
    await runWave(arena, phase, random, groups, result, only);
  }
}

async function runWave(arena: Arena, phase: Phase, random: Random, groups: Group[], result: Tally, only?: Kind): Promise<void> {
  const rounds = phase.rounds!;
  for (let round = 0; round < rounds; round++) {
    for (const group of groups) {
      if (round > 0 && group.active.length === 0) continue;
      const early = group.sentAt.length === 0 ? 0 : group.sentAt[0]! + round * PAUSE * 1000 - performance.now();
      if (early > 0) await sleep(early);
      const now = performance.now();
      if (group.sentAt.some((then) => SHORT.some((timeout) => Math.abs(now - then - timeout * 1000) < MARGIN))) {
        // Too late to tell what has run out: these flows end here.
        result.late += group.active.length;
        group.active = [];
        continue;
      }
      group.sentAt.push(now);
      const chosen: Chosen[] = [];
      const take = (each: Group['active'][number]): void => {
        const { steps } = each.running.flow;
        for (let count = Math.max(1, Math.ceil(steps.length / rounds) + random.between(-1, 1)); count > 0 && each.next < steps.length && chosen.length < BATCH; count--) {
          chosen.push({ running: each.running, timed: { step: steps[each.next++]!, round } });
        }
      };
      if (round > 0) group.active.forEach(take);
      else {
        while (chosen.length < BATCH) {
          group.active.push({ running: begin(random, phase, result, only), next: 0 });
          take(group.active.at(-1)!);
        }
      }
      const apart = await judge(arena, phase, chosen, result);
      group.active = group.active.filter(({ running, next }) => !apart.has(running) && next < running.flow.steps.length);
    }
  }
}
