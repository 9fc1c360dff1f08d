/** Short ways to write the packets of scripted cases. Every packet gets its own IP id, so that arrivals can be told apart. */
import { icmpQuery } from '../../src/net/icmp.js';
import { ipv4, type Ipv4Fields, type Transport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { TCP_FLAG, tcp } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { TwinPacket } from '../harness/packet.js';

export type Extra = Partial<Omit<Ipv4Fields, 'src' | 'dst'>>;

let lastId = 0;

/** An IPv4 packet between dotted addresses. */
export function ip(src: string, dst: string, transport: Transport, extra: Extra = {}): Uint8Array {
  lastId = (lastId % 0xfffe) + 1;
  return ipv4({ src: ipv4Address(src), dst: ipv4Address(dst), id: lastId, ...extra }, transport);
}

/** A UDP datagram to `dport` from port 4000, with `size` bytes of payload. */
export function udpTo(src: string, dst: string, dport: number, extra: Extra = {}, size = 8): Uint8Array {
  return ip(src, dst, udp({ sport: 4000, dport }, new Uint8Array(size)), extra);
}

/** A TCP segment to `dport` from port 4000, SYN unless other flags are given. */
export function tcpTo(src: string, dst: string, dport: number, flags: number = TCP_FLAG.syn, extra: Extra = {}): Uint8Array {
  return ip(src, dst, tcp({ sport: 4000, dport, seq: 1000, ack: 2000, flags }), extra);
}

/** An echo request. */
export function echo(src: string, dst: string, extra: Extra = {}): Uint8Array {
  return ip(src, dst, icmpQuery(8, 7, 1, new Uint8Array(8)), extra);
}

/** Arrives on a dut interface from its peer. */
export function arrives(on: string, l3: Uint8Array, frame: { macSrc?: string; macDst?: string; vlans?: readonly number[] } = {}): TwinPacket {
  return { kind: 'arrives', on, l3, ...frame };
}

/** Sent by the dut itself. */
export function local(l3: Uint8Array): TwinPacket {
  return { kind: 'local', l3 };
}

/** `n` packets made one by one, each with its own id. */
export function times(n: number, make: () => TwinPacket): TwinPacket[] {
  return Array.from({ length: n }, make);
}

/** Addresses of the standard world (worldOf(['eth0', 'eth1'])): the dut's and its peers'. */
export const DUT0 = '10.200.0.1';
export const CLIENT = '10.200.0.2';
export const DUT1 = '10.200.1.1';
export const SERVER = '10.200.1.2';
