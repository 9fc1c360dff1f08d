import { describe, expect, it } from 'vitest';
import { decodePacket } from '../net/decode.js';
import { ipv4Address } from '../net/ipv4-address.js';
import { ipv4, rawTransport } from '../net/ipv4.js';
import type { PacketMeta, PacketView } from '../net/packet-view.js';
import type { RuleHead } from '../ruleset/model.js';
import { matchHead } from './match-head.js';

function packetWith(options: { src?: string; protocol?: number; fragmentOffset?: number; moreFragments?: boolean; inIface?: string; outIface?: string }): PacketView {
  const { inIface, outIface, src = '10.1.2.3', protocol = 6, ...fields } = options;
  const meta: PacketMeta = {
    ...(inIface === undefined ? {} : { inIface }),
    ...(outIface === undefined ? {} : { outIface }),
    mark: 0, srcType: 1, dstType: 2, srcTypeIface: 1, dstTypeIface: 2, srcTypeOutIface: 1, dstTypeOutIface: 2, ctState: 'NEW', now: 0n,
  };
  return decodePacket(ipv4({ ...fields, src: ipv4Address(src), dst: ipv4Address('10.9.9.9') }, rawTransport(protocol)), meta);
}

const matches = (head: RuleHead, options: Parameters<typeof packetWith>[0] = {}): boolean => matchHead(head, packetWith(options));

describe('matchHead', () => {
  it('holds when empty', () => expect(matches({})).toBe(true));

  it('compares addresses under any mask', () => {
    const src = { addr: ipv4Address('10.0.0.3'), mask: ipv4Address('255.0.0.255'), invert: false };
    expect(matches({ src }, { src: '10.77.66.3' })).toBe(true);
    expect(matches({ src }, { src: '10.77.66.4' })).toBe(false);
    expect(matches({ src: { ...src, invert: true } }, { src: '10.77.66.4' })).toBe(true);
    expect(matches({ dst: { addr: 0n, mask: 0n, invert: false } })).toBe(true);
    expect(matches({ dst: { addr: 0n, mask: 0n, invert: true } })).toBe(false);
  });

  it.each([
    ['eth0', false, 'eth0', true],
    ['eth0', false, 'eth01', false],
    ['eth0', false, 'eth', false],
    ['eth', true, 'eth01', true],
    ['eth', true, 'eth', true],
    ['eth', true, 'et', false],
    ['eth0', false, undefined, false],
    ['', true, undefined, true],
    ['', true, 'lo', true],
  ] as const)('compares the device name %s wildcard %s with %s', (name, wildcard, device, expected) => {
    const options = device === undefined ? {} : { inIface: device };
    expect(matches({ inIface: { name, wildcard, invert: false } }, options)).toBe(expected);
    expect(matches({ inIface: { name, wildcard, invert: true } }, options)).toBe(!expected);
    const out = device === undefined ? {} : { outIface: device };
    expect(matches({ outIface: { name, wildcard, invert: false } }, out)).toBe(expected);
  });

  it('compares the protocol', () => {
    expect(matches({ protocol: { number: 6, invert: false } })).toBe(true);
    expect(matches({ protocol: { number: 17, invert: false } })).toBe(false);
    expect(matches({ protocol: { number: 17, invert: true } })).toBe(true);
  });

  it('takes -f as second and further fragments only', () => {
    const f = { fragment: { invert: false } };
    const notF = { fragment: { invert: true } };
    expect([matches(f), matches(f, { moreFragments: true }), matches(f, { fragmentOffset: 1 })]).toEqual([false, false, true]);
    expect([matches(notF), matches(notF, { moreFragments: true }), matches(notF, { fragmentOffset: 1 })]).toEqual([true, true, false]);
  });
});
