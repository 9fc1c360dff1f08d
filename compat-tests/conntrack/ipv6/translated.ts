/**
 * Packets of IPv4 said again in IPv6, header by header: so both families are held against the kernel by the same conversations. What is wrong in a packet
 * (checksums, lengths, cut headers) is as wrong in the other.
 */
import { be16, be32, concatBytes, readBe16, readBe32 } from '../../../src/net/bytes.js';
import { internetChecksum, onesComplementSum, transportChecksum } from '../../../src/net/checksum.js';
import { ICMP6_TYPE } from '../../../src/net/icmp6.js';
import { ICMP_TYPE } from '../../../src/net/icmp.js';
import { rawTransport } from '../../../src/net/ipv4.js';
import { destinationOptions, fragmentHeader, ipv6Option } from '../../../src/net/ipv6-extensions.js';
import { ipv6, ipv6Bytes, IPV6_HEADER_LENGTH } from '../../../src/net/ipv6.js';

const [ICMP, ICMP6, TCP, UDP, UDPLITE] = [1, 58, 6, 17, 136];
const HEADER = 20;

/** Types without a counterpart keep their number; node information stands for the queries that IPv6 does not have. */
const TYPES: Readonly<Record<number, number>> = {
  [ICMP_TYPE.echoReply]: ICMP6_TYPE.echoReply,
  [ICMP_TYPE.destinationUnreachable]: ICMP6_TYPE.destinationUnreachable,
  [ICMP_TYPE.sourceQuench]: ICMP6_TYPE.packetTooBig,
  [ICMP_TYPE.redirect]: 127,
  [ICMP_TYPE.echoRequest]: ICMP6_TYPE.echoRequest,
  [ICMP_TYPE.timeExceeded]: ICMP6_TYPE.timeExceeded,
  [ICMP_TYPE.parameterProblem]: ICMP6_TYPE.parameterProblem,
  [ICMP_TYPE.timestampRequest]: 139,
  [ICMP_TYPE.timestampReply]: 140,
  [ICMP_TYPE.informationRequest]: 141,
  [ICMP_TYPE.informationReply]: 142,
  [ICMP_TYPE.addressMaskRequest]: 128,
  [ICMP_TYPE.addressMaskReply]: 129,
  9: ICMP6_TYPE.routerAdvertisement,
  10: ICMP6_TYPE.routerSolicitation,
  6: ICMP6_TYPE.redirect,
  19: ICMP6_TYPE.neighbourAdvertisement,
  40: 143,
};

/** The errors, which quote a packet. */
const ERRORS: ReadonlySet<number> = new Set([ICMP_TYPE.destinationUnreachable, ICMP_TYPE.sourceQuench, ICMP_TYPE.redirect, ICMP_TYPE.timeExceeded, ICMP_TYPE.parameterProblem]);

/** fd00:0a0b:000c::d for 10.11.12.d: a /24 becomes a /64, addresses keep their order. */
export function inIpv6(address: bigint): bigint {
  return (0xfd00n << 112n) | ((address >> 16n) << 96n) | (((address >> 8n) & 0xffn) << 80n) | (address & 0xffn);
}

/** The same as text, for commands. */
export function textInIpv6(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `fd00:${(a * 256 + b).toString(16)}:${c === 0 ? '' : `${c.toString(16)}:`}:${d.toString(16)}`;
}

/** A packet from its IPv4 header on; one of IPv6 is left as it is. */
export function translated(packet: Uint8Array): Uint8Array {
  if (packet[0]! >> 4 === 6) return packet;
  return header(packet, (packet[0]! & 15) * 4);
}

function header(packet: Uint8Array, length: number): Uint8Array {
  const [src, dst] = [BigInt(readBe32(packet, 12)), BigInt(readBe32(packet, 16))];
  const fragment = readBe16(packet, 6);
  const proto = packet[9]!;
  const extensions = [
    ...(length > HEADER ? [destinationOptions([ipv6Option(1, new Uint8Array(length - HEADER))])] : []),
    ...(fragment & 0x3fff ? [fragmentHeader({ id: readBe16(packet, 4), offset: fragment & 0x1fff, more: (fragment & 0x2000) !== 0 })] : []),
  ];
  const body = packet.subarray(length);
  const fields = { src: inIpv6(src), dst: inIpv6(dst), hopLimit: packet[8]!, trafficClass: packet[1]!, version: packet[0]! >> 4 === 4 ? 6 : 4, extensions };
  const out = ipv6(fields, rawTransport(proto === ICMP ? ICMP6 : proto === ICMP6 ? ICMP : proto, transport(proto, src, dst, body)));
  // As much too long or too short as it was.
  out.set(be16(out.length - IPV6_HEADER_LENGTH + readBe16(packet, 2) - packet.length), 4);
  return out;
}

function transport(proto: number, src: bigint, dst: bigint, body: Uint8Array): Uint8Array {
  if (proto === ICMP) return icmp(src, dst, body);
  const at = proto === TCP ? 16 : proto === UDP || proto === UDPLITE ? 6 : undefined;
  if (at === undefined || body.length < at + 2) return body;
  const sum = readBe16(body, at);
  if (sum === 0 && proto !== TCP) return body;
  return withSum(body, at, corrected(sum, src, dst, proto));
}

/** As wrong for the addresses of IPv6 as it was for those of IPv4 (RFC 1624). */
function corrected(sum: number, src: bigint, dst: bigint, proto: number): number {
  const before = onesComplementSum(concatBytes(be32(src), be32(dst)));
  const after = onesComplementSum(concatBytes(ipv6Bytes(inIpv6(src)), ipv6Bytes(inIpv6(dst))));
  const fixed = internetChecksum(concatBytes(be16(~sum & 0xffff), be16(~before & 0xffff), be16(after)));
  return fixed === 0 && proto !== TCP ? 0xffff : fixed;
}

function withSum(bytes: Uint8Array, at: number, sum: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  out.set(be16(sum), at);
  return out;
}

function icmp(src: bigint, dst: bigint, body: Uint8Array): Uint8Array {
  if (body.length < 4) return body;
  const type = body[0]!;
  const rest = ERRORS.has(type) && body.length >= 8 ? concatBytes(body.subarray(4, 8), quoted(body.subarray(8))) : body.subarray(4);
  const plain = concatBytes(Uint8Array.of(TYPES[type] ?? type, body[1]!, 0, 0), rest);
  const right = internetChecksum(body) === 0;
  return withSum(plain, 2, transportChecksum(inIpv6(src), inIpv6(dst), ICMP6, plain, 'ipv6') ^ (right ? 0 : 1));
}

/** What an error quotes, whole or cut: within a header, at twice the length. */
function quoted(packet: Uint8Array): Uint8Array {
  if (packet.length >= HEADER) {
    const options = packet[0]! === 0x46 && packet.length >= HEADER + 4 ? 4 : 0;
    return header(packet, HEADER + options);
  }
  const whole = header(concatBytes(packet, new Uint8Array(HEADER - packet.length)), HEADER);
  return whole.subarray(0, packet.length * 2);
}
