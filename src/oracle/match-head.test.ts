import { describe, expect, it } from 'vitest';
import { decodePacket } from '../net/decode.js';
import { ipv4Address } from '../net/ipv4-address.js';
import { ipv4, rawTransport } from '../net/ipv4.js';
import { ipv6Address } from '../net/ipv6-address.js';
import { destinationOptions, fragmentHeader, hopByHop } from '../net/ipv6-extensions.js';
import { ipv6, type ExtensionHeader } from '../net/ipv6.js';
import type { PacketMeta, PacketView } from '../net/packet-view.js';
import type { RuleHead } from '../ruleset/model.js';
import { udp } from '../net/udp.js';
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

const matches = (head: RuleHead, options: Parameters<typeof packetWith>[0] = {}): boolean | 'hotdrop' => matchHead(head, packetWith(options));

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

describe('matchHead of IPv6', () => {
  const meta: PacketMeta = { inIface: 'eth0', mark: 0, srcType: 1, dstType: 2, srcTypeIface: 1, dstTypeIface: 2, srcTypeOutIface: 1, dstTypeOutIface: 2, ctState: 'NEW', now: 0n };
  const view = (extensions: readonly ExtensionHeader[], transport = udp({ sport: 1, dport: 2 })): PacketView =>
    decodePacket(ipv6({ src: ipv6Address('2001:db8::1'), dst: ipv6Address('::2'), extensions }, transport), meta);
  const cut = view([], rawTransport(60));
  const protocol = (number: number, invert = false): RuleHead => ({ protocol: { number, invert } });

  it('compares 128 bits', () => {
    const src = { addr: ipv6Address('2001:db8::1'), mask: (1n << 128n) - 1n, invert: false };
    expect(matchHead({ src }, view([]))).toBe(true);
    expect(matchHead({ src: { ...src, addr: src.addr ^ (1n << 64n) } }, view([]))).toBe(false);
    expect(matchHead({ src: { ...src, addr: ipv6Address('::1'), mask: 0xffffn } }, view([]))).toBe(true);
  });
  it('compares the protocol behind extension headers, which itself is none', () => {
    const behind = view([hopByHop(), destinationOptions()]);
    expect([protocol(17), protocol(60), protocol(0), protocol(60, true)].map((head) => matchHead(head, behind))).toEqual([true, false, true, true]);
    expect(matchHead(protocol(17), view([fragmentHeader({ offset: 1 })]))).toBe(true);
  });
  it('drops a packet without a transport at any -p, behind addresses and devices', () => {
    for (const head of [protocol(17), protocol(17, true), protocol(60), protocol(0)]) expect(matchHead(head, cut)).toBe('hotdrop');
    expect(matchHead({}, cut)).toBe(true);
    expect(matchHead({ ...protocol(17), src: { addr: 1n, mask: (1n << 128n) - 1n, invert: false } }, cut)).toBe(false);
    expect(matchHead({ ...protocol(17), inIface: { name: 'eth1', wildcard: false, invert: false } }, cut)).toBe(false);
    expect(matchHead(protocol(17), view([fragmentHeader({ offset: 1 }), destinationOptions()]))).toBe('hotdrop');
  });
});
