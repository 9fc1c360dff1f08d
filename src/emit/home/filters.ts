/**
 * Map `filters`: first the 64 bytes for counting trailing zeros, then a block for each long list, at places counted in units of 8 bytes:
 * a header (u32 bytes of a row, u32 row masks: other address, sport << 8, dport << 16), then the rows of the other address, of the source port and of
 * the destination port. And map `buckets`: the bucket of every source port, then of every destination port, a byte each.
 */
import { otherSide, rowsFor, treeRange, type Filters } from '../../plan/home/filters.js';
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { Buckets } from '../../plan/home/buckets.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';
import { writeLowestBits, LOWEST_BIT_BYTES } from '../walk/lowest-bit.js';
import { UNIT } from './records.js';

export const FILTER = { rowBytes: 0, masks: 4, rows: 8 } as const;
export const PORTS = 65536;

export interface FilterMaps {
  readonly filters: MapSpec;
  readonly buckets: MapSpec;
  /** Keeps a byte offset within `filters`. */
  readonly mask: number;
  /** Place of each long list's block. */
  readonly places: ReadonlyMap<number, number>;
}

/** The rows of one field, to be filled record by record. */
class Rows {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offset: number,
    private readonly rowBytes: number,
    readonly rows: number,
  ) {}

  /** Record `index` accepts the buckets from `lo` to `hi`. */
  accept(index: number, lo: number, hi: number): void {
    const at = this.offset + (index >> 3);
    const bit = 1 << (index & 7);
    const count = Math.min(hi - lo + 1, this.rows);
    for (let step = 0; step < count; step += 1) this.bytes[at + ((lo + step) & (this.rows - 1)) * this.rowBytes]! |= bit;
  }
}

const NO_BUCKETS: Buckets = { of: new Uint8Array(1), count: 1 };

/** The buckets of the address that is not the list's own. */
export function otherBuckets(plan: HomePlan, filters: Filters, list: number): Buckets {
  const side = otherSide(plan.lists, list);
  return side === undefined ? NO_BUCKETS : filters[side];
}

function rowCounts(plan: HomePlan, filters: Filters, list: number): readonly [number, number, number] {
  const members = plan.lists.start[list + 1]! - plan.lists.start[list]!;
  return [rowsFor(otherBuckets(plan, filters, list), members), rowsFor(filters.sport, members), rowsFor(filters.dport, members)];
}

const rowBytesOf = (members: number): number => Math.ceil(members / 64) * 8;

function fillBlock(plan: HomePlan, filters: Filters, list: number, bytes: Uint8Array, offset: number): void {
  const { lists, fields } = plan;
  const [from, to] = [lists.start[list]!, lists.start[list + 1]!];
  const rowBytes = rowBytesOf(to - from);
  const [others, sports, dports] = rowCounts(plan, filters, list);
  const header = new Uint32Array(bytes.buffer, offset, 2);
  header[FILTER.rowBytes / 4] = rowBytes;
  header[FILTER.masks / 4] = (others - 1) | ((sports - 1) << 8) | ((dports - 1) << 16);
  const first = offset + FILTER.rows;
  const other = new Rows(bytes, first, rowBytes, others);
  const sport = new Rows(bytes, first + others * rowBytes, rowBytes, sports);
  const dport = new Rows(bytes, first + (others + sports) * rowBytes, rowBytes, dports);
  const side = otherSide(lists, list);
  const buckets = otherBuckets(plan, filters, list);
  for (let index = from; index < to; index += 1) {
    const position = lists.members[index]!;
    const record = index - from;
    sport.accept(record, filters.sport.of[fields.sportLo[position]!]!, filters.sport.of[fields.sportHi[position]!]!);
    dport.accept(record, filters.dport.of[fields.dportLo[position]!]!, filters.dport.of[fields.dportHi[position]!]!);
    if (side === undefined) other.accept(record, 0, 0);
    else {
      const [lo, hi] = side === 'src' ? treeRange(lists.src, fields.src[position]!, fields.srcLength[position]!) : treeRange(lists.dst, fields.dst[position]!, fields.dstLength[position]!);
      other.accept(record, buckets.of[lo]!, buckets.of[hi]!);
    }
  }
}

/** @returns undefined where no list is long. */
export function buildFilters(plan: HomePlan): FilterMaps | undefined {
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
  const init = new Uint8Array(size);
  writeLowestBits(init);
  for (const list of filters.long) fillBlock(plan, filters, list, init, places.get(list)! * UNIT);
  const buckets = new Uint8Array(2 * PORTS);
  buckets.set(filters.sport.of);
  buckets.set(filters.dport.of, PORTS);
  return {
    filters: { name: 'filters', type: 'array', keySize: 4, valueSize: size, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true },
    buckets: { name: 'buckets', type: 'array', keySize: 4, valueSize: 2 * PORTS, maxEntries: 1, flags: 0, scope: 'generation', init: buckets, frozen: true },
    mask: size - UNIT,
    places,
  };
}
