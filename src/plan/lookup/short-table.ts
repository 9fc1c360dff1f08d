/**
 * A table that answers the payload of a 16-bit value by direct loads: one entry a value, or, where the 256 pages of 256 entries are
 * mostly alike, the number of its page by the upper byte (u8 each) and then the different pages.
 */
import { powerOfTwo } from '../power-of-two.js';
import type { IntervalColumns } from './intervals.js';

export const PAGES = 256;
export const PAGE_ENTRIES = 256;
/** More different pages than this are no saving. */
const MOST_PAGES = 64;

export interface ShortTable {
  readonly entryBytes: 1 | 2 | 4;
  /** Different pages, behind PAGES page numbers; undefined: an entry for each value. */
  readonly pages: number | undefined;
  readonly bytes: Uint8Array;
  /** As in PrefixTable. */
  readonly reach: number;
}

/** The payloads of all values, in entries of 1, 2 or 4 bytes. */
function entriesOf({ starts, payloads }: IntervalColumns): Uint8Array | Uint16Array | Uint32Array {
  let most = 0;
  for (let index = 0; index < payloads.length; index += 1) most = Math.max(most, payloads[index]!);
  const count = PAGES * PAGE_ENTRIES;
  const entries = most < 2 ** 8 ? new Uint8Array(count) : most < 2 ** 16 ? new Uint16Array(count) : new Uint32Array(count);
  for (let index = 0; index < starts.length; index += 1) entries.fill(payloads[index]!, starts[index]!, starts[index + 1] ?? count);
  return entries;
}

/** @param intervals all starts below 65536. */
export function buildShortTable(intervals: IntervalColumns): ShortTable {
  const entries = entriesOf(intervals);
  const entryBytes = entries.BYTES_PER_ELEMENT as 1 | 2 | 4;
  const flat = new Uint8Array(entries.buffer);
  const pageBytes = PAGE_ENTRIES * entryBytes;
  const numbers = new Uint8Array(PAGES);
  const firsts = new Map<string, number>();
  for (let page = 0; page < PAGES && firsts.size <= MOST_PAGES; page += 1) {
    const content = Buffer.from(flat.buffer, page * pageBytes, pageBytes).toString('latin1');
    if (!firsts.has(content)) firsts.set(content, firsts.size);
    numbers[page] = firsts.get(content)!;
  }
  if (firsts.size > MOST_PAGES) return { entryBytes, pages: undefined, bytes: flat, reach: flat.length };
  const bytes = new Uint8Array(PAGES + firsts.size * pageBytes);
  bytes.set(numbers);
  numbers.forEach((number, page) => bytes.set(flat.subarray(page * pageBytes, (page + 1) * pageBytes), PAGES + number * pageBytes));
  return { entryBytes, pages: firsts.size, bytes, reach: PAGES + powerOfTwo(firsts.size) * pageBytes };
}
