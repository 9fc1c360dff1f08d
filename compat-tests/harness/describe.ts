/** A packet in one line of text, and in hex, for reports. */
import { formatIpv6Address } from '../../src/net/ipv6-address.js';
import { findHeader } from '../../src/net/ipv6-headers.js';
import { readIpv6Address } from '../../src/net/ipv6.js';
import type { TwinPacket } from './packet.js';

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 33: 'dccp', 47: 'gre', 50: 'esp', 51: 'ah', 58: 'icmp6', 59: 'none', 132: 'sctp', 136: 'udplite' };
const TCP_FLAG_LETTERS = 'FSRPAUEC';

function dotted(bytes: Uint8Array, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.');
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** `udp 10.0.0.1:53 > 10.0.0.2:1000 len 40 ttl 64 id 7`: from the bytes alone, also when they are cut short or wrong. */
export function describeIp(l3: Uint8Array): string {
  if (l3.length < 20) return `${l3.length} bytes, no IPv4 header`;
  if ((l3[0] ?? 0) >> 4 === 6 && l3.length >= 40) return describeIpv6(l3);
  const headerLength = ((l3[0] ?? 0) & 15) * 4;
  const protocol = l3[9] ?? 0;
  const name = PROTOCOLS[protocol] ?? `proto ${protocol}`;
  const fragment = word(l3, 6);
  const l4 = l3.subarray(headerLength, word(l3, 2));
  const offset = fragment & 0x1fff;
  const hasPorts = [6, 17, 33, 132, 136].includes(protocol) && offset === 0 && l4.length >= 4;
  const port = (at: number): string => (hasPorts ? `:${word(l4, at)}` : '');
  const parts = [`${name} ${dotted(l3, 12)}${port(0)} > ${dotted(l3, 16)}${port(2)}`];
  if (protocol === 6 && offset === 0 && l4.length >= 14) {
    const flags = l4[13] ?? 0;
    parts.push(`[${[...TCP_FLAG_LETTERS].filter((_, bit) => (flags & (1 << bit)) !== 0).join('') || 'none'}]`);
  }
  if (protocol === 1 && offset === 0 && l4.length >= 2) parts.push(`type ${l4[0]} code ${l4[1]}`);
  parts.push(`len ${word(l3, 2)} ttl ${l3[8]} tos ${l3[1]} id ${word(l3, 4)}`);
  if ((fragment & 0x4000) !== 0) parts.push('DF');
  if ((fragment & 0x3fff) !== 0) parts.push(`frag ${offset * 8}${(fragment & 0x2000) !== 0 ? '+' : ''}`);
  if (headerLength !== 20) parts.push(`ihl ${headerLength}`);
  if (l4.length < 8) parts.push(`l4 ${l4.length} bytes`);
  return parts.join(' ');
}

function describeIpv6(l3: Uint8Array): string {
  const found = findHeader(l3);
  const ends = `${formatIpv6Address(readIpv6Address(l3, 8))} > ${formatIpv6Address(readIpv6Address(l3, 24))}`;
  const tail = `next ${l3[6]} len ${40 + word(l3, 4)} hlim ${l3[7]} tc ${((l3[0]! & 15) << 4) | (l3[1]! >> 4)}`;
  if (typeof found !== 'object') return `no transport (${found}) ${ends} ${tail}`;
  const l4 = l3.subarray(found.offset);
  const hasPorts = [6, 17, 33, 132, 136].includes(found.protocol) && found.fragmentOffset === 0 && l4.length >= 4;
  const parts = [`${PROTOCOLS[found.protocol] ?? `proto ${found.protocol}`} ${ends}${hasPorts ? ` ports ${word(l4, 0)} > ${word(l4, 2)}` : ''}`];
  if (found.protocol === 58 && found.fragmentOffset === 0 && l4.length >= 2) parts.push(`type ${l4[0]} code ${l4[1]}`);
  parts.push(tail);
  if (found.offset !== 40) parts.push(`headers ${found.offset - 40} bytes`);
  if (found.fragmentOffset !== 0) parts.push(`frag ${found.fragmentOffset * 8}`);
  if (l4.length < 8) parts.push(`l4 ${l4.length} bytes`);
  return parts.join(' ');
}

/** A trial's packet in one line: where it comes in, then describeIp. */
export function describePacket(packet: TwinPacket): string {
  const way = packet.kind === 'local' ? 'from the host' : packet.kind === 'injected' ? `out of ${packet.on}, past the host's IP` : `in on ${packet.on}`;
  return `${way}: ${describeIp(packet.l3)}`;
}

/** Bytes as hex digits. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
