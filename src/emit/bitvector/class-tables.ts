/**
 * Map `classes`: from a field's value to its row. First 64 bytes for counting trailing zeros, then a table per field:
 * - flat8: u32 row offset by value;
 * - flat16: u16 row number by value;
 * - search32, search64: the first values of the segments (u32 or u64, padded to a power of two with the greatest value), then
 *   a u32 row offset for each.
 */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import type { FieldClasses } from '../../plan/bitvector/classes.js';
import { maximum } from '../../plan/bitvector/intervals.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import { FIELD_PLACES } from '../record.js';
import type { MapSpec } from '../spec.js';
import type { Rows } from './rows.js';

export interface ClassTable {
  readonly form: 'flat8' | 'flat16' | 'search32' | 'search64';
  /** Byte offset of the table in the map. */
  readonly offset: number;
  /** Entries (a power of two for searches). */
  readonly entries: number;
}

export interface ClassTables {
  readonly map: MapSpec;
  /** In the order of the plan's fields. */
  readonly tables: readonly ClassTable[];
}

/** (x & -x) * DE_BRUIJN >> 58 indexes the 64 bytes at the start of the map: the number of the lowest set bit of x. */
export const DE_BRUIJN = 0x03f79d71b4cb0a89n;
const DE_BRUIJN_BYTES = 64;

/** Up to this many segments a 16-bit field is searched; beyond, looked up in a flat table of 128 KB. */
const FLAT_BEYOND = 16;

function formOf(field: FieldClasses): ClassTable['form'] {
  const { width } = FIELD_PLACES[field.field];
  if (width === 1) return 'flat8';
  if (width === 8) return 'search64';
  return width === 2 && field.starts.length > FLAT_BEYOND ? 'flat16' : 'search32';
}

const KEY_BYTES = { search32: 4, search64: 8 } as const;

function bytesOf(form: ClassTable['form'], entries: number): number {
  if (form === 'flat8') return 256 * 4;
  if (form === 'flat16') return 65536 * 2;
  return entries * (KEY_BYTES[form] + 4);
}

function writeTable(view: DataView, table: ClassTable, field: FieldClasses, base: number, stride: number): void {
  const { form, offset, entries } = table;
  if (form === 'flat8' || form === 'flat16') {
    field.starts.forEach((start, index) => {
      const end = index + 1 < field.starts.length ? Number(field.starts[index + 1]) : entries;
      const row = field.classOf[index]!;
      for (let value = Number(start); value < end; value += 1) {
        if (form === 'flat8') view.setUint32(offset + value * 4, base + row * stride, true);
        else view.setUint16(offset + value * 2, row, true);
      }
    });
    return;
  }
  const rowsAt = offset + entries * KEY_BYTES[form];
  const greatest = form === 'search32' ? 0xffff_ffff : maximum(field.field);
  for (let index = 0; index < entries; index += 1) {
    const key = field.starts[index] ?? greatest;
    if (form === 'search32') view.setUint32(offset + index * 4, Number(key), true);
    else view.setBigUint64(offset + index * 8, BigInt(key), true);
    const row = field.classOf[Math.min(index, field.classOf.length - 1)]!;
    view.setUint32(rowsAt + index * 4, base + row * stride, true);
  }
}

export function buildClassTables(plan: BitvectorPlan, rows: Rows): ClassTables {
  let next = DE_BRUIJN_BYTES;
  const tables = plan.fields.map((field): ClassTable => {
    const form = formOf(field);
    const entries = form === 'flat8' ? 256 : form === 'flat16' ? 65536 : powerOfTwo(field.starts.length);
    const offset = next;
    next += Math.ceil(bytesOf(form, entries) / 8) * 8;
    return { form, offset, entries };
  });
  const init = new Uint8Array(next);
  for (let bit = 0n; bit < 64n; bit += 1n) init[Number(BigInt.asUintN(64, DE_BRUIJN << bit) >> 58n)] = Number(bit);
  const view = new DataView(init.buffer);
  tables.forEach((table, index) => writeTable(view, table, plan.fields[index]!, rows.bases[index]!, rows.stride));
  return {
    map: { name: 'classes', type: 'array', keySize: 4, valueSize: next, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true },
    tables,
  };
}
