#!/usr/bin/env node
/**
 * Swaps two rulesets in turn under full-rate traffic and accounts for every packet:
 *   node dist/compat-tests/swaps.js [--swaps 1000] [--interfaces 8] [--hook tc early-drop xdp] [--rules 100] [--generators 1]
 * Exit 0 only when no packet was lost, judged by neither ruleset, by both, or by a mix of them. Root; namespaces of its own.
 */
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { HOOK_MODES, type HookMode } from '../src/kernel/hook-setting.js';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { swapTrial, type SwapResult } from './swaps/trial.js';

interface Options {
  readonly swaps: number;
  readonly interfaces: number;
  readonly hook: readonly HookMode[];
  readonly rules: number;
  readonly generators: number;
}

const PROGRESS_EVERY_MS = 5000;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number from 0 on is expected');
  return value;
}

function powerOfTwo(text: string): number {
  const value = count(text);
  if (value === 0 || (value & (value - 1)) !== 0) throw new InvalidArgumentError('a power of two is expected');
  return value;
}

/** The value below which the share `part` of the sorted samples lies. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

function swapText(hook: HookMode, interfaces: number, result: SwapResult): string {
  const sorted = [...result.latencies].sort((a, b) => a - b);
  const [median, high] = [quantile(sorted, 0.5), quantile(sorted, 0.95)].map((ms) => ms.toFixed(1));
  const { a, b, dropped, accepted } = result.counts;
  return [
    `${hook}: ${sorted.length} swaps over ${interfaces} interfaces in ${result.seconds.toFixed(1)} s; a swap takes ${median} ms (95 %: ${high} ms, longest ${sorted.at(-1)!.toFixed(1)} ms)`,
    `  ${result.arrived} packets arrived (${(Number(result.arrived) / result.seconds / 1e6).toFixed(2)} million a second; ${result.sent - result.arrived} of ${result.sent} sent were refused before the interfaces)`,
    `  judged by A ${a[0].packets}, by B ${b[0].packets}; dropped ${dropped.packets}, accepted ${accepted.packets}, delivered ${result.delivered}`,
    ...(result.faults.length === 0 ? ['  every packet accounted for: none lost, none judged by neither, none by a mix'] : result.faults.map((fault) => `  NOT EQUAL: ${fault}`)),
    '',
  ].join('\n');
}

async function main({ swaps, interfaces, hook, rules, generators }: Options): Promise<number> {
  requireRoot();
  sweepDeadNamespaces();
  let failed = false;
  for (const mode of hook) {
    let said = Date.now();
    const progress = (swap: number): void => {
      if (Date.now() - said < PROGRESS_EVERY_MS) return;
      said = Date.now();
      process.stderr.write(`${mode}: ${swap} of ${swaps} swaps\n`);
    };
    const result = await swapTrial({ swaps, interfaces, hook: mode, rules, generators: Math.min(generators, interfaces), progress });
    process.stdout.write(swapText(mode, interfaces, result));
    failed ||= result.faults.length > 0;
  }
  return failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = new Command('swaps')
    .description('Swaps two rulesets in turn under full-rate traffic and accounts for every packet.')
    .option('--swaps <n>', 'how many', count, 1000)
    .option('--interfaces <n>', 'interfaces that traffic comes in by', powerOfTwo, 8)
    .addOption(new Option('--hook <modes...>', 'hooks to try').choices(HOOK_MODES).default(['tc', 'early-drop', 'xdp']))
    .option('--rules <n>', 'rules beside those that count', count, 100)
    .option('--generators <n>', 'threads that send', powerOfTwo, 1);
  program.parse();
  process.exit(await main(program.opts<Options>()));
}
