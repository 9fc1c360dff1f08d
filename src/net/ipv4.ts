/** IPv4 packets (RFC 791): builds any header, also wrong ones, around a transport. */
import type { Family } from '../ruleset/model.js';
import { be16, be32, concatBytes } from './bytes.js';
import { internetChecksum } from './checksum.js';

/** What stands behind an IP header. It learns the addresses because TCP's and UDP's checksums cover them. */
export interface Transport {
  /** IP protocol number. */
  readonly protocol: number;
  bytes(src: bigint, dst: bigint, family?: Family): Uint8Array;
}

/** Numbers in host order. What is left out is made right; what is given is written as it is, right or not. */
export interface Ipv4Fields {
  readonly src: bigint;
  readonly dst: bigint;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
  /** IP options, padded here with zero bytes (end of list) to a multiple of 4; at most 40 bytes. */
  readonly options?: Uint8Array;
  readonly protocol?: number;
  readonly version?: number;
  /** Header length in 32-bit words. */
  readonly ihl?: number;
  readonly totalLength?: number;
  readonly headerChecksum?: number;
}

/** Bytes of any protocol, as they are. */
export function rawTransport(protocol: number, bytes: Uint8Array = new Uint8Array(0)): Transport {
  return { protocol, bytes: () => bytes };
}

/** An IPv4 packet, header checksum included. RangeError when the options do not fit. */
export function ipv4(fields: Ipv4Fields, transport: Transport): Uint8Array {
  const options = padOptions(fields.options ?? new Uint8Array(0));
  const payload = transport.bytes(fields.src, fields.dst);
  const ihl = fields.ihl ?? 5 + options.length / 4;
  const header = concatBytes(
    Uint8Array.of(((fields.version ?? 4) << 4) | (ihl & 15), fields.tos ?? 0),
    be16(fields.totalLength ?? 20 + options.length + payload.length),
    be16(fields.id ?? 0),
    be16(fragmentWord(fields)),
    Uint8Array.of(fields.ttl ?? 64, fields.protocol ?? transport.protocol, 0, 0),
    be32(fields.src),
    be32(fields.dst),
    options,
  );
  header.set(be16(fields.headerChecksum ?? internetChecksum(header)), 10);
  return concatBytes(header, payload);
}

/** `packet` again with its header checksum made right for the header as it now stands (after an edit in place). Copies. */
export function withHeaderChecksum(packet: Uint8Array): Uint8Array {
  const out = Uint8Array.from(packet);
  const headerLength = (out[0]! & 15) * 4;
  out.set([0, 0], 10);
  out.set(be16(internetChecksum(out.subarray(0, headerLength))), 10);
  return out;
}

/** `packet` cut to `l4Length` bytes behind the IP header, total length and checksum made right: a whole packet with a short transport header. */
export function truncateTransport(packet: Uint8Array, l4Length: number): Uint8Array {
  const out = Uint8Array.from(packet.subarray(0, (packet[0]! & 15) * 4 + l4Length));
  out.set(be16(out.length), 2);
  return withHeaderChecksum(out);
}

/** `packet` followed by link-layer padding (bytes beyond the IP total length), up to `length` bytes in all. */
export function padTo(packet: Uint8Array, length: number, fill = 0): Uint8Array {
  const padding = new Uint8Array(Math.max(0, length - packet.length)).fill(fill);
  return concatBytes(packet, padding);
}

function padOptions(options: Uint8Array): Uint8Array {
  if (options.length > 40) throw new RangeError(`${options.length} bytes of IP options: at most 40 fit`);
  return padTo(options, Math.ceil(options.length / 4) * 4);
}

function fragmentWord(fields: Ipv4Fields): number {
  return (fields.dontFragment ? 0x4000 : 0) | (fields.moreFragments ? 0x2000 : 0) | ((fields.fragmentOffset ?? 0) & 0x1fff);
}
