/** One program under several names: which command a call means. */
import type { Command } from 'commander';
import type { Host } from './host.js';
import { runIptables } from './iptables.js';
import { refuseUnprivileged } from './root-needed.js';
import { runRestore } from './restore.js';
import { runSave } from './save-command.js';

/** The names, without the `ip` or `ip6` family. */
export type Tool = 'tables' | 'save' | 'restore';

/** A word behind `bpf-iptables` that iptables does not know, with a command line of its own. */
export interface Subcommand {
  readonly name: string;
  /** Whether it looks at or changes the kernel whatever its arguments: refused without root, as iptables refuses. */
  readonly needsRoot: boolean;
  /** The commander command; it sets `outcome.exitCode` where that is not 0. */
  command(host: Host, outcome: { exitCode: number }): Command;
}

/** Subcommands by name, loaded when called: a call of iptables' own commands does not pay for them. */
export type Subcommands = ReadonlyMap<string, () => Promise<Subcommand>>;

/** Runs a call. `argv` has no program name. @returns the exit code */
export async function main(tool: Tool, argv: readonly string[], host: Host, subcommands: Subcommands = new Map()): Promise<number> {
  switch (tool) {
    case 'save':
      return runSave(argv, host);
    case 'restore':
      return runRestore(argv, host);
    case 'tables': {
      const load = argv[0] === undefined ? undefined : subcommands.get(argv[0]);
      return load ? runSubcommand(await load(), argv.slice(1), host) : runIptables(argv, host);
    }
  }
}

async function runSubcommand(subcommand: Subcommand, argv: readonly string[], host: Host): Promise<number> {
  const outcome = { exitCode: 0 };
  if (subcommand.needsRoot && !host.privileged && !argv.some((word) => word === '-h' || word === '--help')) return refuseUnprivileged(host, subcommand.name);
  const command = subcommand.command(host, outcome).name(`${host.calledAs} ${subcommand.name}`);
  command.configureOutput({ writeOut: (text) => host.out(text), writeErr: (text) => host.err(text) });
  await command.parseAsync([...argv], { from: 'user' });
  return outcome.exitCode;
}
