/**
 * A hash of whole addresses: buckets of 32 bytes, four addresses (u32) and then their payloads (u32). One cache line a lookup, no
 * chains: what does not fit its bucket is left to the caller.
 */
import { InternalFault } from '../../errors/errors.js';
import type { Prefixes } from './prefixes.js';

export const SLOTS = 4;
export const BUCKET_BYTES = 32;
/** An address's bucket is the top bits of the low half of address * MULTIPLIER. */
export const MULTIPLIER = 0x9e3779b1;

export interface HostHash {
  /** Buckets are 2 ** bits. */
  readonly bits: number;
  readonly bytes: Uint8Array;
  /** Indexes of the hosts that found no place. */
  readonly overflow: Uint32Array;
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

/**
 * @param hosts indexes of prefixes of length 32.
 * @throws InternalFault on an address given twice (where both would have found a place).
 */
export function buildHostHash({ values, payloads }: Prefixes, hosts: Uint32Array): HostHash {
  const bits = bitsFor(hosts.length);
  const buckets = 2 ** bits;
  const words = new Uint32Array((buckets * BUCKET_BYTES) / 4);
  const taken = new Uint8Array(buckets);
  const overflow = new Uint32Array(hosts.length);
  let overflown = 0;
  for (const index of hosts) {
    const bucket = bucketOf(values[index]!, bits);
    const slot = taken[bucket]!;
    for (let other = 0; other < slot; other += 1) {
      if (words[bucket * 2 * SLOTS + other] === values[index]) throw new InternalFault(`address ${values[index]} was given twice to a lookup table`);
    }
    if (slot === SLOTS) {
      overflow[overflown] = index;
      overflown += 1;
      continue;
    }
    words[bucket * 2 * SLOTS + slot] = values[index]!;
    words[bucket * 2 * SLOTS + SLOTS + slot] = payloads[index]!;
    taken[bucket] = slot + 1;
  }
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    if (taken[bucket] === SLOTS) continue;
    words.fill(strangerTo(bucket, bits), bucket * 2 * SLOTS + taken[bucket]!, bucket * 2 * SLOTS + SLOTS);
  }
  return { bits, bytes: new Uint8Array(words.buffer), overflow: overflow.subarray(0, overflown) };
}
