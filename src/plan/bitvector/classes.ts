/**
 * One field's values, cut into classes: two values are in the same class when the same rules accept them. A class has a row, a
 * bit per position: set when the rule there accepts the class's values (or does not ask).
 */
import { maximum, type Intervals } from './intervals.js';
import type { FieldName } from '../../ir/field.js';

/** Bits by position, 32 a word, lowest first. */
export type Row = Uint32Array;

export interface FieldClasses {
  readonly field: FieldName;
  /** First value of each segment, ascending; the first is 0. */
  readonly starts: readonly bigint[];
  /** Row number of each segment. */
  readonly classOf: readonly number[];
  readonly rows: readonly Row[];
}

export function setBit(row: Row, position: number): void {
  row[position >> 5]! |= 1 << (position & 31);
}

/** Deterministic pseudo-random 32-bit numbers (xorshift), for hashing sets of positions. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state;
  }
}

const sameRow = (a: Row, b: Row): boolean => a.every((word, index) => word === b[index]);

/** Rows without repetition, found again by a hash of the set and compared in full. */
class RowTable {
  readonly rows: Row[] = [];
  private readonly byHash = new Map<string, number[]>();

  idOf(row: Row, hash: string): number {
    const bucket = this.byHash.get(hash) ?? [];
    this.byHash.set(hash, bucket);
    for (const id of bucket) if (sameRow(this.rows[id]!, row)) return id;
    const id = this.rows.length;
    this.rows.push(row.slice());
    bucket.push(id);
    return id;
  }
}

/**
 * @param accepted for each position that asks for this field, the values it accepts.
 * @param always positions whose bit is set in every row are those set here (rules that do not ask, ends of chains).
 */
export function classify(field: FieldName, accepted: ReadonlyMap<number, Intervals>, always: Row): FieldClasses {
  const toggles = new Map<bigint, number[]>([[0n, []]]);
  const toggle = (value: bigint, position: number): void => {
    const list = toggles.get(value) ?? [];
    toggles.set(value, list);
    list.push(position);
  };
  const max = maximum(field);
  for (const [position, intervals] of accepted) {
    for (const { lo, hi } of intervals) {
      toggle(lo, position);
      if (hi < max) toggle(hi + 1n, position);
    }
  }
  const starts = [...toggles.keys()].sort((a, b) => (a < b ? -1 : 1));

  const random = numbers(0x9e3779b9);
  const marks = new Map([...accepted.keys()].map((position) => [position, [random.next().value, random.next().value] as const]));
  const table = new RowTable();
  const current = always.slice();
  let [high, low] = [0, 0];
  const classOf = starts.map((start) => {
    for (const position of toggles.get(start)!) {
      current[position >> 5]! ^= 1 << (position & 31);
      high ^= marks.get(position)![0];
      low ^= marks.get(position)![1];
    }
    return table.idOf(current, `${high},${low}`);
  });
  return { field, starts, classOf, rows: table.rows };
}
