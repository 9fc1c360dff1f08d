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

/** A family that a test is run with. */
export interface Wanted {
  readonly family: Family;
  /** How many random conversations. */
  readonly rounds: number;
  /** Those of a list that are to be tried. */
  some<Each>(all: readonly Each[]): readonly Each[];
}

/** Of IPv6, which takes the same steps, so many times fewer. */
const FEWER = 4;

/** Both families, or all of the one that CONNTRACK_FAMILY names. */
export function wantedFamilies(rounds: number): readonly Wanted[] {
  const only = process.env['CONNTRACK_FAMILY'];
  const fewer = only === undefined ? FEWER : 1;
  const all: readonly Wanted[] = [
    { family: 'ipv4', rounds, some: (list) => list },
    { family: 'ipv6', rounds: Math.ceil(rounds / fewer), some: (list) => list.filter((_, index) => index % fewer === 0) },
  ];
  return all.filter(({ family }) => only === undefined || only === family);
}
