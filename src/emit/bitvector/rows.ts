/**
 * Map `vectors`: the rows of all fields. A row is a summary (a bit per 64-bit word below, set where the word is not zero) and
 * then a bit per position, both in words of 64 bits. Row 0 is the row of a field that nobody asks for: all positions.
 * The value's size is a power of two, so that an index is kept in range by AND alone.
 */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import { checkRowBytes, setBit, type Row } from '../../plan/bitvector/classes.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';

export interface Rows {
  readonly map: MapSpec;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bytes of the summary, before a row's own words. */
  readonly summaryBytes: number;
  /** Byte offset of the first row of each field, in the plan's order. */
  readonly bases: readonly number[];
  /** Mask that keeps a byte offset of a word in range. */
  readonly mask: number;
}

/** @param words of all rows. @param first of this row. @param summaryWords of 32 bits before its own. */
function writeRow(words: Uint32Array, first: number, row: Row, summaryWords: number): void {
  words.set(row, first + summaryWords);
  for (let index = 0; index < row.length; index += 1) if (row[index] !== 0) words[first + (index >> 6)]! |= 1 << ((index >> 1) & 31);
}

/** @throws OtherProblem where the rows take too much memory */
export function buildRows(plan: BitvectorPlan): Rows {
  const summaryBytes = Math.ceil(plan.words / 64) * 8;
  const stride = summaryBytes + plan.words * 8;
  const everything: Row = new Uint32Array(plan.words * 2);
  for (let position = 0; position < plan.layout.positions.length; position += 1) setBit(everything, position);

  const rows = [everything];
  const bases = plan.fields.map((field) => {
    const base = rows.length * stride;
    rows.push(...field.rows);
    return base;
  });
  const size = powerOfTwo(rows.length * stride);
  checkRowBytes(size);
  const init = new Uint8Array(size);
  const view = new Uint32Array(init.buffer);
  rows.forEach((row, index) => writeRow(view, (index * stride) / 4, row, summaryBytes / 4));
  return {
    map: { name: 'vectors', type: 'array', keySize: 4, valueSize: size, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true },
    stride,
    summaryBytes,
    bases,
    mask: size - 8,
  };
}
