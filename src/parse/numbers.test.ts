import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIpv4, parseIpv4Mask, parseIpv6Mask } from './address-forms.js';
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
});
