/**
 * Named network namespaces that clean up after themselves.
 * Names carry the process id (`bic-<pid>-<label>`), so a later run can sweep away what a killed one left behind.
 */
import { existsSync, readdirSync } from 'node:fs';
import { exec, execOk } from './exec.js';

const PREFIX = 'bic-';
const OWN = new Set<string>();
let hooked = false;

/** Settings that keep a namespace's own chatter and rate limits out of the comparison. Paths below /proc/sys/net. */
const QUIET: readonly (readonly [string, string])[] = [
  ['ipv6/conf/all/disable_ipv6', '1'],
  ['ipv6/conf/default/disable_ipv6', '1'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  ['ipv4/conf/all/send_redirects', '0'],
  ['ipv4/conf/default/send_redirects', '0'],
  ['ipv4/igmp_link_local_mcast_reports', '0'],
  ['ipv4/icmp_ratelimit', '0'],
  ['ipv4/icmp_ratemask', '0'],
  ['ipv4/tcp_synack_retries', '0'],
];

function processIsAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Removes the namespaces of runs whose process is gone. Returns their names. */
export function sweepDeadNamespaces(): string[] {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const dead = names.filter((name) => {
    const pid = /^bic-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !processIsAlive(Number(pid));
  });
  for (const name of dead) exec(['ip', 'netns', 'del', name]);
  return dead;
}

function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => {
    for (const name of OWN) exec(['ip', 'netns', 'del', name]);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(128));
}

/** Makes a namespace `bic-<pid>-<label>` with lo up and quiet settings; it is removed when this process ends. Returns its name. */
export function createNamespace(label: string): string {
  hookExit();
  const name = `${PREFIX}${process.pid}-${label}`;
  execOk(['ip', 'netns', 'add', name]);
  OWN.add(name);
  setSysctls(name, QUIET);
  execOk(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  return name;
}

/** Removes a namespace made by createNamespace and everything in it. */
export function removeNamespace(name: string): void {
  execOk(['ip', 'netns', 'del', name]);
  OWN.delete(name);
}

/** Writes settings below /proc/sys/net of the namespace; one that this kernel lacks throws. */
export function setSysctls(namespace: string, settings: readonly (readonly [string, string])[]): void {
  const script = settings.map(([path, value]) => `echo ${value} > /proc/sys/net/${path}`).join(' && ');
  execOk(['sh', '-c', script], { namespace });
}

/** Runs `ip` with the given lines as a batch inside the namespace: one process for many changes. */
export function ipBatch(namespace: string, lines: readonly string[]): void {
  execOk(['ip', '-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
