/** SCTP packets (RFC 9260): the common header with its CRC32c, and chunks. */
import { be16, be32, concatBytes } from './bytes.js';
import type { Transport } from './ipv4.js';

export const SCTP_CHUNK = {
  data: 0, init: 1, initAck: 2, sack: 3, heartbeat: 4, heartbeatAck: 5, abort: 6, shutdown: 7, shutdownAck: 8,
  error: 9, cookieEcho: 10, cookieAck: 11, shutdownComplete: 14,
} as const;

/** Host order. */
export interface SctpFields {
  readonly sport: number;
  readonly dport: number;
  /** Verification tag. */
  readonly tag: number;
  /** Made right when left out. */
  readonly checksum?: number;
}

/** CRC32c, bit by bit. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  return ~sum >>> 0;
}

/** A chunk, padded to a multiple of 4 bytes; `length` is what its length field says, if not the truth. */
export function sctpChunk(type: number, body: Uint8Array = new Uint8Array(0), flags = 0, length = 4 + body.length): Uint8Array {
  return concatBytes(Uint8Array.of(type, flags), be16(length), body, new Uint8Array(-body.length & 3));
}

/** The body of INIT or INIT ACK: initiate tag, window, streams, first number. */
export function sctpInit(tag: number): Uint8Array {
  return concatBytes(be32(BigInt(tag)), be32(65536n), be16(5), be16(5), be32(1n));
}

/** A packet of SCTP with its chunks. */
export function sctp(fields: SctpFields, ...chunks: readonly Uint8Array[]): Transport {
  const packet = concatBytes(be16(fields.sport), be16(fields.dport), be32(BigInt(fields.tag)), new Uint8Array(4), ...chunks);
  new DataView(packet.buffer, packet.byteOffset).setUint32(8, fields.checksum ?? crc32c(packet), true);
  return { protocol: 132, bytes: () => packet };
}
