import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.js';
import { transportChecksum } from './checksum.js';
import { decodePacket } from './decode.js';
import { ip6HeaderProblem } from './decode6.js';
import { icmp6Echo, icmp6Error } from './icmp6.js';
import { rawTransport } from './ipv4.js';
import { ipv6Address } from './ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, IPV6_HEADER, ipv6Option, rawHeader, routingHeader, segmentRouting, sourceRoute } from './ipv6-extensions.js';
import { findHeader } from './ipv6-headers.js';
import { ipv6, withIpv6Length, type ExtensionHeader } from './ipv6.js';
import type { PacketMeta } from './packet-view.js';
import { tcp } from './tcp.js';
import { udp } from './udp.js';

const src = ipv6Address('2001:db8::1');
const dst = ipv6Address('2001:db8:0:1::2');
const meta: PacketMeta = { mark: 0, srcType: 1, dstType: 2, srcTypeIface: 1, dstTypeIface: 2, srcTypeOutIface: 1, dstTypeOutIface: 2, ctState: 'NEW', now: 0n };
const packet = (extensions: readonly ExtensionHeader[], transport = udp({ sport: 1, dport: 53 })): Uint8Array => ipv6({ src, dst, extensions }, transport);

describe('ipv6', () => {
  it('builds the header of RFC 8200', () => {
    const bytes = ipv6({ src, dst, trafficClass: 0xb8, flowLabel: 0x12345, hopLimit: 9 }, rawTransport(50, Uint8Array.of(1, 2)));
    expect(toHex(bytes)).toBe('6b812345' + '00023209' + '20010db8000000000000000000000001' + '20010db8000000010000000000000002' + '0102');
  });
  it('makes checksums over the pseudo header', () => {
    // By hand: 8000 + 1 + 1, the addresses 1 + 1, length 8, protocol 3a: 8046, and its complement.
    const loopback = ipv6Address('::1');
    expect(toHex(icmp6Echo(128, 1, 1).bytes(loopback, loopback))).toBe('80007fb900010001');
    for (const [protocol, transport] of [[6, tcp({ sport: 1, dport: 2 })], [17, udp({ sport: 1, dport: 2 })], [58, icmp6Error(1, 4, new Uint8Array(40))]] as const) {
      expect(transportChecksum(src, dst, protocol, transport.bytes(src, dst, 'ipv6'), 'ipv6')).toBe(0);
    }
  });
  it('chains extension headers', () => {
    const bytes = packet([hopByHop([ipv6Option(5, Uint8Array.of(0, 0))]), destinationOptions(), routingHeader(2, 0), fragmentHeader({ id: 7, more: true }), authentication({ spi: 1 })]);
    expect([bytes[6], bytes[40], bytes[48], bytes[56], bytes[64], bytes[72]]).toEqual([0, 60, 43, 44, 51, 17]);
    expect(toHex(bytes.subarray(40, 48))).toBe('3c00050200000100');
    expect(toHex(bytes.subarray(64, 96))).toBe('3300000100000007' + '110400000000000100000000' + '00'.repeat(12));
  });
  it('knows source routes and segment routing', () => {
    expect(toHex(sourceRoute([dst]).bytes(6))).toBe('06020001' + '00000000' + '20010db8000000010000000000000002');
    expect(toHex(segmentRouting([dst], { segmentsLeft: 0, tag: 5 }).bytes(6))).toBe('06020400' + '00000005' + '20010db8000000010000000000000002');
  });
  it('changes lengths', () => {
    expect(withIpv6Length(packet([]), 44).subarray(4, 6)).toEqual(Uint8Array.of(0, 4));
    expect(withIpv6Length(packet([]), 100).length).toBe(100);
    expect(withIpv6Length(packet([]), 3).length).toBe(40);
  });
});

