/**
 * What may differ because of `limit`: two buckets filled microseconds apart can differ by one packet, and every rule behind a limit
 * that decides the way of packets with it. Everything else is compared exactly.
 */
import type { CountedLine } from './counters.js';

export interface Tolerance {
  /** Packets by which this line's counters may differ. Its bytes are compared only where this is 0. */
  ofLine(line: CountedLine): bigint;
  /** Arrivals that only one side may have. */
  readonly arrivals: bigint;
}

/** Nothing may differ. */
export const EXACT: Tolerance = { ofLine: () => 0n, arrivals: 0n };

const LIMITED = / -m limit /;

/** Whether a packet goes another way once this rule matches: all but LOG and rules without target. */
function diverts(rule: string): boolean {
  return / -[jg] (?!LOG( |$))/.test(rule);
}

/** The tolerance for a save file. */
export function toleranceOf(rulesText: string): Tolerance {
  const limited = rulesText.split('\n').filter((line) => line.startsWith('-A') && LIMITED.test(line));
  const behind = BigInt(limited.filter(diverts).length);
  return { ofLine: (line) => (LIMITED.test(line.text) && behind === 0n ? 1n : behind), arrivals: behind };
}
