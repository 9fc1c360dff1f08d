/** From a field's value to the offset of its row: loads from tables, and searches without branches. */
import { Add, And, Lsh, Mov, Or, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R7 } from '../../asm/register.js';
import type { FieldName } from '../../ir/field.js';
import { FIELD_PLACES } from '../record.js';
import { emitPrefixLookup, type LookupRegisters } from '../lookup/prefix-lookup.js';
import { emitShortLookup } from '../lookup/short-lookup.js';
import type { ClassTable } from './class-tables.js';

const REGISTERS: LookupRegisters = { value: R1, result: R0, scratch: [R2, R3, R4, R5] };

/**
 * R1 = key, R0 = ~key, R2 = entry * 8 so far: adds `step` entries where the key of the entry there is not above R1, by the borrow of
 * key - (key there), computed by hand. Clobbers R3-R5.
 */
function searchStep(code: Code, offset: number, step: number): void {
  code.emit(
    LoadImm64.mapValue(R3, 'classes', offset + step * 8),
    Add.reg(R3, R2),
    Load.mem(R3, R3, 0, 8),
    Mov.reg(R4, R1), Sub.reg(R4, R3),
    Mov.reg(R5, R3), Or.reg(R5, R0), And.reg(R4, R5),
    And.reg(R3, R0), Or.reg(R3, R4),
    Rsh.imm(R3, 63), Xor.imm(R3, 1),
    Lsh.imm(R3, Math.log2(step * 8)),
    Add.reg(R2, R3),
  );
}

function emitSearch(code: Code, entries: number, offset: number): void {
  code.emit(Mov.reg(R0, R1), Xor.imm(R0, -1), Mov.imm(R2, 0));
  for (let step = entries / 2; step >= 1; step /= 2) searchStep(code, offset, step);
  // Row offsets stand behind the keys, 4 bytes each.
  code.emit(Rsh.imm(R2, 1), LoadImm64.mapValue(R3, 'classes', offset + entries * 8), Add.reg(R3, R2), Load.mem(R0, R3, 0, 4));
}

/** R0 = byte offset of the row for the record's value of `field`. R7 = record; clobbers R1-R5. */
export function emitLookup(code: Code, field: FieldName, { form, offset }: ClassTable): void {
  const place = FIELD_PLACES[field];
  code.emit(Load.mem(R1, R7, place.offset, place.width));
  switch (form.kind) {
    case 'byte':
      code.emit(Lsh.imm(R1, 2), LoadImm64.mapValue(R2, 'classes', offset), Add.reg(R2, R1), Load.mem(R0, R2, 0, 4));
      return;
    case 'short':
      emitShortLookup(code, form.table, { map: 'classes', offset }, REGISTERS);
      return;
    case 'wide':
      emitPrefixLookup(code, form.table, { map: 'classes', offset }, REGISTERS);
      return;
    case 'search':
      emitSearch(code, form.entries, offset);
  }
}
