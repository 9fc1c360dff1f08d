import { expect, it } from 'vitest';
import { parseIpv6 } from '../../net/ipv6-address.js';
import { prefixMask } from '../../net/address.js';
import { ZERO_COUNTERS, type AddressMatch, type Rule } from '../model.js';
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

// As ip6tables-legacy 1.8.9 -L and -L -n print them.
it.each([
  ['::/0', ' anywhere            ', ' ::/0                '],
  ['! ::/0', '!anywhere            ', '!::/0                '],
  ['::/128', ' anywhere            ', ' ::                  '],
  ['::/96', ' anywhere            ', ' ::/96               '],
  ['! ::/64', '!anywhere            ', '!::/64               '],
  ['::1/128', ' ::1                 ', ' ::1                 '],
  ['::ffff:0:0/96', ' ::ffff:0.0.0.0/96   ', ' ::ffff:0.0.0.0/96   '],
  ['2001::/ffff:0:ffff::', ' 2001::/ffff:0:ffff:: ', ' 2001::/ffff:0:ffff:: '],
  ['! 2001:db8:1111:2222:3333:4444:5555:6666/127', '!2001:db8:1111:2222:3333:4444:5555:6666/127 ', '!2001:db8:1111:2222:3333:4444:5555:6666/127 '],
])('lists %s in its column', (network, named, numeric) => {
  const rule: Rule = { head: { src: networkOf(network) }, matches: [], target: { kind: 'drop' }, counters: ZERO_COUNTERS };
  expect(listedRule(rule, 'ipv6', style)).toBe(`DROP       all  -- ${named} anywhere            `);
  expect(listedRule(rule, 'ipv6', { ...style, numeric: true })).toBe(`DROP       0    -- ${numeric} ::/0                `);
});

function networkOf(text: string): AddressMatch {
  const [, not, address, mask] = /^(! )?(.*)\/(.*)$/.exec(text)!;
  return { addr: parseIpv6(address!)!, mask: parseIpv6(mask!) ?? prefixMask(Number(mask), 'ipv6'), invert: not !== undefined };
}
