/** Packets of every kind that the LOG text tells apart, for one direction through the dut. */
import { be32, concatBytes } from '../../src/net/bytes.js';
import { fragment } from '../../src/net/fragment.js';
import { icmp, icmpError, icmpQuery } from '../../src/net/icmp.js';
import { rawTransport, truncateTransport } from '../../src/net/ipv4.js';
import { mssOption, tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import { echo, ip, tcpTo, udpTo } from '../cases/packets.js';

const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);
const NOOPS = new Uint8Array(8).fill(1);

/** Replaces the reserved and AE bits of a TCP header (the low half of its 13th byte). */
function withReservedBits(packet: Uint8Array, bits: number): Uint8Array {
  const out = Uint8Array.from(packet);
  out[32] = (out[32]! & 0xf0) | bits;
  return out;
}

/** TCP: flags, options, reserved bits, headers cut short. */
function tcpKinds(src: string, dst: string): Uint8Array[] {
  const options = concatBytes(mssOption(1460), Uint8Array.of(1, 3, 3, 7, 4, 2, 8, 10), be32(123456), be32(0));
  const all = Object.values(TCP_FLAG).reduce((flags, bit) => flags | bit, 0);
  return [
    tcpTo(src, dst, 22),
    tcpTo(src, dst, 80, TCP_FLAG.ack | TCP_FLAG.psh),
    tcpTo(src, dst, 81, TCP_FLAG.rst),
    tcpTo(src, dst, 82, TCP_FLAG.fin | TCP_FLAG.ack),
    tcpTo(src, dst, 83, all),
    tcpTo(src, dst, 84, 0),
    withReservedBits(tcpTo(src, dst, 85), 0xf),
    withReservedBits(tcpTo(src, dst, 86), 0x1),
    withReservedBits(tcpTo(src, dst, 87), 0x2),
    ip(src, dst, tcp({ sport: 5, dport: 443, flags: TCP_FLAG.syn, seq: 0xfffffffe, ack: 1, window: 29200, urgent: 9, options })),
    ip(src, dst, tcp({ sport: 5, dport: 444, flags: TCP_FLAG.syn, dataOffset: 15 })),
    ip(src, dst, tcp({ sport: 5, dport: 445, flags: TCP_FLAG.syn, dataOffset: 3 })),
    truncateTransport(tcpTo(src, dst, 9), 19),
    truncateTransport(tcpTo(src, dst, 9), 3),
    truncateTransport(tcpTo(src, dst, 9), 0),
  ];
}

/** ICMP: queries, errors with what they quote, types cut short and unknown. */
function icmpKinds(src: string, dst: string): Uint8Array[] {
  const quoted = udpTo(dst, src, 53, { dontFragment: true, tos: 0x2e });
  const quotedTcp = tcpTo(dst, src, 443);
  const nested = ip(dst, src, icmpError(3, 3, quoted));
  return [
    echo(src, dst),
    ip(src, dst, icmpQuery(0, 77, 5)),
    ip(src, dst, icmpError(3, 3, quoted)),
    ip(src, dst, icmpError(3, 4, quoted, Uint8Array.of(0, 0, 0x05, 0x78))),
    ip(src, dst, icmpError(11, 0, quotedTcp, undefined, 40)),
    ip(src, dst, icmpError(11, 0, quotedTcp)),
    ip(src, dst, icmpError(12, 0, quoted, Uint8Array.of(9, 0, 0, 0))),
    ip(src, dst, icmpError(5, 1, quoted, Uint8Array.of(10, 1, 2, 3))),
    ip(src, dst, icmpError(4, 0, quoted)),
    ip(src, dst, icmpError(3, 1, nested, undefined, 56)),
    ip(src, dst, icmpError(3, 1, quoted, undefined, 12)),
    ip(src, dst, icmpError(3, 1, quoted, undefined, 20)),
    ip(src, dst, icmpQuery(13, 1, 2, new Uint8Array(12))),
    ip(src, dst, icmpQuery(13, 1, 2, new Uint8Array(4))),
    ip(src, dst, icmpQuery(17, 1, 2, new Uint8Array(4))),
    ip(src, dst, icmp(40, 2)),
    truncateTransport(echo(src, dst), 6),
    truncateTransport(echo(src, dst), 0),
  ];
}

/** UDP, UDP-Lite and the protocols without ports. */
function otherKinds(src: string, dst: string): Uint8Array[] {
  const spi = concatBytes(be32(0xdeadbeef), be32(7), be32(0x01020304));
  return [
    udpTo(src, dst, 53),
    udpTo(src, dst, 53, {}, 900),
    udpTo(src, dst, 53, { ttl: 2, tos: 0xfe, dontFragment: true }),
    udpTo(src, dst, 53, { options: ROUTER_ALERT }),
    udpTo(src, dst, 53, { options: NOOPS }),
    ip(src, dst, udp({ sport: 1, dport: 2 }, new Uint8Array(5), 136)),
    truncateTransport(udpTo(src, dst, 53), 7),
    ip(src, dst, rawTransport(50, spi)),
    ip(src, dst, rawTransport(50, spi.subarray(0, 7))),
    ip(src, dst, rawTransport(51, spi)),
    ip(src, dst, rawTransport(51, spi.subarray(0, 11))),
    ip(src, dst, rawTransport(47, new Uint8Array(8))),
    ip(src, dst, rawTransport(132, new Uint8Array(12))),
    ip(src, dst, rawTransport(253)),
  ];
}

/** Fragments of several protocols, as a router sees them: one by one. */
export function fragmentKinds(src: string, dst: string): Uint8Array[] {
  return [
    ...fragment(udpTo(src, dst, 53, {}, 100), 48),
    ...fragment(ip(src, dst, tcp({ sport: 1, dport: 2, flags: TCP_FLAG.ack }, new Uint8Array(60))), 40),
    ...fragment(ip(src, dst, icmpQuery(8, 1, 1, new Uint8Array(60))), 40),
    ...[50, 51, 47, 136].map((protocol) => ip(src, dst, rawTransport(protocol, new Uint8Array(16)), { fragmentOffset: 5 })),
    ip(src, dst, rawTransport(17, new Uint8Array(16)), { moreFragments: true, fragmentOffset: 0x100 }),
  ];
}

/** Every kind but fragments. */
export function logKinds(src: string, dst: string): Uint8Array[] {
  return [...tcpKinds(src, dst), ...icmpKinds(src, dst), ...otherKinds(src, dst)];
}
