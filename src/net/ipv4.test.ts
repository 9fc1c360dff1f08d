import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.js';
import { internetChecksum, transportChecksum } from './checksum.js';
import { decodePacket, ipHeaderProblem } from './decode.js';
import { fragment } from './fragment.js';
import { icmpError, icmpQuery } from './icmp.js';
import { formatIpv4Address, ipv4Address, ipv4PrefixMask } from './ipv4-address.js';
import { ipv4, padTo, rawTransport, truncateTransport } from './ipv4.js';
import type { PacketMeta } from './packet-view.js';
import { mssOption, tcp, TCP_FLAG } from './tcp.js';
import { udp } from './udp.js';

const src = ipv4Address('192.0.2.1');
const dst = ipv4Address('198.51.100.7');
const meta: PacketMeta = { mark: 0, srcType: 1, dstType: 2, srcTypeIface: 1, dstTypeIface: 2, srcTypeOutIface: 1, dstTypeOutIface: 2, ctState: 'NEW', now: 0n };

describe('internetChecksum', () => {
  it('agrees with the worked example of RFC 1071 section 3', () => {
    expect(internetChecksum(fromHex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff);
  });
  it('pads an odd byte on the right', () => {
    expect(internetChecksum(fromHex('010203'))).toBe(~(0x0102 + 0x0300) & 0xffff);
  });
});

describe('ipv4', () => {
  it('builds a header the kernel accepts', () => {
    // The header of a well-known example: 45 00 00 73 ... checksum b861.
    const packet = ipv4({ src: ipv4Address('192.168.0.1'), dst: ipv4Address('192.168.0.199'), dontFragment: true }, rawTransport(17, new Uint8Array(95)));
    expect(toHex(packet.subarray(0, 20))).toBe('4500007300004000' + '4011b861c0a80001c0a800c7');
  });
  it('pads options to whole words and counts them in ihl', () => {
    const packet = ipv4({ src, dst, options: Uint8Array.of(7, 3, 4) }, rawTransport(1));
    expect(packet[0]).toBe(0x46);
    expect(packet.length).toBe(24);
    expect(ipHeaderProblem(packet)).toBeUndefined();
  });
  it('writes what it is told to, also when wrong', () => {
    expect(ipHeaderProblem(ipv4({ src, dst, headerChecksum: 1 }, rawTransport(1)))).toBe('bad header checksum');
    expect(ipHeaderProblem(ipv4({ src, dst, totalLength: 40 }, rawTransport(1)))).toBe('total length beyond the packet');
    expect(ipHeaderProblem(ipv4({ src, dst, totalLength: 19 }, rawTransport(1)))).toBe('total length below the header length');
    expect(ipHeaderProblem(ipv4({ src, dst, version: 5 }, rawTransport(1)))).toBe('not version 4');
    expect(ipHeaderProblem(ipv4({ src, dst, ihl: 4 }, rawTransport(1)))).toBe('header length below 20');
    expect(ipHeaderProblem(ipv4({ src, dst, ihl: 6 }, rawTransport(1)))).toBe('header longer than the packet');
  });
});

describe('transports', () => {
  it('have right checksums', () => {
    for (const [protocol, at, transport] of [
      [6, 16, tcp({ sport: 1, dport: 2, flags: TCP_FLAG.syn, options: mssOption(1460) }, Uint8Array.of(1, 2, 3))],
      [17, 6, udp({ sport: 53, dport: 9 }, Uint8Array.of(9))],
    ] as const) {
      const bytes = transport.bytes(src, dst);
      const stored = (bytes[at]! << 8) | bytes[at + 1]!;
      expect(transportChecksum(src, dst, protocol, bytes)).toBe(0);
      expect(stored).not.toBe(0);
    }
    expect(internetChecksum(icmpQuery(8, 1, 2, Uint8Array.of(1)).bytes(src, dst))).toBe(0);
  });
  it('UDP sends ffff for a sum of 0', () => {
    // The checksum is put into the payload, so that the sum over everything with field 0 is ffff, its complement 0.
    const first = udp({ sport: 1, dport: 2 }, new Uint8Array(2)).bytes(src, dst).subarray(6, 8);
    expect(toHex(udp({ sport: 1, dport: 2 }, first).bytes(src, dst).subarray(6, 8))).toBe('ffff');
  });
  it('quotes header and 8 bytes in an ICMP error', () => {
    const inner = ipv4({ src: dst, dst: src }, udp({ sport: 1, dport: 2 }, new Uint8Array(100)));
    expect(icmpError(3, 3, inner).bytes(src, dst).length).toBe(8 + 28);
  });
});

describe('decodePacket', () => {
  it('reads back every field', () => {
    const packet = ipv4({ src, dst, ttl: 9, tos: 0xb8, fragmentOffset: 5, moreFragments: true, options: new Uint8Array(4).fill(1) }, rawTransport(47, new Uint8Array(16)));
    expect(decodePacket(packet, meta)).toMatchObject({ src, dst, ttl: 9, tos: 0xb8, fragmentOffset: 5, moreFragments: true, protocol: 47, length: 40 });
  });
  it('cuts padding off', () => {
    const view = decodePacket(padTo(ipv4({ src, dst }, udp({ sport: 1, dport: 2 })), 46, 0xff), meta);
    expect(view.length).toBe(28);
    expect(view.l4.length).toBe(8);
    expect(view.l3.length).toBe(28);
  });
  it('refuses what no table sees', () => {
    expect(() => decodePacket(new Uint8Array(19), meta)).toThrow('shorter than an IP header');
  });
  it('sees a truncated transport', () => {
    const packet = truncateTransport(ipv4({ src, dst }, tcp({ sport: 1, dport: 2 })), 13);
    expect(decodePacket(packet, meta).l4.length).toBe(13);
  });
});

describe('fragment', () => {
  it('covers the datagram in order, copying only copied options', () => {
    const options = Uint8Array.of(7, 3, 4, 0x94, 4, 0, 0, 1);
    const whole = ipv4({ src, dst, id: 77, options }, udp({ sport: 1, dport: 2 }, Uint8Array.from({ length: 40 }, (_, i) => i)));
    const parts = fragment(whole, 20).map((bytes) => decodePacket(bytes, meta));
    expect(parts.map((p) => [p.fragmentOffset, p.moreFragments, p.l4.length])).toEqual([[0, true, 16], [2, true, 16], [4, false, 16]]);
    expect(Buffer.concat(parts.map((p) => p.l4))).toEqual(Buffer.from(whole.subarray(28)));
    expect(toHex(parts[0]!.l3.subarray(20, 28))).toBe(toHex(options));
    expect(toHex(parts[1]!.l3.subarray(20, 24))).toBe('94040000');
    expect(parts[1]!.l3.length).toBe(24 + 16);
  });
  it('fragments a fragment', () => {
    const [, second] = fragment(ipv4({ src, dst }, rawTransport(17, new Uint8Array(48))), 24);
    const again = fragment(second!, 8).map((bytes) => decodePacket(bytes, meta));
    expect(again.map((p) => [p.fragmentOffset, p.moreFragments])).toEqual([[3, true], [4, true], [5, false]]);
  });
});

describe('addresses', () => {
  it('go both ways', () => {
    expect(formatIpv4Address(ipv4Address('255.0.17.1'))).toBe('255.0.17.1');
    expect(() => ipv4Address('1.2.3')).toThrow();
    expect(() => ipv4Address('1.2.3.256')).toThrow();
    expect([ipv4PrefixMask(0), ipv4PrefixMask(20), ipv4PrefixMask(32)]).toEqual([0n, 0xfffff000n, 0xffffffffn]);
  });
});
