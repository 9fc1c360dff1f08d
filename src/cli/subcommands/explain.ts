/** `bpf-iptables explain [FILE]`: what the compiler makes of a ruleset, and why. */
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { disassemble } from '../../asm/disassemble.js';
import { OtherProblem } from '../../errors/errors.js';
import { printPlan } from '../../plan/print.js';
import { STRATEGIES, type StrategyName } from '../../plan/plan.js';
import type { Ruleset } from '../../ruleset/model.js';
import { possibleCpus } from '../../kernel/cpus.js';
import { HOOK_MODES, hookText, USUAL_HOOK, type HookMode, type HookSetting } from '../../kernel/hook-setting.js';
import { compile, plan } from '../compile.js';
import { fileErrorText } from '../file-error.js';
import { forcedHook } from '../forced-hook.js';
import { fallbackText } from '../hook-fallback.js';
import { usualFlowTableSize } from '../flow-table-size.js';
import type { Host } from '../host.js';
import type { Subcommand } from '../main.js';
import { strategySetting } from '../strategy-setting.js';
import { refuseUnprivileged } from '../root-needed.js';
import { rulesetOfFile } from '../ruleset-of-file.js';

interface ExplainOptions {
  readonly insns?: true;
  readonly strategy?: StrategyName;
  readonly hook?: HookMode;
}

/** KiB with one decimal. */
function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** @throws OtherProblem naming the file */
function readRules(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OtherProblem(`Can't open ${file}: ${fileErrorText(error)}`);
  }
}

function explainRuleset(ruleset: Ruleset, hook: HookSetting, options: ExplainOptions, host: Host): void {
  const chosen = plan(ruleset, options.strategy === undefined ? strategySetting(process.env) : { strategy: options.strategy });
  host.out(printPlan(chosen));
  host.out(`hook: ${hookText(hook)}\n${fallbackText(chosen, hook.mode)}`);
  const spec = compile(chosen, { cpus: possibleCpus(), generation: 1n, hook, flows: usualFlowTableSize() });
  const own = spec.maps.filter((map) => map.scope === 'generation');
  const bytes = own.reduce((sum, map) => sum + map.valueSize * map.maxEntries, 0);
  host.out(`maps: ${kib(bytes)} (${own.map((map) => `${map.name} ${kib(map.valueSize * map.maxEntries)}`).join(', ')})\n`);
  for (const prog of spec.progs) {
    host.out(`program ${prog.name} (${prog.hook}): ${prog.insns.length / 8} insns\n`);
    if (options.insns) host.out(`${disassemble(prog)}\n`);
  }
}

export const explain: Subcommand = {
  name: 'explain',
  needsRoot: false,
  command: (host, outcome) =>
    new Command()
      .description('print the strategy the compiler chooses for the ruleset in force, or for a file in iptables-save format, with its reasons and memory')
      .argument('[file]', 'rules to explain instead of those in force; - for standard input')
      .option('--insns', 'print the programs as well')
      .addOption(new Option('--strategy <name>', 'as if the planner had chosen this one').choices(STRATEGIES))
      .addOption(new Option('--hook <mode>', 'as if the subcommand hook had set this one').choices(HOOK_MODES))
      .action(async (file: string | undefined, options: ExplainOptions) => {
        if (file === undefined && !host.privileged) {
          outcome.exitCode = refuseUnprivileged(host, 'explain');
          return;
        }
        const store = file === undefined ? host.openStore() : undefined;
        const hook = store?.hook() ?? forcedHook(process.env) ?? USUAL_HOOK;
        const ruleset = file === undefined ? store?.read() : await rulesetOfFile(file === '-' ? host.readInput() : readRules(file), file, host);
        if (ruleset === undefined) outcome.exitCode = 1;
        else explainRuleset(ruleset, options.hook === undefined ? hook : { ...hook, mode: options.hook }, options, host);
      }),
};
