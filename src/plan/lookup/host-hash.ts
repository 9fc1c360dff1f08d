/**
 * A hash of whole addresses: buckets of 32 bytes, four addresses (u32) and then their payloads (u32). One cache line a lookup, no
 * chains: what does not fit its bucket is left to the caller.
 */
import type { IntervalColumns } from './intervals.js';

export const SLOTS = 4;
export const BUCKET_BYTES = 32;
/** An address's bucket is the top bits of the low half of address * MULTIPLIER. */
export const MULTIPLIER = 0x9e3779b1;

export interface HostHash {
  /** Buckets are 2 ** bits. */
  readonly bits: number;
  readonly bytes: Uint8Array;
  /** For each interval, 1 where it is in the hash. */
  readonly hashed: Uint8Array;
}

export const bucketOf = (address: number, bits: number): number => (bits === 0 ? 0 : Math.imul(address, MULTIPLIER) >>> (32 - bits));

/** Of the places, at most half are taken. */
function bitsFor(hosts: number): number {
  let bits = 1;
  while (2 ** bits * SLOTS < 2 * hosts) bits += 1;
  return bits;
}

/** An address that is not looked for in `bucket`: marks a free place. */
function strangerTo(bucket: number, bits: number): number {
  let address = 0;
  while (bucketOf(address, bits) === bucket) address += 1;
  return address;
}

/** Hashes the intervals marked with 1 in `hosts`, which are of one address each, as far as they find a place. */
export function buildHostHash({ starts, payloads }: IntervalColumns, hosts: Uint8Array): HostHash {
  let count = 0;
  for (let index = 0; index < hosts.length; index += 1) count += hosts[index]!;
  const bits = bitsFor(count);
  const buckets = 2 ** bits;
  const words = new Uint32Array((buckets * BUCKET_BYTES) / 4);
  const taken = new Uint8Array(buckets);
  const hashed = new Uint8Array(hosts.length);
  for (let index = 0; index < hosts.length; index += 1) {
    if (hosts[index] === 0) continue;
    const bucket = bucketOf(starts[index]!, bits);
    const slot = taken[bucket]!;
    if (slot === SLOTS) continue;
    words[bucket * 2 * SLOTS + slot] = starts[index]!;
    words[bucket * 2 * SLOTS + SLOTS + slot] = payloads[index]!;
    taken[bucket] = slot + 1;
    hashed[index] = 1;
  }
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    if (taken[bucket] === SLOTS) continue;
    words.fill(strangerTo(bucket, bits), bucket * 2 * SLOTS + taken[bucket]!, bucket * 2 * SLOTS + SLOTS);
  }
  return { bits, bytes: new Uint8Array(words.buffer), hashed };
}
