import { expect, it } from 'vitest';
import { reject, reject6 } from './reject.js';
import { REJECT_TYPES } from './types.js';

const IPV4 = {
  'icmp-net-unreachable': 0,
  'icmp-host-unreachable': 1,
  'icmp-proto-unreachable': 2,
  'icmp-port-unreachable': 3,
  'icmp-net-prohibited': 9,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
  'tcp-reset': 255,
};
const IPV6 = {
  'icmp6-no-route': 0,
  'icmp6-adm-prohibited': 1,
  'icmp6-addr-unreachable': 3,
  'icmp6-port-unreachable': 4,
  'icmp6-policy-fail': 5,
  'icmp6-reject-route': 6,
  'tcp-reset': 255,
};

it.each([
  ['ipv4', reject, IPV4],
  ['ipv6', reject6, IPV6],
] as const)('lowers to codes of ICMP (RFC 792, RFC 1122, RFC 1812) and ICMPv6 (RFC 4443), and 255 for a reset: %s', (family, target, expected) => {
  const numbers = Object.fromEntries(REJECT_TYPES[family].map(({ name }) => [name, target.lower({ with: name }, family)]));
  expect(numbers).toEqual(Object.fromEntries(Object.entries(expected).map(([name, type]) => [name, { kind: 'reject', type }])));
});
