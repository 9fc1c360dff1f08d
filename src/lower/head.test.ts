import { describe, expect, it } from 'vitest';
import type { Family, RuleHead } from '../ruleset/model.js';
import type { Step } from '../ir/predicate.js';
import { HeadLowering } from './head.js';
import { printStep } from './print.js';

function printed(head: RuleHead, family: Family = 'ipv4'): string[] {
  const steps: Step[] = [];
  new HeadLowering(family).lower(head, steps);
  return steps.map((step) => printStep(step).replace(/^require /, ''));
}
const device = (name: string, wildcard: boolean, invert = false): string[] => printed({ inIface: { name, wildcard, invert } });

describe('HeadLowering', () => {
  it('keeps the order of ip_packet_match', () => {
    const text = printed({
      fragment: { invert: false },
      protocol: { number: 6, invert: false },
      outIface: { name: 'o', wildcard: false, invert: false },
      inIface: { name: 'i', wildcard: false, invert: false },
      dst: { addr: 2n, mask: 0xffffffffn, invert: false },
      src: { addr: 1n, mask: 0xffffffffn, invert: false },
    });
    expect(text.map((line) => line.split(' ')[0])).toEqual(['src', 'dst', 'inIfaceHi', 'outIfaceHi', 'proto', 'fragOffset']);
  });

  it('IPv6: words of addresses, and a protocol that may not be there', () => {
    const src = { addr: 0x20010db8_00000000_00000000_00000001n, mask: (1n << 128n) - 1n, invert: false };
    expect(printed({ src }, 'ipv6')).toHaveLength(1);
    expect(printed({ src }, 'ipv6')[0]!.match(/src\d?/g)).toEqual(['src', 'src1', 'src2', 'src3']);
    expect(printed({ src: { addr: 0n, mask: 0xffn, invert: false } }, 'ipv6')[0]!.match(/src\d?/g)).toEqual(['src3']);
    expect(printed({ protocol: { number: 6, invert: true } }, 'ipv6').map((line) => line.split(' ')[0])).toEqual(['hotdrop-if', 'not']);
    // -p all: any, but there has to be one.
    expect(printed({ protocol: { number: 0, invert: false } }, 'ipv6').map((line) => line.split(' ')[0])).toEqual(['hotdrop-if']);
  });

  it('addresses: hosts, prefixes, masks with holes, mask zero, inversion', () => {
    const src = (addr: bigint, mask: bigint, invert: boolean): string => printed({ src: { addr, mask, invert } }).join();
    expect(src(0x0a000001n, 0xffffffffn, false)).toBe('src == 10.0.0.1');
    expect(src(0x0a000000n, 0xff000000n, true)).toBe('not (src & 0xff000000 == 10.0.0.0)');
    expect(src(0x0a000001n, 0xff0000ffn, false)).toBe('src & 0xff0000ff == 10.0.0.1');
    expect(src(0n, 0n, false)).toBe('true');
    expect(src(0n, 0n, true)).toBe('false');
  });

  it('an exact name compares its NUL', () => {
    expect(device('eth0', false)).toEqual(['inIfaceHi == 0x6574683000000000']);
    expect(device('1234567', false)).toEqual(['inIfaceHi == 0x3132333435363700']);
    expect(device('12345678', false)).toEqual(['all (inIfaceHi == 0x3132333435363738, inIfaceLo == 0x0)']);
    expect(device('123456789abcdef', false)).toEqual(['all (inIfaceHi == 0x3132333435363738, inIfaceLo == 0x3961626364656600)']);
  });

  it('a wildcard compares only its own bytes', () => {
    expect(device('eth', true)).toEqual(['inIfaceHi & 0xffffff0000000000 == 0x6574680000000000']);
    expect(device('12345678', true)).toEqual(['inIfaceHi == 0x3132333435363738']);
    expect(device('123456789', true)).toEqual(['all (inIfaceHi == 0x3132333435363738, inIfaceLo & 0xff00000000000000 == 0x3900000000000000)']);
    expect(device('', true)).toEqual(['true']);
    expect(device('', true, true)).toEqual(['false']);
  });

  it('fragments and protocols with inversion', () => {
    expect(printed({ fragment: { invert: false } })).toEqual(['fragOffset in 1..8191']);
    expect(printed({ fragment: { invert: true } })).toEqual(['not (fragOffset in 1..8191)']);
    expect(printed({ protocol: { number: 17, invert: true } })).toEqual(['not (proto == 17)']);
  });
});
