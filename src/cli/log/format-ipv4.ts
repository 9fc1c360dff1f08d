/** The part of the kernel's LOG line that tells of an IPv4 packet, word for word (kernel: dump_ipv4_packet() in nf_log_syslog.c). */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { formatIpv4Address } from '../../net/ipv4-address.js';
import { formatIcmp } from './format-icmp.js';
import { formatTcp } from './format-tcp.js';
import { formatUdp } from './format-udp.js';
import { from, incomplete, LOG_FLAG, readable, upperHex, type Formatted, type Stretch } from './stretch.js';

const PROTO = { icmp: 1, tcp: 6, udp: 17, esp: 50, ah: 51, udplite: 136 } as const;
const FRAGMENT = { congestion: 0x8000, dont: 0x4000, more: 0x2000, offset: 0x1fff } as const;

function twoDigits(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

interface Outer {
  readonly flags: number;
  /** In place of what the header says, for the packet itself. */
  readonly ttl?: number;
  readonly totalLength?: number;
  /** Whether it is quoted by an ICMP error: what it quotes in turn is not shown. */
  readonly quoted: boolean;
}

function formatHeader(header: Uint8Array, outer: Outer): string {
  const tos = header[1]!;
  const fragment = readBe16(header, 6);
  const totalLength = readBe16(header, 2) || outer.totalLength || 0;
  return [
    `SRC=${formatIpv4Address(BigInt(readBe32(header, 12)))} DST=${formatIpv4Address(BigInt(readBe32(header, 16)))} `,
    `LEN=${totalLength} TOS=0x${twoDigits(tos & 0x1e)} PREC=0x${twoDigits(tos & 0xe0)} TTL=${outer.ttl ?? header[8]} ID=${readBe16(header, 4)} `,
    fragment & FRAGMENT.congestion ? 'CE ' : '',
    fragment & FRAGMENT.dont ? 'DF ' : '',
    fragment & FRAGMENT.more ? 'MF ' : '',
    fragment & FRAGMENT.offset ? `FRAG:${fragment & FRAGMENT.offset} ` : '',
  ].join('');
}

/** AH and ESP: the security parameter index at `at` of `size` bytes. */
function formatSpi(l4: Stretch, size: number, at: number): string {
  const header = readable(l4, 0, size);
  return header === undefined ? incomplete(l4) : `SPI=0x${readBe32(header, at).toString(16)} `;
}

function formatL4(protocol: number, l4: Stretch, later: boolean, outer: Outer): Formatted {
  const whole = (text: string): Formatted => ({ text, brokenOff: false });
  switch (protocol) {
    case PROTO.tcp:
      return formatTcp(l4, later, outer.flags);
    case PROTO.udp:
      return formatUdp('UDP', l4, later);
    case PROTO.udplite:
      return formatUdp('UDPLITE', l4, later);
    case PROTO.icmp:
      return whole(`PROTO=ICMP ${later ? '' : formatIcmp(l4, outer.quoted ? undefined : (inner) => formatIpv4(inner, { flags: outer.flags, quoted: true }).text)}`);
    case PROTO.ah:
      // A later fragment of AH is not even named.
      return whole(later ? '' : `PROTO=AH ${formatSpi(l4, 12, 4)}`);
    case PROTO.esp:
      return whole(`PROTO=ESP ${later ? '' : formatSpi(l4, 8, 0)}`);
    default:
      return whole(`PROTO=${protocol} `);
  }
}

/** The text from `SRC=` to the end of layer 4. */
export function formatIpv4(packet: Stretch, outer: Outer): Formatted {
  const header = readable(packet, 0, 20);
  if (header === undefined) return { text: 'TRUNCATED', brokenOff: true };
  const headerLength = (header[0]! & 15) * 4;
  let text = formatHeader(header, outer);
  if (outer.flags & LOG_FLAG.ipOptions && headerLength > 20) {
    const options = readable(packet, 20, headerLength - 20);
    if (options === undefined) return { text: `${text}TRUNCATED`, brokenOff: true };
    text += `OPT (${upperHex(options)}) `;
  }
  const later = (readBe16(header, 6) & FRAGMENT.offset) !== 0;
  const l4 = formatL4(header[9]!, from(packet, headerLength), later, outer);
  return { text: text + l4.text, brokenOff: l4.brokenOff };
}