/** As ip6tables-legacy on Linux 6.18 takes the same packets: rules with -p, and with --dport. */
describe('findHeader', () => {
  const transport = (...headers: readonly ExtensionHeader[]): unknown => findHeader(packet(headers));

  it('walks over extension headers', () => {
    expect(transport()).toEqual({ protocol: 17, offset: 40, fragmentOffset: 0 });
    expect(transport(hopByHop(), destinationOptions(), sourceRoute([dst]), authentication({ spi: 9 }), destinationOptions())).toEqual({ protocol: 17, offset: 40 + 8 + 8 + 24 + 24 + 8, fragmentOffset: 0 });
    expect(transport(...Array<ExtensionHeader>(20).fill(destinationOptions()))).toMatchObject({ protocol: 17, offset: 200 });
  });
  it('ends at ESP, mobility and no next header', () => {
    for (const number of [50, 135, 59]) expect(findHeader(packet([destinationOptions()], rawTransport(number)))).toEqual({ protocol: number, offset: 48, fragmentOffset: 0 });
  });
  it('takes the next header of a later fragment for its transport, unless it is an extension header', () => {
    expect(transport(fragmentHeader({ offset: 1 }))).toEqual({ protocol: 17, offset: 48, fragmentOffset: 1 });
    expect(transport(fragmentHeader({ offset: 8191, more: true }))).toMatchObject({ protocol: 17, fragmentOffset: 8191 });
    expect(findHeader(packet([fragmentHeader({ offset: 10 })], rawTransport(59)))).toMatchObject({ protocol: 59, fragmentOffset: 10 });
    expect(transport(fragmentHeader({ offset: 10 }), destinationOptions())).toBe('none');
    expect(transport(fragmentHeader({ offset: 0, more: true }), destinationOptions())).toMatchObject({ protocol: 17, fragmentOffset: 0 });
  });
  it('reads 2 bytes of a header, 4 of routing and fragment headers', () => {
    const cut = (number: number, length: number): unknown => findHeader(packet([], rawTransport(number, Uint8Array.of(17, 0, 0, 0).subarray(0, length))));
    expect([cut(60, 1), cut(60, 2), cut(51, 1), cut(51, 2), cut(43, 3), cut(43, 4), cut(44, 3), cut(44, 4)].map((found) => found === 'cut')).toEqual([true, false, true, false, true, false, true, false]);
  });
  it('finds a given header', () => {
    const bytes = packet([hopByHop(), destinationOptions(), fragmentHeader({ offset: 3 }), authentication({ spi: 9 })]);
    expect(findHeader(bytes, IPV6_HEADER.destination)).toEqual({ protocol: 60, offset: 48, fragmentOffset: 0 });
    expect(findHeader(bytes, IPV6_HEADER.fragment)).toEqual({ protocol: 44, offset: 56, fragmentOffset: 3 });
    expect(findHeader(bytes, IPV6_HEADER.ah)).toBe('none');
    expect(findHeader(packet([]), IPV6_HEADER.routing)).toBe('none');
    expect(findHeader(packet([], rawTransport(60)), IPV6_HEADER.routing)).toBe('cut');
    expect(findHeader(packet([], rawTransport(59)), IPV6_HEADER.none)).toMatchObject({ offset: 40 });
  });
});

describe('decodePacket of IPv6', () => {
  it('reads back every field', () => {
    const bytes = ipv6({ src, dst, hopLimit: 9, trafficClass: 0xb8, extensions: [destinationOptions(), fragmentHeader({ offset: 5, more: true })] }, tcp({ sport: 1, dport: 2 }));
    const view = decodePacket(bytes, meta);
    expect(view).toMatchObject({ family: 'ipv6', src, dst, ttl: 9, tos: 0xb8, fragmentOffset: 5, moreFragments: true, protocol: 6, length: 76 });
    expect(view.protocolFound).toBeUndefined();
    expect(view.l4.length).toBe(20);
  });
  it('cuts off what is behind the payload, unless its length is in a hop-by-hop option', () => {
    expect(decodePacket(Uint8Array.of(...packet([]), 1, 2, 3), meta)).toMatchObject({ length: 48 });
    expect(decodePacket(ipv6({ src, dst, extensions: [hopByHop()], payloadLength: 0 }, udp({ sport: 1, dport: 2 })), meta)).toMatchObject({ length: 56, protocol: 17 });
  });
  it('says where no transport is found', () => {
    for (const bytes of [packet([], rawTransport(60, Uint8Array.of(1))), packet([fragmentHeader({ offset: 1 }), destinationOptions()])]) {
      const view = decodePacket(bytes, meta);
      expect(view).toMatchObject({ protocolFound: 'cut', fragmentOffset: 0 });
      expect(view.l4.length).toBe(0);
    }
  });
  it('has no transport bytes where a header claims to be longer than the packet', () => {
    const view = decodePacket(packet([rawHeader(43, fromHex('00000000'))], rawTransport(17)), meta);
    expect(view).toMatchObject({ protocol: 17 });
    expect(view.protocolFound).toBeUndefined();
    expect(view.l4.length).toBe(0);
  });
  it('refuses what no table sees', () => {
    expect(ip6HeaderProblem(packet([]).subarray(0, 39))).toBe('shorter than an IPv6 header');
    expect(ip6HeaderProblem(ipv6({ src, dst, version: 4 }, rawTransport(59)))).toBe('not version 6');
    expect(ip6HeaderProblem(ipv6({ src, dst, payloadLength: 1 }, rawTransport(59)))).toBe('payload length beyond the packet');
    expect(() => decodePacket(packet([]).subarray(0, 39), meta)).toThrow('not an IPv6 packet: shorter');
  });
});
