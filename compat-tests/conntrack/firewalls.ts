/** Both families' firewalls, as conntrack's tests drive them. */
import type { Family } from '../../src/ruleset/model.js';
import { bpfIptables, LEGACY, restore, type Firewall } from '../harness/firewall.js';

const LEGACY6: Firewall = { name: 'ip6tables', command: ['ip6tables-legacy'], save: ['ip6tables-legacy-save'], restore: ['ip6tables-legacy-restore'] };

/** The reference and ours. */
export function firewallsOf(family: Family, environment: Readonly<Record<string, string>> = {}): { readonly legacy: Firewall; readonly ours: Firewall } {
  const ours = bpfIptables(environment);
  if (family === 'ipv4') return { legacy: LEGACY, ours };
  const six = (words: readonly string[]): string[] => words.map((word) => word.replace('bpf-iptables', 'bpf-ip6tables'));
  return { legacy: LEGACY6, ours: { name: 'bpf-ip6tables', command: six(ours.command), save: six(ours.save), restore: six(ours.restore) } };
}

/** Loads the filter table into ours. */
export function loadOurs(family: Family, namespace: string, rulesText: string): void {
  restore(firewallsOf(family).ours, namespace, rulesText);
}

/** The families that a test is run with, and how many random conversations of each: CONNTRACK_FAMILY names one. */
export function wantedFamilies(rounds: number): readonly { readonly family: Family; readonly rounds: number }[] {
  const only = process.env['CONNTRACK_FAMILY'];
  const all = [{ family: 'ipv4', rounds }, { family: 'ipv6', rounds: only === undefined ? Math.ceil(rounds / 4) : rounds }] as const;
  return all.filter(({ family }) => only === undefined || only === family);
}
