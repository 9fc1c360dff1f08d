import { expect, it } from 'vitest';
import { ZERO_COUNTERS, type Rule } from '../model.js';
import { listedRule, type ListStyle } from './columns.js';

const style: ListStyle = { numeric: false, verbose: false, exact: false, lineNumbers: false, nameOf: () => undefined };
const drop = (number: number, invert: boolean): Rule => ({ head: { protocol: { number, invert } }, matches: [], target: { kind: 'drop' }, counters: ZERO_COUNTERS });

// As iptables-legacy 1.8.9 -L prints them.
it.each([
  [58, false, 'DROP       ipv6-icmp --  anywhere             anywhere            '],
  [135, true, 'DROP      !mobility-header --  anywhere             anywhere            '],
  [6, true, 'DROP      !tcp  --  anywhere             anywhere            '],
] as const)('lists protocol %i (inverted: %s) in its column', (number, invert, line) => {
  expect(listedRule(drop(number, invert), 'ipv4', style)).toBe(line);
});
