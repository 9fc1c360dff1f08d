import { expect, it } from 'vitest';
import { reject } from './reject.js';
import { REJECT_TYPES } from './types.js';

it('lowers to ICMP codes (RFC 792, RFC 1122, RFC 1812) and 255 for a reset', () => {
  const numbers = Object.fromEntries(REJECT_TYPES.map(({ name }) => [name, reject.lower({ with: name }, 'ipv4')]));
  const expected = {
    'icmp-net-unreachable': 0,
    'icmp-host-unreachable': 1,
    'icmp-proto-unreachable': 2,
    'icmp-port-unreachable': 3,
    'icmp-net-prohibited': 9,
    'icmp-host-prohibited': 10,
    'icmp-admin-prohibited': 13,
    'tcp-reset': 255,
  };
  expect(numbers).toEqual(Object.fromEntries(Object.entries(expected).map(([name, type]) => [name, { kind: 'reject', type }])));
});
