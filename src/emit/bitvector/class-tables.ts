/**
 * Map `classes`: from a field's value to the byte offset of its row. First 64 bytes for counting trailing zeros, then a table per field,
 * at multiples of 64:
 * - byte: u32 by value;
 * - short, wide: tables of src/plan/lookup, for 16-bit and 32-bit fields;
 * - search: the first values of the segments (u64, padded to a power of two with the greatest value), then a u32 for each.
 */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import type { FieldClasses } from '../../plan/bitvector/classes.js';
import { maximum } from '../../plan/bitvector/intervals.js';
import { IntervalWriter, type IntervalColumns } from '../../plan/lookup/intervals.js';
import { buildIntervalTable, type PrefixTable } from '../../plan/lookup/prefix-table.js';
import { buildShortTable, type ShortTable } from '../../plan/lookup/short-table.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import { BPF_F_MMAPABLE } from '../../link/stage-maps.js';
import { FIELD_PLACES } from '../record.js';
import type { MapSpec } from '../spec.js';
import { LOWEST_BIT_BYTES, writeLowestBits } from '../walk/lowest-bit.js';
import type { Rows } from './rows.js';

export type ClassForm =
  | { readonly kind: 'byte' }
  | { readonly kind: 'short'; readonly table: ShortTable }
  | { readonly kind: 'wide'; readonly table: PrefixTable }
  /** `entries` is a power of two. */
  | { readonly kind: 'search'; readonly entries: number };

export interface ClassTable {
  readonly form: ClassForm;
  /** Byte offset of the table in the map. */
  readonly offset: number;
}

export interface ClassTables {
  readonly map: MapSpec;
  /** In the order of the plan's fields. */
  readonly tables: readonly ClassTable[];
}

/** Of tables, so that their nodes are cache lines: the value of a map that can be mapped begins a page, that of another lies 48 bytes off a line. */
const ALIGNMENT = 64;

/** A table with its bytes, and how far generated code reaches from its offset. */
interface Built {
  readonly form: ClassForm;
  readonly bytes: Uint8Array;
  readonly reach: number;
}

/** The field's segments, each with the byte offset of its row. */
function intervalsOf({ starts, classOf }: FieldClasses, base: number, stride: number): IntervalColumns {
  const writer = new IntervalWriter(starts.length);
  starts.forEach((start, index) => writer.add(Number(start), base + classOf[index]! * stride));
  return writer.columns();
}

function byteTable({ starts, payloads }: IntervalColumns): Built {
  const words = new Uint32Array(256);
  starts.forEach((start, index) => words.fill(payloads[index]!, start, starts[index + 1] ?? words.length));
  return { form: { kind: 'byte' }, bytes: new Uint8Array(words.buffer), reach: words.byteLength };
}

function searchTable(field: FieldClasses, base: number, stride: number): Built {
  const { starts, classOf } = field;
  const entries = powerOfTwo(starts.length);
  const bytes = new Uint8Array(entries * 12);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < entries; index += 1) {
    view.setBigUint64(index * 8, BigInt(starts[index] ?? maximum(field.field)), true);
    view.setUint32(entries * 8 + index * 4, base + classOf[Math.min(index, classOf.length - 1)]! * stride, true);
  }
  return { form: { kind: 'search', entries }, bytes, reach: bytes.length };
}

function buildTable(field: FieldClasses, base: number, stride: number): Built {
  const { width } = FIELD_PLACES[field.field];
  if (width === 8) return searchTable(field, base, stride);
  const intervals = intervalsOf(field, base, stride);
  if (width === 1) return byteTable(intervals);
  if (width === 2) {
    const table = buildShortTable(intervals);
    return { form: { kind: 'short', table }, bytes: table.bytes, reach: table.reach };
  }
  const table = buildIntervalTable(intervals);
  return { form: { kind: 'wide', table }, bytes: table.bytes, reach: table.reach };
}

export function buildClassTables(plan: BitvectorPlan, rows: Rows): ClassTables {
  let next = LOWEST_BIT_BYTES;
  let size = next;
  const placed = plan.fields.map((field, index) => {
    const built = buildTable(field, rows.bases[index]!, rows.stride);
    const offset = next;
    next += Math.ceil(built.bytes.length / ALIGNMENT) * ALIGNMENT;
    size = Math.max(size, next, offset + built.reach);
    return { ...built, offset };
  });
  const init = new Uint8Array(Math.ceil(size / 8) * 8);
  writeLowestBits(init);
  for (const { bytes, offset } of placed) init.set(bytes, offset);
  return {
    map: { name: 'classes', type: 'array', keySize: 4, valueSize: init.length, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init, frozen: true },
    tables: placed.map(({ form, offset }) => ({ form, offset })),
  };
}
