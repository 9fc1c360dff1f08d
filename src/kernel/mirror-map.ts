/** Maps that mirror something: what they are to hold, and how they come to hold it. */
import type { Kernel } from './kernel.js';

/** Entries by their keys in hexadecimal. */
export type Entries = Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;

export function put(entries: Entries, key: Uint8Array, value: Uint8Array): void {
  const name = Buffer.from(key).toString('hex');
  // The kernel lists a prefix's routes in order of preference: the first one counts.
  if (!entries.has(name)) entries.set(name, { key, value });
}

/** Makes a map hold exactly `wanted`: additions and changes first, then removals, so that nothing that stays is ever missing. */
export function mirror(kernel: Kernel, fd: number, wanted: Entries): void {
  const { keySize, valueSize, maxEntries } = kernel.mapInfo(fd);
  const usual = Math.min(1024, maxEntries);
  let { count, keys, values } = kernel.mapLookupBatch(fd, usual);
  if (count === usual) ({ count, keys, values } = kernel.mapLookupBatch(fd, maxEntries));
  const present: Entries = new Map();
  for (let i = 0; i < count; i++) put(present, keys.slice(i * keySize, (i + 1) * keySize), values.slice(i * valueSize, (i + 1) * valueSize));
  for (const [name, { key, value }] of wanted) {
    const old = present.get(name);
    if (!old || Buffer.compare(old.value, value) !== 0) kernel.mapUpdate(fd, key, value, 0);
  }
  for (const [name, { key }] of present) {
    if (!wanted.has(name)) kernel.mapDelete(fd, key);
  }
}

/** The number of this round: never 0, and not the one before, for what was noted under that no longer holds. */
export function nextRound(kernel: Kernel, fd: number, offset: number): bigint {
  const round = BigInt.asUintN(32, (kernel.mapLoadWord(fd, offset) >> 32n) + 1n);
  return round === 0n ? 1n : round;
}
