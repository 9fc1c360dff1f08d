/**
 * A trap: a scripted trial of one piece of kernel behaviour. Steps run on both twins in order; after each step that sends packets or gives
 * commands, counters and arrivals must be equal. `hits` states what real iptables counts, so that a trap cannot pass by hitting nothing.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { exec, inNamespace } from './exec.js';
import { bpfIptables, legacyOf, runCommand } from './firewall.js';
import { ipBatch, setSysctls } from './namespaces.js';
import { compareTwin, createTwin, type Comparison, type Pair, type Twin } from './twin.js';
import { counterTable } from './report.js';
import { describePacket } from './describe.js';
import { worldOf, type World } from './world.js';
import type { Firewall } from './firewall.js';
import type { SideOptions } from './side.js';
import type { TwinPacket } from './packet.js';
import type { Family } from '../../src/ruleset/model.js';

export type Step =
  /** Load a save file, with options of -restore. */
  | { readonly do: 'restore'; readonly rules: string; readonly args?: readonly string[] }
  /** `iptables ARGS`: exit code, stdout and stderr must be equal (stderr but for the program's name). */
  | { readonly do: 'command'; readonly args: readonly string[] }
  /** Lines for `ip -batch` in the dut. */
  | { readonly do: 'ip'; readonly lines: readonly string[] }
  /** Settings below /proc/sys/net of the dut. */
  | { readonly do: 'set'; readonly settings: readonly (readonly [string, string])[] }
  /** A program inside the dut (bounded to 10 s): its exit code must be equal. */
  | { readonly do: 'run'; readonly argv: readonly string[] }
  /** A node script inside the dut that stays until the trap ends (sockets, memberships); the step is over when it prints a line. */
  | { readonly do: 'hold'; readonly script: string }
  /** Real iptables on both sides, for the tables beside filter. */
  | { readonly do: 'kernel'; readonly args: readonly string[] }
  | { readonly do: 'send'; readonly packets: readonly TwinPacket[] }
  /** Packets counted by real iptables so far: 'CHAIN 1' (rule number) or 'CHAIN policy'. */
  | { readonly do: 'hits'; readonly counts: Readonly<Record<string, number>> };

export interface Trap {
  readonly name: string;
  /** Where the behaviour is described: a row of the table of traps, a kernel function. */
  readonly about: string;
  /** Default: IPv4, or the world's. */
  readonly family?: Family;
  readonly world?: World;
  readonly side?: SideOptions;
  readonly steps: readonly Step[];
  /** A difference that is known and stated in docs/semantics.md under this heading: the trap then asserts that it is still there. */
  readonly divergence?: string;
}

export interface TrapResult {
  /** One text for each thing that went wrong; empty = both sides agree everywhere. */
  readonly differences: readonly string[];
  /** Hits that real iptables did not count as the trap says: the trap itself is wrong. */
  readonly misses: readonly string[];
  /** The last table, for people. */
  readonly table: string;
}

/** A held program's time to answer. */
const ANSWER_MS = 200;

/** Starts `node -e script` in the namespace and waits, at most 10 s, for its first line. */
async function holdScript(namespace: string, script: string): Promise<ChildProcess> {
  const [file = '', ...args] = inNamespace(namespace, [process.execPath, '-e', script]);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  return child;
}

