/** The firewalls under comparison, driven from outside through their commands, as a user would. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { kernelAccess } from '../../src/cli/kernel-access.js';
import type { Host } from '../../src/cli/host.js';
import { runSave } from '../../src/cli/save-command.js';
import { exec, execOk, type ExecResult } from './exec.js';
import { parseSaved, type CountedLine } from './counters.js';
import { insideNamespace } from './open-wire.js';

export interface Firewall {
  readonly name: string;
  /** argv of the command, of its -save and of its -restore. */
  readonly command: readonly string[];
  readonly save: readonly string[];
  readonly restore: readonly string[];
  /** What `*-save -c -t filter` prints in the namespace, without a process of its own; the harness asks thousands of times. */
  readonly savedText?: (namespace: string) => string;
}

/** Locks of these runs are their own: real iptables elsewhere on the machine is neither waited for nor held up. */
const ENVIRONMENT = { XTABLES_LOCKFILE: `/run/bic-${process.pid}.lock` };
process.once('exit', () => rmSync(ENVIRONMENT.XTABLES_LOCKFILE, { force: true }));

/** Real iptables, the reference. */
export const LEGACY: Firewall = { name: 'iptables', command: ['iptables-legacy'], save: ['iptables-legacy-save'], restore: ['iptables-legacy-restore'] };

/** The repository's own commands, as compiled beside this file. `environment` is added to that of every command. */
export function bpfIptables(environment: Readonly<Record<string, string>> = {}): Firewall {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const bin = (name: string): string[] => ['env', ...settings, process.execPath, path.resolve(import.meta.dirname, '../../bundle/bin', `${name}.js`)];
  return { name: 'bpf-iptables', command: bin('bpf-iptables'), save: bin('bpf-iptables-save'), restore: bin('bpf-iptables-restore'), savedText };
}

/** `bpf-iptables-save -c -t filter` as a call. A failure throws with its stderr. */
function savedText(namespace: string): string {
  let out = '';
  let err = '';
  const refuse = (): never => {
    throw new Error('save takes no lock, no input and no names');
  };
  const host: Host = {
    family: 'ipv4',
    calledAs: 'bpf-iptables-save',
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    privileged: true,
    openStore: () => kernelAccess.openStore('ipv4'),
    lock: refuse,
    readInput: refuse,
    now: () => new Date(0),
    nameAddresses: refuse,
  };
  const status = insideNamespace(namespace, () => runSave(['-c', '-t', 'filter'], host));
  if (status !== 0) throw new Error(`bpf-iptables-save: exit ${status}\n${err.trim()}`);
  return out;
}

/** Runs `iptables ARGS` in the namespace. */
export function runCommand(firewall: Firewall, namespace: string, args: readonly string[]): ExecResult {
  return exec([...firewall.command, ...args], { namespace, env: ENVIRONMENT });
}

/** Loads a save file (`*-restore ARGS`); a refusal throws with its stderr. */
export function restore(firewall: Firewall, namespace: string, rulesText: string, args: readonly string[] = []): void {
  execOk([...firewall.restore, ...args], { namespace, env: ENVIRONMENT, input: rulesText });
}

/** What `*-save -c -t filter` says now, by the shortest way. */
export function readCountersFast(firewall: Firewall, namespace: string): CountedLine[] {
  return firewall.savedText === undefined ? readCounters(firewall, namespace) : parseSaved(firewall.savedText(namespace));
}

/** What `*-save -c -t filter` says now, run as a user would. */
export function readCounters(firewall: Firewall, namespace: string): CountedLine[] {
  return parseSaved(execOk([...firewall.save, '-c', '-t', 'filter'], { namespace, env: ENVIRONMENT }));
}

/** Sets all rule and policy counters to zero (`-Z`). */
export function zeroCounters(firewall: Firewall, namespace: string): void {
  execOk([...firewall.command, '-Z'], { namespace, env: ENVIRONMENT });
}
