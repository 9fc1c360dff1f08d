/** `bpf-iptables hook [MODE]`: where this namespace's packets are judged. */
import { Argument, Command } from 'commander';
import { ParameterProblem } from '../../errors/errors.js';
import type { HookReport, InterfaceHook } from '../../kernel/hook-report.js';
import { HOOK_MODES, hookText, type HookMode, type HookSetting } from '../../kernel/hook-setting.js';
import { openNamespace } from '../../kernel/namespace.js';
import { realKernel } from '../../kernel/real-kernel.js';
import { plan } from '../compile.js';
import { fallbackText } from '../hook-fallback.js';
import type { Host } from '../host.js';
import { KernelStore } from '../kernel-store.js';
import type { Subcommand } from '../main.js';
import { waitOption } from './wait-option.js';

interface HookOptions {
  readonly fastForward?: boolean;
  readonly wait?: number | true;
}

const PLACE: Readonly<Record<InterfaceHook['at'], string>> = {
  tc: 'tc',
  native: 'XDP (native), tc behind it',
  generic: 'XDP (generic), tc behind it',
  upper: 'not here: a port of the device above it',
};

/** The lines of the listing. */
export function printHooks(report: HookReport | undefined): string {
  if (report === undefined) return 'hook: none, no ruleset is in force\n';
  const width = Math.max(...report.interfaces.map(({ name }) => name.length));
  const lines = report.interfaces.map(({ name, at, why }) => `  ${name.padEnd(width)}  ${PLACE[at]}${why === undefined ? '' : ` (no XDP: ${why})`}`);
  const ipv6 = report.ipv6 && report.setting.mode !== 'tc' ? ['IPv6 is judged at tc alone'] : [];
  return [`hook: ${hookText(report.setting)}`, ...lines, ...ipv6, ''].join('\n');
}

/**
 * The setting that the words of a call make of the one there is. A mode that hands nothing on past the stack forgets fast-forward.
 * @throws ParameterProblem where such a mode is asked for with it
 */
export function nextHook(now: HookSetting, mode: HookMode = now.mode, fastForward?: boolean): HookSetting {
  const able = mode === 'xdp' || mode === 'xdp-generic';
  if (fastForward && !able) throw new ParameterProblem(`--fast-forward needs the hook xdp or xdp-generic, not ${mode}`);
  return { mode, fastForward: able && (fastForward ?? now.fastForward) };
}

/** Commits the IPv4 ruleset in force, or the empty one, under the new setting, which is that of the namespace: XDP judges IPv4 alone. Nothing changes if it throws. */
function setHook(setting: HookSetting): void {
  const store = new KernelStore(realKernel(), 'ipv4', { hook: setting });
  store.commit(store.read());
}

function run(host: Host, mode: HookMode | undefined, options: HookOptions): void {
  const release = host.lock(options.wait === true ? undefined : options.wait);
  try {
    if (mode !== undefined || options.fastForward !== undefined) {
      setHook(nextHook(host.openStore().hook(), mode, options.fastForward));
    }
    const report = openNamespace(realKernel()).hooks();
    host.out(printHooks(report) + (report === undefined ? '' : fallbackText(plan(host.openStore().read()), report.setting.mode)));
  } finally {
    release();
  }
}

export const hook: Subcommand = {
  name: 'hook',
  needsRoot: true,
  command: (host) =>
    new Command()
      .description(
        'where packets are judged: print it, interface by interface, or set it and commit the ruleset in force anew. ' +
          'tc: the usual; early-drop: native XDP drops what is dropped in any state, tc judges the rest; ' +
          'xdp: native XDP judges INPUT and FORWARD, tc where a driver has none; xdp-generic: the same, generic XDP where a driver has none',
      )
      .addArgument(new Argument('[mode]', 'what to set').choices(HOOK_MODES))
      .option('--fast-forward', 'XDP hands accepted packets of established flows to the out device itself, past the stack')
      .option('--no-fast-forward', 'all that is forwarded goes through the stack')
      .addOption(waitOption())
      .action((mode: HookMode | undefined, options: HookOptions) => run(host, mode, options)),
};
