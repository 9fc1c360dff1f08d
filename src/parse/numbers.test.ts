import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4, parseIpv4Mask, parseIpv6, parseIpv6Mask } from './address-forms.js';
import { leadingInteger, leadingUnsigned, wholeNumber } from './numbers.js';

describe('wholeNumber', () => {
  it.each([
    ['0', 0], ['10', 10], ['010', 8], ['0x10', 16], ['0X1f', 31], ['+5', 5], [' 5', 5], ['08', undefined], ['0x', undefined], ['', undefined],
    ['5 ', undefined], ['-0', undefined], ['1e3', undefined], ['256', undefined], ['9'.repeat(100), undefined], ['٣', undefined],
  ])('%j', (text, value) => {
    expect(wholeNumber(text, 0, 255)).toBe(value);
  });
});

describe('sscanf forms', () => {
  it.each([
    ['12x', 12n], [' 7', 7n], ['x', undefined], ['-1', (1n << 64n) - 1n], ['18446744073709551616', (1n << 64n) - 1n], ['0x10', 0n], ['', undefined],
  ])('%%llu of %s', (text, value) => {
    expect(leadingUnsigned(text)).toBe(value);
  });

  it.each([['5', 5], ['5x', 5], ['-5', -5], ['0x10', 16], ['010', 8], ['08', 0], ['x', undefined], ['4294967297', 1]])('%%i of %j', (text, value) => {
    expect(leadingInteger(text)).toBe(value);
  });
});

describe('numeric addresses', () => {
  it('reads every dotted quad', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        const text = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
        expect(parseIpv4(text)).toBe(BigInt(value >>> 0));
      }),
    );
  });

  it('reads every prefix length as that many ones', () => {
    for (let length = 0; length <= 32; length++) expect(parseIpv4Mask(String(length))!.toString(2)).toBe(length ? '1'.repeat(length) + '0'.repeat(32 - length) : '0');
    for (let length = 0; length <= 128; length++) expect(parseIpv6Mask(String(length))!.toString(2)).toBe(length ? '1'.repeat(length) + '0'.repeat(128 - length) : '0');
    expect(parseIpv4Mask('33')).toBeUndefined();
    expect(parseIpv6Mask('129')).toBeUndefined();
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

  it.each(['', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '12345::', 'fe80::1%lo', '1.2.3.4', '::1.2.3', '::1.2.3.4.5', '::256.1.1.1'])('refuses %j', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });

  it('reads an IPv4 tail', () => {
    expect(parseIpv6('::ffff:1.2.3.4')).toBe(0xffff01020304n);
    expect(parseIpv6('64:ff9b::255.255.255.255')).toBe((0x64ff9bn << 96n) | 0xffffffffn);
  });
});
