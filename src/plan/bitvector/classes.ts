/**
 * One field's values, cut into classes: two values are in the same class when the same rules accept them. A class has a row, a
 * bit per position: set when the rule there accepts the class's values (or does not ask).
 */
import { OtherProblem } from '../../errors/errors.js';
import { after, maximum, type Intervals, type Value } from './intervals.js';
import type { FieldName } from '../../ir/field.js';

/** Bits by position, 32 a word, lowest first. */
export type Row = Uint32Array;

export interface FieldClasses {
  readonly field: FieldName;
  /** First value of each segment, ascending; the first is 0. */
  readonly starts: readonly Value[];
  /** Row number of each segment. */
  readonly classOf: readonly number[];
  readonly rows: readonly Row[];
}

export function setBit(row: Row, position: number): void {
  row[position >> 5]! |= 1 << (position & 31);
}

/** Steps a pseudo-random number on (xorshift): marks for hashing sets of positions, the same in every run. */
function scrambled(state: number): number {
  let next = state ^ (state << 13);
  next ^= next >>> 17;
  return next ^ (next << 5);
}

function sameRow(a: Row, b: Row): boolean {
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** The most bytes that the rows of all fields together may take: beyond, a commit would want more than a kernel map and this process hold. */
export const MOST_ROW_BYTES = 2 ** 29;

/** @throws OtherProblem where so many bytes of rows are too many */
export function checkRowBytes(bytes: number): void {
  if (bytes > MOST_ROW_BYTES) throw new OtherProblem(`too many different rules for vectors: their tables would take more than ${MOST_ROW_BYTES / 2 ** 20} MiB`);
}

/** Rows without repetition, found again by a hash of the set and compared in full. */
class RowTable {
  readonly rows: Row[] = [];
  private readonly byHash = new Map<number, number[]>();

  idOf(row: Row, hash: number): number {
    let bucket = this.byHash.get(hash);
    if (bucket === undefined) this.byHash.set(hash, (bucket = []));
    for (const id of bucket) if (sameRow(this.rows[id]!, row)) return id;
    const id = this.rows.length;
    checkRowBytes((id + 1) * row.byteLength);
    this.rows.push(row.slice());
    bucket.push(id);
    return id;
  }
}

/** Values of one field, sorted. */
function ascending(values: readonly Value[]): Value[] {
  if (values.every((value) => typeof value === 'number')) return Array.from(Float64Array.from(values).sort());
  return [...values].sort((a, b) => (a < b ? -1 : 1));
}

/**
 * @param accepted for each position that asks for this field, the values it accepts.
 * @throws OtherProblem where the rows would take too much memory
 * @param always positions whose bit is set in every row are those set here (rules that do not ask, ends of chains).
 */
export function classify(field: FieldName, accepted: ReadonlyMap<number, Intervals>, always: Row): FieldClasses {
  const max = maximum(field);
  const toggles = new Map<Value, number[]>([[typeof max === 'bigint' ? 0n : 0, []]]);
  const toggle = (value: Value, position: number): void => {
    const list = toggles.get(value);
    if (list === undefined) toggles.set(value, [position]);
    else list.push(position);
  };
  const marks = new Map<number, number>();
  let mark = 0x9e3779b9;
  for (const [position, intervals] of accepted) {
    mark = scrambled(mark);
    marks.set(position, mark);
    for (const { lo, hi } of intervals) {
      toggle(lo, position);
      if (hi < max) toggle(after(hi), position);
    }
  }
  const starts = ascending([...toggles.keys()]);

  const table = new RowTable();
  const current = always.slice();
  let hash = 0;
  const classOf = starts.map((start) => {
    for (const position of toggles.get(start)!) {
      current[position >> 5]! ^= 1 << (position & 31);
      hash ^= marks.get(position)!;
    }
    return table.idOf(current, hash);
  });
  return { field, starts, classOf, rows: table.rows };
}
