/** Names of the TCP flags that iptables knows (ECE and CWR have none). */
import { ParameterProblem, type Span } from '../../errors/errors.js';

const FLAGS: readonly (readonly [string, number])[] = [
  ['FIN', 0x01],
  ['SYN', 0x02],
  ['RST', 0x04],
  ['PSH', 0x08],
  ['ACK', 0x10],
  ['URG', 0x20],
];
const ALL = 0x3f;

/** `SYN,ACK`, `ALL`, `NONE` (any case; empty items are skipped) to a flags byte. */
export function parseFlags(text: string, span?: Span): number {
  let flags = 0;
  for (const word of text.split(',')) {
    if (word === '') continue;
    const name = word.toUpperCase();
    const value = name === 'ALL' ? ALL : name === 'NONE' ? 0 : FLAGS.find(([n]) => n === name)?.[1];
    if (value === undefined) throw new ParameterProblem(`Unknown TCP flag \`${word}'`, span);
    flags |= value;
  }
  return flags;
}

/** A flags byte as iptables prints it: names from the lowest bit up, `NONE` for 0. */
export function flagNames(flags: number): string {
  if (flags === 0) return 'NONE';
  return FLAGS.filter(([, bit]) => flags & bit)
    .map(([name]) => name)
    .join(',');
}
