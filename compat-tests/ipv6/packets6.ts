/** Packets of IPv6 of every kind that REJECT and LOG tell apart, from `src` to `dst`. */
import { be32, concatBytes } from '../../src/net/bytes.js';
import { icmp6, icmp6Echo, icmp6Error, neighbour } from '../../src/net/icmp6.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, routingHeader } from '../../src/net/ipv6-extensions.js';
import { ipv6, type Ipv6Fields } from '../../src/net/ipv6.js';
import { rawTransport, type Transport } from '../../src/net/ipv4.js';
import { mssOption, tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';

const { syn, ack, fin, rst, psh } = TCP_FLAG;
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);

/** A packet between two addresses in text. */
export function ip6(src: string, dst: string, transport: Transport, fields: Partial<Ipv6Fields> = {}): Uint8Array {
  return ipv6({ src: ipv6Address(src), dst: ipv6Address(dst), ...fields }, transport);
}

export const udp6 = (src: string, dst: string, dport = 53, fields: Partial<Ipv6Fields> = {}, size = 9): Uint8Array => ip6(src, dst, udp({ sport: 4000, dport }, bytes(size)), fields);
export const tcp6 = (src: string, dst: string, flags: number = syn, fields: Partial<Ipv6Fields> = {}): Uint8Array => ip6(src, dst, tcp({ sport: 4000, dport: 22, seq: 1000, ack: 2000, flags }), fields);

/** Packets without a fault: of every protocol, size, and stack of extension headers. */
export function answerable6(src: string, dst: string): Uint8Array[] {
  const options = destinationOptions([ipv6Option(0x1e, bytes(4))]);
  return [
    udp6(src, dst),
    udp6(src, dst, 53, { trafficClass: 0xb8, flowLabel: 0x12345, hopLimit: 9 }),
    ...[0, 1, 2, 3, 1183, 1184, 1185, 1186, 1400].map((size) => udp6(src, dst, 53, {}, size)),
    ...[syn, syn | ack, ack, fin | ack, fin, 0, syn | fin].map((flags) => tcp6(src, dst, flags)),
    ip6(src, dst, tcp({ sport: 7, dport: 8, seq: 0xffffffff, ack: 5, flags: syn, options: mssOption(1440) }, bytes(11))),
    ip6(src, dst, tcp({ sport: 7, dport: 8, seq: 77, ack: 0xfffffff0, flags: ack | psh }, bytes(1300))),
    ...[[options], [options, authentication({ spi: 7 })], [routingHeader(4, 0, bytes(12))], Array.from({ length: 12 }, () => destinationOptions())].flatMap((extensions) => [udp6(src, dst, 53, { extensions }), tcp6(src, dst, syn, { extensions })]),
    ip6(src, dst, icmp6Echo(128, 1, 2, bytes(30))),
    ip6(src, dst, icmp6Echo(129, 1, 2)),
    ip6(src, dst, icmp6(200, 0)),
    ip6(src, dst, rawTransport(50, bytes(20))),
    ip6(src, dst, rawTransport(47, bytes(9))),
    ip6(src, dst, rawTransport(132, bytes(20))),
    ip6(src, dst, udp({ sport: 1, dport: 2, checksum: 77 }, bytes(8), 136)),
  ];
}

/** Packets that get no answer, or only from one kind of REJECT. */
export function unanswerable6(src: string, dst: string): Uint8Array[] {
  const inner = udp6(dst, src, 5);
  return [
    tcp6(src, dst, rst),
    tcp6(src, dst, rst | ack),
    ip6(src, dst, tcp({ sport: 1, dport: 2, flags: syn, checksum: 1 })),
    ip6(src, dst, udp({ sport: 1, dport: 2, checksum: 1 }, bytes(9))),
    ip6(src, dst, udp({ sport: 1, dport: 2, checksum: 0 }, bytes(7))),
    ip6(src, dst, icmp6(128, 0, bytes(8), 1)),
    ip6(src, dst, rawTransport(253, concatBytes(be32(1), be32(2)))),
    ip6(src, dst, rawTransport(253)),
    ip6(src, dst, rawTransport(59, bytes(8))),
    ...[1, 2, 3, 4, 100].map((type) => ip6(src, dst, icmp6Error(type, 0, inner))),
    ...[0, 1, 4, 7].map((size) => ip6(src, dst, rawTransport(58, bytes(size)))),
    ...[0, 4, 7].map((size) => ip6(src, dst, rawTransport(17, bytes(size)))),
    ...[0, 4, 13, 19].map((size) => ip6(src, dst, rawTransport(6, bytes(size)))),
    ip6(src, dst, rawTransport(60, Uint8Array.of(17, 9, 0, 0, 0, 0, 0, 0))),
    ip6(src, dst, rawTransport(60, Uint8Array.of(17))),
    ...[udp({ sport: 1, dport: 2 }, bytes(30)), tcp({ sport: 1, dport: 2, flags: syn })].flatMap((transport) =>
      [{ id: 5, more: true }, { id: 6, offset: 4 }, { id: 7 }].map((fields) => ip6(src, dst, transport, { extensions: [fragmentHeader(fields)] })),
    ),
  ];
}

/** What LOG says more of than the others. */
export function loggable6(src: string, dst: string): Uint8Array[] {
  const inner = ip6(dst, src, tcp({ sport: 1, dport: 2, flags: syn, options: mssOption(1440) }), { trafficClass: 3, extensions: [destinationOptions()] });
  return [
    ...answerable6(src, dst).filter((packet) => packet.length < 1300),
    ...unanswerable6(src, dst),
    udp6(src, dst, 53, { extensions: [hopByHop()] }),
    ip6(src, dst, icmp6Error(2, 0, inner, Uint8Array.of(0, 0, 5, 0))),
    ip6(src, dst, icmp6Error(4, 1, inner, Uint8Array.of(0, 0, 0, 40))),
    ip6(src, dst, icmp6Error(1, 3, ip6(dst, src, icmp6Error(1, 4, inner)))),
    ip6(src, dst, icmp6Error(3, 0, inner.subarray(0, 30))),
    ip6(src, dst, icmp6Error(3, 0, inner.subarray(0, 60))),
    ip6(src, dst, neighbour(135, ipv6Address(dst))),
    ip6(src, dst, rawTransport(50, bytes(5))),
    ip6(src, dst, rawTransport(51, Uint8Array.of(17, 4, 0, 0, 0, 0))),
    ...[rawTransport(50, bytes(20)), rawTransport(58, bytes(20)), rawTransport(60, bytes(16)), rawTransport(51, bytes(24))].map((transport) => ip6(src, dst, transport, { extensions: [fragmentHeader({ id: 9, offset: 3, more: true })] })),
  ];
}
