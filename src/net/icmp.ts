/** ICMP messages (RFC 792). */
import { be16, concatBytes } from './bytes.js';
import { internetChecksum } from './checksum.js';
import type { Transport } from './ipv4.js';

export const ICMP_TYPE = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
} as const;

/** Any ICMP message: type, code, checksum (made right unless given), then `rest` (the 4 header bytes after the checksum and the body). */
export function icmp(type: number, code: number, rest: Uint8Array = new Uint8Array(4), checksum?: number): Transport {
  const message = concatBytes(Uint8Array.of(type, code, 0, 0), rest);
  message.set(be16(checksum ?? internetChecksum(message)), 2);
  return { protocol: 1, bytes: () => message };
}

/** Echo request (8) or reply (0), or another query with identifier and sequence number. */
export function icmpQuery(type: number, id: number, sequence: number, body: Uint8Array = new Uint8Array(0)): Transport {
  return icmp(type, 0, concatBytes(be16(id), be16(sequence), body));
}

/**
 * An error about `inner`, an IPv4 packet whose first `quoted` bytes are sent back (default: its header and 8 bytes, as RFC 792 asks).
 * `word` is what stands in the 4 bytes before it (next-hop MTU in the low half for type 3 code 4, pointer, gateway).
 */
export function icmpError(type: number, code: number, inner: Uint8Array, word = new Uint8Array(4), quoted = (inner[0]! & 15) * 4 + 8): Transport {
  return icmp(type, code, concatBytes(word, inner.subarray(0, quoted)));
}
