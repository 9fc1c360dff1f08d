/** Both families' firewalls, as conntrack's tests drive them. */
import type { Family } from '../../src/ruleset/model.js';
import { bpfIptables, legacyOf, restore, type Firewall } from '../harness/firewall.js';

/** The reference and ours. */
export function firewallsOf(family: Family, environment: Readonly<Record<string, string>> = {}): { readonly legacy: Firewall; readonly ours: Firewall } {
  return { legacy: legacyOf(family), ours: bpfIptables(environment, family) };
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
