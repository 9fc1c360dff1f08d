/** IPv6 packets (RFC 8200): builds any header, also wrong ones, around extension headers and a transport. */
import { be16, be32, concatBytes, readBe32 } from './bytes.js';
import type { Transport } from './ipv4.js';

/** What stands between the IPv6 header and the transport. It learns the number of what follows it. */
export interface ExtensionHeader {
  /** Next-header value that announces it. */
  readonly number: number;
  bytes(next: number): Uint8Array;
}

/** Numbers in host order. What is left out is made right; what is given is written as it is, right or not. */
export interface Ipv6Fields {
  readonly src: bigint;
  readonly dst: bigint;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly extensions?: readonly ExtensionHeader[];
  /** Next header behind the last extension header: the transport's number when left out. */
  readonly protocol?: number;
  /** Next header of the IPv6 header itself. */
  readonly nextHeader?: number;
  readonly version?: number;
  readonly payloadLength?: number;
  /** The destination that checksums cover, where a routing header names another than `dst`. */
  readonly finalDst?: bigint;
}

export const IPV6_HEADER_LENGTH = 40;

/** An address in its 16 bytes. */
export function ipv6Bytes(address: bigint): Uint8Array {
  return concatBytes(be32(address >> 96n), be32(address >> 64n), be32(address >> 32n), be32(address));
}

/** The address at `at`. RangeError when it does not lie within `bytes`. */
export function readIpv6Address(bytes: Uint8Array, at: number): bigint {
  return [0, 4, 8, 12].reduce((value, offset) => (value << 32n) | BigInt(readBe32(bytes, at + offset)), 0n);
}

/** An IPv6 packet. */
export function ipv6(fields: Ipv6Fields, transport: Transport): Uint8Array {
  const extensions = fields.extensions ?? [];
  const last = fields.protocol ?? transport.protocol;
  const numbers = [...extensions.map((header) => header.number), last];
  const chain = extensions.map((header, index) => header.bytes(numbers[index + 1]!));
  const body = concatBytes(...chain, transport.bytes(fields.src, fields.finalDst ?? fields.dst, 'ipv6'));
  const first = ((fields.version ?? 6) << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0);
  return concatBytes(
    be32(first),
    be16(fields.payloadLength ?? body.length),
    Uint8Array.of(fields.nextHeader ?? numbers[0]!, fields.hopLimit ?? 64),
    ipv6Bytes(fields.src),
    ipv6Bytes(fields.dst),
    body,
  );
}

/** `packet` cut or filled up with zero bytes to `length` bytes (at least its header), payload length made right. */
export function withIpv6Length(packet: Uint8Array, length: number): Uint8Array {
  const end = Math.max(IPV6_HEADER_LENGTH, length);
  const out = concatBytes(packet.subarray(0, end), new Uint8Array(Math.max(0, end - packet.length)));
  out.set(be16(end - IPV6_HEADER_LENGTH), 4);
  return out;
}
