/** The Internet checksum (RFC 1071) and its use with the pseudo headers of IPv4 (RFC 793 section 3.1, RFC 768) and IPv6 (RFC 8200 section 8.1). */
import type { Family } from '../ruleset/model.js';
import { be32, concatBytes } from './bytes.js';

/** One's complement sum of `bytes` as big-endian 16-bit words (a trailing odd byte is padded with 0), folded to 16 bits, not complemented. */
export function onesComplementSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** The checksum field for `bytes` whose own checksum field is 0; over bytes with a right checksum in place it yields 0. */
export function internetChecksum(bytes: Uint8Array): number {
  return ~onesComplementSum(bytes) & 0xffff;
}

/** Checksum of a TCP, UDP or ICMPv6 message (`bytes`, checksum field 0) between two addresses. UDP senders replace a result of 0 by 0xffff. */
export function transportChecksum(src: bigint, dst: bigint, protocol: number, bytes: Uint8Array, family: Family = 'ipv4'): number {
  const shifts = family === 'ipv4' ? [0n] : [96n, 64n, 32n, 0n];
  const addresses = [src, dst].flatMap((address) => shifts.map((shift) => be32(address >> shift)));
  return internetChecksum(concatBytes(...addresses, be32(bytes.length), be32(protocol), bytes));
}
