import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBits, formatAddress, hostMask, prefixLength, prefixMask } from './address.js';
import { formatIpv6Address, ipv6Address, parseIpv6 } from './ipv6-address.js';

const group = fc.oneof(fc.constant(0), fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
const address = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.reduce((value, each) => (value << 16n) | BigInt(each), 0n));

describe('IPv6 addresses', () => {
  it('are written as inet_ntop(3) writes them, and read back', () => {
    fc.assert(
      fc.property(address, (value) => {
        const plain = value.toString(16).padStart(32, '0').replace(/(....)(?!$)/g, '$1:');
        const text = formatIpv6Address(value);
        expect(text).toBe(new SocketAddress({ address: plain, family: 'ipv6' }).address);
        expect(parseIpv6(text)).toBe(value);
      }),
    );
  });

  it('reads IPv6 with the zeros left out anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), fc.nat(7), fc.integer({ min: 1, max: 8 }), (groups, at, count) => {
        const until = Math.min(8, at + count);
        const zeroed = groups.map((group, i) => (i >= at && i < until ? 0 : group));
        const hex = zeroed.map((group) => group.toString(16));
        const value = zeroed.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
        expect(parseIpv6(hex.join(':'))).toBe(value);
        expect(parseIpv6(`${hex.slice(0, at).join(':')}::${hex.slice(until).join(':')}`)).toBe(value);
      }),
    );
  });

  it('reads an IPv4 tail', () => {
    expect(parseIpv6('::ffff:1.2.3.4')).toBe(0xffff01020304n);
    expect(parseIpv6('64:ff9b::255.255.255.255')).toBe((0x64ff9bn << 96n) | 0xffffffffn);
  });

  // As ip6tables-legacy -S prints them (glibc).
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['::1.2.3.4', '::1.2.3.4'],
    ['::1:0', '::0.1.0.0'],
    ['::ffff', '::ffff'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::fffe:1.2.3.4', '::fffe:102:304'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['0:2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6::', '1:2:3:4:5:6::'],
    ['ABCD:EF01::', 'abcd:ef01::'],
  ])('%s comes back as %s', (text, printed) => expect(formatIpv6Address(ipv6Address(text))).toBe(printed));

  it.each(['', ':', ':::', '1::2::3', '::1.2.3.4.5', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '::1.2.3', '::1.2.3.256', '::01.2.3.4', '1.2.3.4', 'fe80::1%lo', '::/0'])(
    '%j is none',
    (text) => {
      expect(parseIpv6(text)).toBeUndefined();
      expect(() => ipv6Address(text)).toThrow(RangeError);
    },
  );
});

describe('masks', () => {
  it.each(['ipv4', 'ipv6'] as const)('of %s have a prefix length exactly when they are contiguous', (family) => {
    const bits = addressBits(family);
    for (let length = 0; length <= bits; length++) expect(prefixLength(prefixMask(length, family), family)).toBe(length);
    expect(() => prefixMask(bits + 1, family)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.bigInt(0n, hostMask(family)), (mask) => {
        const contiguous = /^1*0*$/.test(mask.toString(2).padStart(bits, '0'));
        expect(prefixLength(mask, family) !== undefined).toBe(contiguous);
      }),
    );
  });

  it('are written as addresses', () => {
    expect(formatAddress(prefixMask(12, 'ipv4'), 'ipv4')).toBe('255.240.0.0');
    expect(formatAddress(prefixMask(20, 'ipv6'), 'ipv6')).toBe('ffff:f000::');
  });
});