/** Runs a trap in twins of its own. */
export async function runTrap(trap: Trap, judged?: Pair<Firewall>): Promise<TrapResult> {
  const world = trap.world ?? worldOf(['eth0', 'eth1'], [], trap.family);
  const firewalls = judged ?? [legacyOf(world.family), bpfIptables({}, world.family)];
  const twin = createTwin(world, firewalls, trap.side);
  const held: ChildProcess[] = [];
  try {
    const differences: string[] = [];
    const misses: string[] = [];
    // Hosts report the groups of their new addresses, on their own time.
    if (world.family === 'ipv6') await sleep(ANSWER_MS);
    let last = await compareTwin(twin);
    for (const [index, step] of trap.steps.entries()) {
      if (step.do === 'hits') {
        misses.push(...missed(last, step.counts));
        continue;
      }
      if (step.do === 'hold') {
        for (const side of twin.sides) held.push(await holdScript(side.dut, step.script));
        continue;
      }
      const wrong = await perform(twin, step);
      differences.push(...wrong.map((text) => `step ${index + 1}: ${text}`));
      if (step.do !== 'send' && step.do !== 'command' && step.do !== 'restore' && step.do !== 'run') continue;
      if (held.length > 0) await sleep(ANSWER_MS);
      last = await compareTwin(twin);
      differences.push(...comparisonTexts(last, step).map((text) => `step ${index + 1}: ${text}`));
    }
    return { differences, misses, table: counterTable(last.lines, [firewalls[0].name, firewalls[1].name]) };
  } finally {
    for (const child of held) child.kill('SIGKILL');
    twin.close();
  }
}

async function perform(twin: Twin, step: Exclude<Step, { do: 'hits' | 'hold' }>): Promise<string[]> {
  const wrong: string[] = [];
  const [left, right] = twin.sides;
  switch (step.do) {
    case 'restore':
      twin.restore(step.rules, step.args);
      break;
    case 'command': {
      const a = runCommand(twin.firewalls[0], left.dut, step.args);
      const b = runCommand(twin.firewalls[1], right.dut, step.args);
      if (a.status !== b.status) wrong.push(`${step.args.join(' ')}: exit ${a.status} and ${b.status} (${b.stderr.trim()})`);
      if (a.stdout !== b.stdout) wrong.push(`${step.args.join(' ')}: prints\n${a.stdout}and\n${b.stdout}`);
      break;
    }
    case 'ip':
      for (const side of twin.sides) ipBatch(side.dut, step.lines);
      break;
    case 'set':
      for (const side of twin.sides) setSysctls(side.dut, step.settings);
      break;
    case 'run': {
      const [a, b] = [left, right].map((side) => exec(step.argv, { namespace: side.dut, timeout: 10_000 }));
      if (a?.status !== b?.status) wrong.push(`${step.argv.join(' ')}: exit ${a?.status} and ${b?.status}`);
      break;
    }
    case 'kernel':
      for (const side of twin.sides) {
        const result = runCommand(legacyOf(twin.world.family), side.dut, step.args);
        if (result.status !== 0) throw new Error(`iptables ${step.args.join(' ')}: ${result.stderr.trim()}`);
      }
      break;
    case 'send':
      twin.send(step.packets);
  }
  return wrong;
}

function comparisonTexts(comparison: Comparison, step: Step): string[] {
  const texts = comparison.lines
    .filter((line) => !line.equal)
    .map((line) => {
      const either = line.left ?? line.right;
      const count = (side: typeof line.left): string => (side === undefined ? 'nothing' : `${side.count.packets} packets ${side.count.bytes} bytes`);
      return `${either?.text} (${either?.position}): ${count(line.left)} and ${count(line.right)}`;
    });
  texts.push(...comparison.arrivals.onlyLeft.map((each) => `arrived on the left only: ${each.text}`));
  texts.push(...comparison.arrivals.onlyRight.map((each) => `arrived on the right only: ${each.text}`));
  if (texts.length > 0 && step.do === 'send') texts.push(`sent: ${step.packets.slice(0, 20).map(describePacket).join('; ')}`);
  return texts;
}

function missed(comparison: Comparison, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([key, packets]) => {
    const line = comparison.lines.find((each) => `${each.left?.chain} ${each.left?.position}` === key);
    const found = line?.left?.count.packets;
    return found === BigInt(packets) ? [] : [`${key}: iptables counted ${found ?? 'nothing (no such rule)'}, the trap says ${packets}`];
  });
}
