#!/usr/bin/env node
/** Conntrack held against nf_conntrack under generated flows, for people: `node dist/compat-tests/conntrack-run.js --help`. Exit 0 only when every packet was judged the same. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { Random } from '../src/property/random.js';
import { Arena } from './conntrack/model/arena.js';
import { KINDS, phases, type Kind } from './conntrack/model/phases.js';
import { differenceText, metText, signature } from './conntrack/model/report.js';
import { runPhase, type Difference, type PhaseResult } from './conntrack/model/run-phase.js';
import { requireRoot } from './harness/root.js';
import type { Family } from '../src/ruleset/model.js';

interface Options {
  readonly packets: number;
  readonly seed: string;
  readonly only?: Kind;
  readonly phase?: string;
  readonly hook?: string;
  readonly family: Family;
  readonly show: number;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number from 0 on is expected');
  return value;
}

const program = new Command('conntrack-run')
  .description("Generated flows through real iptables and bpf-iptables in one namespace: conntrack's state of every packet must be the same in both.")
  .option('--packets <n>', 'how many packets in all', count, 100_000)
  .option('--seed <s>', 'seed of the flows', '1')
  .addOption(new Option('--only <kind>', 'only flows of one protocol').choices(KINDS))
  .option('--phase <text>', 'only phases whose name contains this')
  .option('--hook <mode>', 'a mode of `bpf-iptables hook` (tc where left out)')
  .addOption(new Option('--family <family>', 'of which family the packets are').choices(['ipv4', 'ipv6']).default('ipv4'))
  .option('--show <n>', 'differences shown of each sort', count, 2);

async function main(options: Options): Promise<number> {
  requireRoot();
  const arena = await Arena.open('model', options.hook === undefined ? {} : { BPF_IPTABLES_HOOK: options.hook }, options.family);
  const all = phases(new Random(`phases ${options.seed}`));
  const wanted = all.filter(({ name, kinds }) => (options.phase === undefined || name.includes(options.phase)) && (options.only === undefined || kinds === undefined || kinds.includes(options.only)));
  const shares = wanted.reduce((sum, { share }) => sum + share, 0);
  const results: PhaseResult[] = [];
  let bad = 0;
  for (const phase of wanted) {
    const began = performance.now();
    const result = await runPhase(arena, phase, new Random(`${phase.name} ${options.seed}`), Math.round((options.packets * phase.share) / shares), options.only);
    results.push(result);
    const seconds = (performance.now() - began) / 1000;
    const { differences, rest, lost } = result;
    bad += differences.length + rest.length + lost.length;
    process.stdout.write(`${phase.name}: ${result.packets} packets of ${result.flows} flows in ${seconds.toFixed(1)} s, ${differences.length} different${result.late === 0 ? '' : `, ${result.late} flows given up: late`}\n`);
    const sorts = new Map<string, Difference[]>();
    for (const difference of differences) sorts.set(signature(difference), [...(sorts.get(signature(difference)) ?? []), difference]);
    for (const [sort, group] of [...sorts].sort(([, a], [, b]) => b.length - a.length)) {
      process.stdout.write(`  ${group.length} times ${sort}\n`);
      for (const difference of group.slice(0, options.show)) process.stdout.write(`${await differenceText(arena, difference)}\n`);
    }
    for (const { kernel, ours } of rest.slice(0, differences.length === 0 ? 5 : 0)) process.stdout.write(`  counted beside the tags\n    kernel: ${kernel}\n    ours:   ${ours}\n`);
    for (const line of lost.slice(0, 5)) process.stdout.write(`  not counted once: ${line}\n`);
    if (lost.length > 5) process.stdout.write(`  and ${lost.length - 5} more not counted once\n`);
  }
  arena.close();
  process.stdout.write(`states met: ${metText(results)}\n`);
  const packets = results.reduce((sum, result) => sum + result.packets, 0);
  process.stdout.write(`${packets} packets, seed ${options.seed}: ${bad === 0 ? 'all equal' : 'DIFFERENT'}\n`);
  return bad === 0 ? 0 : 1;
}

process.exitCode = await main(program.parse().opts<Options>());
