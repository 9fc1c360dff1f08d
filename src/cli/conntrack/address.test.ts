import { isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.js';

const group = fc.oneof(fc.constant(0), fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
const bytes = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => Uint8Array.from(groups.flatMap((each) => [each >> 8, each & 0xff])));

describe('addresses', () => {
  it('of IPv6 are written as inet_ntop(3) writes them, and read back', () => {
    fc.assert(
      fc.property(bytes, (address) => {
        const plain = Array.from({ length: 8 }, (_, index) => (address[2 * index]! * 256 + address[2 * index + 1]!).toString(16)).join(':');
        const text = formatAddress(address);
        expect(new SocketAddress({ address: plain, family: 'ipv6' }).address).toBe(text);
        expect(parseAddress(text)).toEqual(address);
      }),
    );
  });

  it.each(['::', '::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::1.2.3.4', '1::2::3', '1:2', ':::', '1:2:3:4:5:6:7:8:9', 'g::', '12345::', '::1.2.3', '::1.2.3.256', '1:2:3:4:5:6:7:', ':1', ''])(
    '%s is an address of IPv6 or not, as everywhere',
    (text) => expect(parseAddress(text)?.length === 16).toBe(isIPv6(text)),
  );

  it.each([
    ['10.0.0.1', [10, 0, 0, 1]],
    ['10.1', [10, 0, 0, 1]],
    ['0x0a.010.1', [10, 8, 0, 1]],
    ['167772161', [10, 0, 0, 1]],
    ['1.2.3.4 x', [1, 2, 3, 4]],
    ['1.2.3.256', undefined],
    ['256.1', undefined],
    ['1.2.3.4.', undefined],
    ['1.2.3.4.5', undefined],
    ['08.1', undefined],
    ['4294967296', undefined],
    ['-1', undefined],
  ])('%s is what inet_aton(3) makes of it', (text, address) => {
    expect(parseAddress(text)).toEqual(address && Uint8Array.from(address));
  });
});
