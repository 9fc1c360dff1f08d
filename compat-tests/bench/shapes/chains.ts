/** What stands before the rules of a chain to price a jump with its return, and a match that ends nothing. */
import type { Preamble } from '../workload.js';

const sequence = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** `count` jumps in a row, each to a chain of its own that holds one rule nothing matches. */
export function jumpsInARow(count: number): Preamble {
  const chains = sequence(count).map((index) => ({ name: `c${index}`, rules: [` -s 192.0.2.${index + 1}/32 -j DROP`] }));
  return { lines: chains.map(({ name }) => ` -j ${name}`), chains, trail: chains.map((_, rule) => ({ chain: 'FORWARD', rule })) };
}

/** One jump to a chain that jumps to the next, `count` deep; each ends with a rule nothing matches. */
export function jumpsDeep(count: number): Preamble {
  const chains = sequence(count).map((index) => ({ name: `c${index}`, rules: [...(index + 1 < count ? [` -j c${index + 1}`] : []), ` -s 192.0.2.${index + 1}/32 -j DROP`] }));
  return { lines: count > 0 ? [' -j c0'] : [], chains, trail: sequence(count).map((index) => ({ chain: index === 0 ? 'FORWARD' : `c${index - 1}`, rule: 0 })) };
}

/** `count` rules that match every forwarded packet and have no target. */
export function countingRules(count: number): Preamble {
  return { lines: sequence(count).map((index) => ` -m ttl --ttl-gt ${index}`), chains: [], trail: sequence(count).map((rule) => ({ chain: 'FORWARD', rule })) };
}
