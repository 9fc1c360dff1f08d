/**
 * Map `filters`: first the 64 bytes for counting trailing zeros, then a block for each long list, at places counted in units of 8 bytes:
 * a header (u32 bytes of a row, u32 row masks: other address, sport << 8, dport << 16, proto << 24, u32 byte offset of the first record, u32 records, u32 bytes of a row's summary), then the rows of the other address, of the source
 * port, of the destination port and of the protocol. And map `buckets`: the bucket of every source port, every destination port and every protocol, a byte each.
 */
import { BPF_F_MMAPABLE } from '../../link/stage-maps.js';
import { otherSide, rowsFor, treeRange, type Filters } from '../../plan/home/filters.js';
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { Buckets } from '../../plan/home/buckets.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';
import { writeLowestBits, LOWEST_BIT_BYTES } from '../walk/lowest-bit.js';
import { NODE_BYTES } from './nodes.js';

export const FILTER = { rowBytes: 0, masks: 4, first: 8, count: 12, summaryBytes: 16, rows: 24 } as const;
/** Bytes to a place. */
const UNIT = 8;
/** Where the buckets of each field's values begin in the map `buckets`, and its size. */
export const BUCKET_PLACES = { sport: 0, dport: 65536, proto: 131072, bytes: 131072 + 256 } as const;

export interface FilterMaps {
  readonly filters: MapSpec;
  readonly buckets: MapSpec;
  /** Keeps a byte offset within `filters`; behind the last there is room for a header. */
  readonly mask: number;
  /** Place of each long list's block. */
  readonly places: ReadonlyMap<number, number>;
}

/** Words of 64 bits that a row of so many records has, and words of its summary: a bit for each of those; one word alone needs none. */
function rowWords(members: number): { readonly summary: number; readonly words: number } {
  const words = Math.ceil(members / 64);
  return { summary: words === 1 ? 0 : Math.ceil(words / 64), words };
}

/** The rows of one field, to be filled record by record. A row: its summary, then its words. */
class Rows {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offset: number,
    private readonly rowBytes: number,
    private readonly summaryBytes: number,
    readonly rows: number,
  ) {}

  /** Record `index` accepts the buckets from `lo` to `hi`. */
  accept(index: number, lo: number, hi: number): void {
    const count = Math.min(hi - lo + 1, this.rows);
    for (let step = 0; step < count; step += 1) {
      const row = this.offset + ((lo + step) & (this.rows - 1)) * this.rowBytes;
      this.bytes[row + this.summaryBytes + (index >> 3)]! |= 1 << (index & 7);
      if (this.summaryBytes > 0) this.bytes[row + (index >> 9)]! |= 1 << ((index >> 6) & 7);
    }
  }
}

const NO_BUCKETS: Buckets = { of: new Uint8Array(1), count: 1 };

/** The buckets of the address that is not the list's own. */
export function otherBuckets(plan: HomePlan, filters: Filters, list: number): Buckets {
  const side = otherSide(plan.lists, list);
  return side === undefined ? NO_BUCKETS : filters[side];
}

function rowCounts(plan: HomePlan, filters: Filters, list: number): readonly [number, number, number, number] {
  const members = plan.lists.start[list + 1]! - plan.lists.start[list]!;
  return [rowsFor(otherBuckets(plan, filters, list), members), rowsFor(filters.sport, members), rowsFor(filters.dport, members), rowsFor(filters.proto, members)];
}

function rowBytesOf(members: number): number {
  const { summary, words } = rowWords(members);
  return (summary + words) * 8;
}

function fillBlock(plan: HomePlan, filters: Filters, list: number, head: number, bytes: Uint8Array, offset: number): void {
  const { lists, fields } = plan;
  const [from, to] = [lists.start[list]!, lists.start[list + 1]!];
  const rowBytes = rowBytesOf(to - from);
  const [others, sports, dports, protos] = rowCounts(plan, filters, list);
  const header = new Uint32Array(bytes.buffer, offset, FILTER.rows / 4);
  header[FILTER.rowBytes / 4] = rowBytes;
  header[FILTER.masks / 4] = (others - 1) | ((sports - 1) << 8) | ((dports - 1) << 16) | ((protos - 1) << 24);
  const summaryBytes = rowWords(to - from).summary * 8;
  header[FILTER.count / 4] = to - from;
  header[FILTER.summaryBytes / 4] = summaryBytes;
  header[FILTER.first / 4] = (head + 1) * NODE_BYTES;
  const first = offset + FILTER.rows;
  const other = new Rows(bytes, first, rowBytes, summaryBytes, others);
  const sport = new Rows(bytes, first + others * rowBytes, rowBytes, summaryBytes, sports);
  const dport = new Rows(bytes, first + (others + sports) * rowBytes, rowBytes, summaryBytes, dports);
  const proto = new Rows(bytes, first + (others + sports + dports) * rowBytes, rowBytes, summaryBytes, protos);
  const side = otherSide(lists, list);
  const buckets = otherBuckets(plan, filters, list);
  for (let index = from; index < to; index += 1) {
    const position = lists.members[index]!;
    const record = index - from;
    sport.accept(record, filters.sport.of[fields.sportLo[position]!]!, filters.sport.of[fields.sportHi[position]!]!);
    dport.accept(record, filters.dport.of[fields.dportLo[position]!]!, filters.dport.of[fields.dportHi[position]!]!);
    proto.accept(record, filters.proto.of[fields.protoLo[position]!]!, filters.proto.of[fields.protoHi[position]!]!);
    if (side === undefined) other.accept(record, 0, 0);
    else {
      const [lo, hi] = treeRange(lists[side], position);
      other.accept(record, buckets.of[lo]!, buckets.of[hi]!);
    }
  }
}

/**
 * @param heads places of the lists' first nodes.
 * @returns undefined where no list is long.
 */
export function buildFilters(plan: HomePlan, heads: Uint32Array): FilterMaps | undefined {
  const { filters, lists } = plan;
  if (filters === undefined) return undefined;
  const places = new Map<number, number>();
  let next = LOWEST_BIT_BYTES;
  for (const list of filters.long) {
    places.set(list, next / UNIT);
    const rows = rowCounts(plan, filters, list).reduce((sum, count) => sum + count);
    next += FILTER.rows + rows * rowBytesOf(lists.start[list + 1]! - lists.start[list]!);
  }
  const size = powerOfTwo(next);
  const init = new Uint8Array(size + FILTER.rows);
  writeLowestBits(init);
  for (const list of filters.long) fillBlock(plan, filters, list, heads[list]!, init, places.get(list)! * UNIT);
  const buckets = new Uint8Array(BUCKET_PLACES.bytes);
  for (const field of ['sport', 'dport', 'proto'] as const) buckets.set(filters[field].of, BUCKET_PLACES[field]);
  return {
    filters: { name: 'filters', type: 'array', keySize: 4, valueSize: init.length, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init, frozen: true },
    buckets: { name: 'buckets', type: 'array', keySize: 4, valueSize: buckets.length, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init: buckets, frozen: true },
    mask: size - UNIT,
    places,
  };
}
