/** The part of the kernel's LOG line that tells of an IPv6 packet, word for word (kernel: dump_ipv6_packet() in nf_log_syslog.c). */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { formatExtensions } from './format-extensions.js';
import { formatIcmp6 } from './format-icmp6.js';
import { formatTcp } from './format-tcp.js';
import { formatUdp } from './format-udp.js';
import { from, readable, type Formatted, type Stretch } from './stretch.js';

const HEADER = 40;
const PROTO = { tcp: 6, udp: 17, icmp6: 58, udplite: 136 } as const;

/** All eight groups, four digits each. */
function fullAddress(bytes: Uint8Array): string {
  return Array.from({ length: 8 }, (_, group) => readBe16(bytes, 2 * group).toString(16).padStart(4, '0')).join(':');
}

interface Outer {
  readonly flags: number;
  /** In place of what the header says, for the packet itself. */
  readonly ttl?: number;
  /** Whether it is quoted by an ICMPv6 error: what it quotes in turn is not shown. */
  readonly quoted: boolean;
}

function formatHeader(header: Uint8Array, ttl: number): string {
  const first = readBe32(header, 0);
  return (
    `SRC=${fullAddress(header.subarray(8))} DST=${fullAddress(header.subarray(24))} ` +
    `LEN=${readBe16(header, 4) + HEADER} TC=${(first >>> 20) & 0xff} HOPLIMIT=${ttl} FLOWLBL=${first & 0xfffff} `
  );
}

function formatL4(protocol: number, l4: Stretch, later: boolean, { flags, quoted }: Outer): Formatted {
  switch (protocol) {
    case PROTO.tcp:
      return formatTcp(l4, later, flags);
    case PROTO.udp:
      return formatUdp('UDP', l4, later);
    case PROTO.udplite:
      return formatUdp('UDPLITE', l4, later);
    case PROTO.icmp6:
      return formatIcmp6(l4, later, quoted ? undefined : (inner) => formatIpv6(inner, { flags, quoted: true }).text);
    default:
      return { text: `PROTO=${protocol} `, brokenOff: false };
  }
}

/** The text from `SRC=` to the end of layer 4. */
export function formatIpv6(packet: Stretch, outer: Outer): Formatted {
  const header = readable(packet, 0, HEADER);
  if (header === undefined) return { text: 'TRUNCATED', brokenOff: true };
  const extensions = formatExtensions(header[6]!, from(packet, HEADER), outer.flags);
  const text = formatHeader(header, outer.ttl ?? header[7]!) + extensions.text;
  if (extensions.brokenOff) return { text, brokenOff: true };
  const l4 = formatL4(extensions.protocol, extensions.behind, extensions.later, outer);
  return { text: text + l4.text, brokenOff: l4.brokenOff };
}
