/** Packets that REJECT answers, and those that it must not answer, from `src` to `dst`. */
import { be32, concatBytes } from '../../src/net/bytes.js';
import { fragment } from '../../src/net/fragment.js';
import { icmp, icmpError, icmpQuery } from '../../src/net/icmp.js';
import { rawTransport, truncateTransport } from '../../src/net/ipv4.js';
import { mssOption, tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import { echo, ip, tcpTo, udpTo } from '../cases/packets.js';

const { syn, ack, fin, rst, psh } = TCP_FLAG;
const RECORD_ROUTE = Uint8Array.of(7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const RECORD_ROUTE_FULL = Uint8Array.of(7, 7, 8, 10, 1, 2, 3, 0);
const TIMESTAMP = Uint8Array.of(68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const ROUTER_ALERT = Uint8Array.of(0x94, 4, 0, 0);
const NOOPS = new Uint8Array(8).fill(1);

/** Packets without a checksum error, of every protocol and size. */
export function answerable(src: string, dst: string): Uint8Array[] {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
  return [
    udpTo(src, dst, 53),
    udpTo(src, dst, 53, { tos: 0xb8, ttl: 9, dontFragment: true }),
    udpTo(src, dst, 53, { tos: 0x03 }),
    ip(src, dst, udp({ sport: 1, dport: 2, checksum: 0 }, bytes(7))),
    ...[0, 1, 2, 3, 4, 5, 519, 520, 521, 522, 1400].map((size) => ip(src, dst, udp({ sport: 1, dport: 2 }, bytes(size)))),
    udpTo(src, dst, 53, { options: NOOPS }),
    udpTo(src, dst, 53, { options: ROUTER_ALERT }),
    tcpTo(src, dst, 22),
    tcpTo(src, dst, 22, syn | ack),
    tcpTo(src, dst, 22, ack),
    tcpTo(src, dst, 22, fin | ack),
    tcpTo(src, dst, 22, fin),
    tcpTo(src, dst, 22, 0),
    tcpTo(src, dst, 22, syn | fin, { tos: 0x10, ttl: 3 }),
    ip(src, dst, tcp({ sport: 7, dport: 8, seq: 0xffffffff, ack: 5, flags: syn, options: mssOption(1460) }, bytes(11))),
    ip(src, dst, tcp({ sport: 7, dport: 8, seq: 77, ack: 0xfffffff0, flags: ack | psh }, bytes(1300))),
    ip(src, dst, tcp({ sport: 7, dport: 8, seq: 77, flags: 0 }, bytes(33))),
    tcpTo(src, dst, 23, syn, { options: NOOPS }),
    echo(src, dst),
    ip(src, dst, icmpQuery(0, 1, 2, bytes(30))),
    ip(src, dst, icmpQuery(13, 1, 2, new Uint8Array(12))),
    ip(src, dst, rawTransport(50, bytes(20))),
    ip(src, dst, rawTransport(47, bytes(9))),
    ip(src, dst, rawTransport(132, bytes(20))),
    ip(src, dst, udp({ sport: 1, dport: 2, checksum: 77 }, bytes(8), 136)),
    ip(src, dst, rawTransport(253)),
    ip(src, dst, rawTransport(253, new Uint8Array(6))),
  ];
}

/** Packets that get no answer, or only from one kind of REJECT. */
export function unanswerable(src: string, dst: string): Uint8Array[] {
  return [
    tcpTo(src, dst, 22, rst),
    tcpTo(src, dst, 22, rst | ack),
    ip(src, dst, tcp({ sport: 1, dport: 2, flags: syn, checksum: 1 })),
    ip(src, dst, udp({ sport: 1, dport: 2, checksum: 1 }, new Uint8Array(9))),
    ip(src, dst, icmp(8, 0, new Uint8Array(8), 1)),
    ip(src, dst, rawTransport(253, concatBytes(be32(1), be32(2)))),
    ip(src, dst, icmpError(3, 3, udpTo(dst, src, 5))),
    ip(src, dst, icmpError(4, 0, udpTo(dst, src, 5))),
    ip(src, dst, icmpError(5, 1, udpTo(dst, src, 5))),
    ip(src, dst, icmpError(11, 0, udpTo(dst, src, 5))),
    ip(src, dst, icmpError(12, 0, udpTo(dst, src, 5))),
    ip(src, dst, icmp(40, 0)),
    ip(src, dst, icmp(18, 0)),
    ...[0, 1, 4, 7].map((length) => truncateTransport(echo(src, dst), length)),
    ...[0, 4, 7].map((length) => truncateTransport(udpTo(src, dst, 9), length)),
    ...[0, 4, 13, 19].map((length) => truncateTransport(tcpTo(src, dst, 9), length)),
  ];
}

/** Fragments as a router meets them. */
export function pieces(src: string, dst: string): Uint8Array[] {
  return [
    ...fragment(udpTo(src, dst, 53, {}, 60), 32),
    ...fragment(ip(src, dst, udp({ sport: 1, dport: 2, checksum: 0 }, new Uint8Array(60))), 32),
    ...fragment(ip(src, dst, tcp({ sport: 1, dport: 2, flags: syn }, new Uint8Array(60))), 40),
  ];
}

/** Headers with an option that an ICMP error would carry back. */
export function withEchoedOptions(src: string, dst: string): Uint8Array[] {
  return [udpTo(src, dst, 53, { options: RECORD_ROUTE_FULL })];
}

/** Options with room left, on packets that come in: the kernel writes into them and then makes no error of them. */
export function withOpenOptions(src: string, dst: string): Uint8Array[] {
  return [RECORD_ROUTE, TIMESTAMP].map((options) => udpTo(src, dst, 53, { options }));
}
