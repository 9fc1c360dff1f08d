/** The firewalls under comparison, driven from outside through their commands, as a user would. */
import path from 'node:path';
import { exec, execOk, type ExecResult } from './exec.js';
import { parseSaved, type CountedLine } from './counters.js';

export interface Firewall {
  readonly name: string;
  /** argv of the command, of its -save and of its -restore. */
  readonly command: readonly string[];
  readonly save: readonly string[];
  readonly restore: readonly string[];
}

/** Locks of these runs are their own: real iptables elsewhere on the machine is neither waited for nor held up. */
const ENVIRONMENT = { XTABLES_LOCKFILE: `/run/bic-${process.pid}.lock` };

/** Real iptables, the reference. */
export const LEGACY: Firewall = { name: 'iptables', command: ['iptables-legacy'], save: ['iptables-legacy-save'], restore: ['iptables-legacy-restore'] };

/** The repository's own commands, as compiled beside this file. */
export function bpfIptables(): Firewall {
  const bin = (name: string): string[] => [process.execPath, path.resolve(import.meta.dirname, '../../src/cli/bin', `${name}.js`)];
  return { name: 'bpf-iptables', command: bin('bpf-iptables'), save: bin('bpf-iptables-save'), restore: bin('bpf-iptables-restore') };
}

/** Runs `iptables ARGS` in the namespace. */
export function runCommand(firewall: Firewall, namespace: string, args: readonly string[]): ExecResult {
  return exec([...firewall.command, ...args], { namespace, env: ENVIRONMENT });
}

/** Loads a save file (`*-restore ARGS`); a refusal throws with its stderr. */
export function restore(firewall: Firewall, namespace: string, rulesText: string, args: readonly string[] = []): void {
  execOk([...firewall.restore, ...args], { namespace, env: ENVIRONMENT, input: rulesText });
}

/** What `*-save -c -t filter` says now. */
export function readCounters(firewall: Firewall, namespace: string): CountedLine[] {
  return parseSaved(execOk([...firewall.save, '-c', '-t', 'filter'], { namespace, env: ENVIRONMENT }));
}

/** Sets all rule and policy counters to zero (`-Z`). */
export function zeroCounters(firewall: Firewall, namespace: string): void {
  execOk([...firewall.command, '-Z'], { namespace, env: ENVIRONMENT });
}
