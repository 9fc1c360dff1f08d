/** Short ways to write the IPv6 packets of scripted cases. Every packet gets its own flow label, so that arrivals can be told apart. */
import { icmp6Echo } from '../../src/net/icmp6.js';
import type { Transport } from '../../src/net/ipv4.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { fragmentHeader } from '../../src/net/ipv6-extensions.js';
import { ipv6, type ExtensionHeader, type Ipv6Fields } from '../../src/net/ipv6.js';
import { rawTransport } from '../../src/net/ipv4.js';
import { TCP_FLAG, tcp } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { TwinPacket } from '../harness/packet.js';

export type Extra6 = Partial<Omit<Ipv6Fields, 'src' | 'dst'>>;

let lastLabel = 0;

/** An IPv6 packet between two addresses. */
export function ip6(src: string, dst: string, transport: Transport, extra: Extra6 = {}): Uint8Array {
  lastLabel = (lastLabel % 0xffffe) + 1;
  return ipv6({ src: ipv6Address(src), dst: ipv6Address(dst), flowLabel: lastLabel, ...extra }, transport);
}

/** A UDP datagram to `dport` from port 4000, with `size` bytes of payload. */
export function udp6To(src: string, dst: string, dport: number, extra: Extra6 = {}, size = 8): Uint8Array {
  return ip6(src, dst, udp({ sport: 4000, dport }, new Uint8Array(size)), extra);
}

/** A TCP segment to `dport` from port 4000, SYN unless other flags are given. */
export function tcp6To(src: string, dst: string, dport: number, flags: number = TCP_FLAG.syn, extra: Extra6 = {}): Uint8Array {
  return ip6(src, dst, tcp({ sport: 4000, dport, seq: 1000, ack: 2000, flags }), extra);
}

/** An echo request. */
export function echo6(src: string, dst: string, extra: Extra6 = {}): Uint8Array {
  return ip6(src, dst, icmp6Echo(128, 7, 1, new Uint8Array(8)), extra);
}

/** A later fragment at `offset` (in 8 bytes) that says `protocol` came next. */
export function laterFragment(src: string, dst: string, protocol: number, offset: number, before: readonly ExtensionHeader[] = []): Uint8Array {
  return ip6(src, dst, rawTransport(protocol, new Uint8Array(16).fill(0x61)), { extensions: [...before, fragmentHeader({ id: 77, offset })] });
}

/** Arrives on a dut interface from its peer. */
export function arrives6(on: string, l3: Uint8Array, frame: { macSrc?: string; macDst?: string } = {}): TwinPacket {
  return { kind: 'arrives', on, l3, ...frame };
}

/** Addresses of the standard world (worldOf(['eth0', 'eth1'], [], 'ipv6')): the dut's and its peers'. */
export const DUT0 = 'fd00:200::1';
export const CLIENT = 'fd00:200::2';
export const DUT1 = 'fd00:200:0:1::1';
export const SERVER = 'fd00:200:0:1::2';

/** A filter table with policies ACCEPT and these rules. */
export function rules6(...lines: readonly string[]): string {
  return ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');
}
