/** The firewalls under comparison, driven from outside through their commands, as a user would. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { kernelAccess } from '../../src/cli/kernel-access.js';
import type { Host } from '../../src/cli/host.js';
import { runSave } from '../../src/cli/save-command.js';
import type { Family } from '../../src/ruleset/model.js';
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
export const LEGACY6: Firewall = { name: 'ip6tables', command: ['ip6tables-legacy'], save: ['ip6tables-legacy-save'], restore: ['ip6tables-legacy-restore'] };

/** The reference of a family. */
export function legacyOf(family: Family): Firewall {
  return family === 'ipv4' ? LEGACY : LEGACY6;
}

/** The repository's own commands, as compiled beside this file. `environment` is added to that of every command. */
export function bpfIptables(environment: Readonly<Record<string, string>> = {}, family: Family = 'ipv4'): Firewall {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const program = family === 'ipv4' ? 'bpf-iptables' : 'bpf-ip6tables';
  const bin = (tool: string): string[] => ['env', ...settings, process.execPath, path.resolve(import.meta.dirname, '../../bundle/bin', `${program}${tool}.js`)];
  return { name: program, command: bin(''), save: bin('-save'), restore: bin('-restore'), savedText: (namespace) => savedText(namespace, family) };
}

/** `bpf-iptables-save -c -t filter` as a call. A failure throws with its stderr. */
function savedText(namespace: string, family: Family): string {
  let out = '';
  let err = '';
  const refuse = (): never => {
    throw new Error('save takes no lock, no input and no names');
  };
  const host: Host = {
    family,
    calledAs: 'bpf-iptables-save',
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    privileged: true,
    openStore: () => kernelAccess.openStore(family),
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
