/**
 * Two rulesets in one: rules a1 a2 count every packet while A is in force, b1 b2 while B is. They differ in their protocol alone and keep their
 * counters through every swap, so in the end a1 + b1 is every packet judged, and a1 = a2, b1 = b2 unless a packet met a mix of both.
 */
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { withChains } from '../../src/ruleset/chains.js';
import type { Counters, Rule, Ruleset } from '../../src/ruleset/model.js';
import { readRuleset } from '../../src/property/read-ruleset.js';

/** What the traffic is: for experiments (RFC 3692), nothing in the kernel handles it. */
export const PROTOCOL = 253;
/** What it is not. */
const OTHER = 254;
export const ACCEPTED_SOURCE = '198.51.100.1';
export const DROPPED_SOURCE = '203.0.113.9';

export type Which = 'A' | 'B';

/** a1 b1, `filler` rules that match nothing, a2 b2, and the rule that drops {@link DROPPED_SOURCE}. A is in force. */
export function swapRuleset(filler: number): Ruleset {
  const fill = Array.from({ length: filler }, (_, i) => `-A INPUT -s 10.${77 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport ${1 + (i % 60_000)} -j DROP`);
  const pair = (n: number): string[] => [`-A INPUT -p ${PROTOCOL} -m comment --comment a${n}`, `-A INPUT -p ${OTHER} -m comment --comment b${n}`];
  return readRuleset(['*filter', ':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT', ...pair(1), ...fill, ...pair(2), `-A INPUT -s ${DROPPED_SOURCE} -j DROP`, 'COMMIT', ''].join('\n'));
}

function commentOf(rule: Rule): string {
  const data = rule.matches.find(({ name }) => name === 'comment')?.data as { readonly comment: string } | undefined;
  return data?.comment ?? '';
}

/** The same rules with the other pair counting. */
export function inForce(ruleset: Ruleset, which: Which): Ruleset {
  const turned = (rule: Rule): Rule => {
    const word = commentOf(rule);
    if (word === '') return rule;
    return { ...rule, head: { ...rule.head, protocol: { number: word.startsWith(which.toLowerCase()) ? PROTOCOL : OTHER, invert: false } } };
  };
  return withChains(ruleset, [...ruleset.chains.values()].map((chain) => (chain.name === 'INPUT' ? { ...chain, rules: chain.rules.map(turned) } : chain)));
}

export interface SwapCounts {
  readonly a: readonly [Counters, Counters];
  readonly b: readonly [Counters, Counters];
  readonly dropped: Counters;
  /** The policy's: what went through. */
  readonly accepted: Counters;
  /** Of the rules that match nothing. */
  readonly filler: bigint;
}

export function readCounts(ruleset: Ruleset): SwapCounts {
  const chain = ruleset.chains.get('INPUT')!;
  const named = (word: string): Counters => chain.rules.find((rule) => commentOf(rule) === word)!.counters;
  const drops = chain.rules.filter(({ target }) => target.kind === 'drop');
  const dropped = drops.find(({ head }) => head.src?.addr === ipv4Address(DROPPED_SOURCE))!;
  const filler = drops.reduce((sum, rule) => (rule === dropped ? sum : sum + rule.counters.packets), 0n);
  return { a: [named('a1'), named('a2')], b: [named('b1'), named('b2')], dropped: dropped.counters, accepted: chain.counters, filler };
}
