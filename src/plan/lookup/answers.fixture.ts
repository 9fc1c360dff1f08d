/** What generated lookups compute, step by step in TypeScript: for tests without a kernel. */
import { bucketOf, BUCKET_BYTES, SLOTS } from './host-hash.js';
import { LANE_BITS, LANES, NODE_BYTES } from './interval-tree.js';
import type { PrefixTable } from './prefix-table.js';
import { PAGE_ENTRIES, PAGES, type ShortTable } from './short-table.js';

function entry(view: DataView, at: number, bytes: 1 | 2 | 4): number {
  return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function searched({ search, searchAt }: PrefixTable, view: DataView, offset: number, value: number): number {
  const at = offset + searchAt;
  if (search.kind === 'constant') return search.payload;
  if (search.kind === 'list') {
    let passed = 0;
    for (let boundary = 0; boundary < search.boundaries; boundary += 1) if (view.getUint32(at + boundary * 4, true) <= value) passed += 1;
    return view.getUint32(at + (search.boundaries + passed) * 4, true);
  }
  const { words, valueBytes } = search.shape;
  let number = entry(view, at + (value >>> 16) * search.entryBytes, search.entryBytes);
  for (let level = 1; ; level += 1) {
    const leaf = level === search.depth || number >= (level === 1 ? search.firstLeafRoot : search.firstLeaf);
    const node = at + search.nodesAt + number * NODE_BYTES;
    let passed = 0;
    for (let lane = 0; lane < words * LANES; lane += 1) {
      const word = view.getBigUint64(node + Math.floor(lane / LANES) * 8, true);
      const complement = Number(BigInt.asUintN(LANE_BITS, word >> BigInt((lane % LANES) * LANE_BITS)));
      if ((value & 0xffff) + complement >= 0x10000) passed += 1;
    }
    number = entry(view, node + words * 8 + passed * valueBytes, valueBytes);
    if (leaf) return number;
  }
}

/** The answer of a table at `offset` of `view`. */
export function answerOf(table: PrefixTable, view: DataView, offset: number, value: number): number {
  if (table.hosts !== undefined) {
    const bucket = offset + bucketOf(value, table.hosts.bits) * BUCKET_BYTES;
    for (let slot = 0; slot < SLOTS; slot += 1) if (view.getUint32(bucket + slot * 4, true) === value) return view.getUint32(bucket + (SLOTS + slot) * 4, true);
  }
  return searched(table, view, offset, value);
}

/** The same of a table of 16-bit values. */
export function shortAnswerOf({ pages, entryBytes }: ShortTable, view: DataView, offset: number, value: number): number {
  const page = pages === undefined ? value >> 8 : view.getUint8(offset + (value >> 8));
  return entry(view, offset + (pages === undefined ? 0 : PAGES) + (page * PAGE_ENTRIES + (value & 255)) * entryBytes, entryBytes);
}
