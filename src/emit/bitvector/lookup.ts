/** From a field's value to the offset of its row: loads from the flat tables, and searches without branches. */
import { Add, And, Lsh, Mov, Mul, Or, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R7 } from '../../asm/register.js';
import type { FieldName } from '../../ir/field.js';
import { FIELD_PLACES } from '../record.js';
import type { ClassTable } from './class-tables.js';

/** R1 = key, R2 = entry * 4 so far: adds `step` entries where the key of the entry there is not above R1. Clobbers R3. */
function searchStep32(code: Code, table: ClassTable, step: number): void {
  // R0 = key + 1: (key there) - (key + 1) is negative exactly when key there <= key. The sign is taken as 0 or 1 and shifted:
  // the verifier explores both sides of an AND with an arithmetically shifted sign.
  code.emit(
    LoadImm64.mapValue(R3, 'classes', table.offset + step * 4),
    Add.reg(R3, R2),
    Load.mem(R3, R3, 0, 4),
    Sub.reg(R3, R0),
    Rsh.imm(R3, 63),
    Lsh.imm(R3, Math.log2(step * 4)),
    Add.reg(R2, R3),
  );
}

/** The same for 64-bit keys: the borrow of key - (key there), computed by hand; R0 = ~key. R2 = entry * 8. Clobbers R3-R5. */
function searchStep64(code: Code, table: ClassTable, step: number): void {
  code.emit(
    LoadImm64.mapValue(R3, 'classes', table.offset + step * 8),
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

function search(code: Code, table: ClassTable): void {
  const wide = table.form === 'search64';
  code.emit(Mov.reg(R0, R1), wide ? Xor.imm(R0, -1) : Add.imm(R0, 1), Mov.imm(R2, 0));
  for (let step = table.entries / 2; step >= 1; step /= 2) (wide ? searchStep64 : searchStep32)(code, table, step);
  // R2 = entry * key bytes; row offsets stand behind the keys, 4 bytes each.
  if (wide) code.emit(Rsh.imm(R2, 1));
  code.emit(LoadImm64.mapValue(R3, 'classes', table.offset + table.entries * (wide ? 8 : 4)), Add.reg(R3, R2), Load.mem(R1, R3, 0, 4));
}

/**
 * R1 = byte offset of the row for the record's value of `field`. R7 = record; clobbers R0, R2-R5.
 * @param base, stride the field's rows in `vectors`.
 */
export function emitLookup(code: Code, field: FieldName, table: ClassTable, base: number, stride: number): void {
  const { offset, width } = FIELD_PLACES[field];
  code.emit(Load.mem(R1, R7, offset, width));
  switch (table.form) {
    case 'flat8':
      code.emit(Lsh.imm(R1, 2), LoadImm64.mapValue(R2, 'classes', table.offset), Add.reg(R2, R1), Load.mem(R1, R2, 0, 4));
      return;
    case 'flat16':
      code.emit(
        Lsh.imm(R1, 1), LoadImm64.mapValue(R2, 'classes', table.offset), Add.reg(R2, R1), Load.mem(R1, R2, 0, 2),
        Mul.imm(R1, stride), Add.imm(R1, base),
      );
      return;
    case 'search32':
    case 'search64':
      search(code, table);
  }
}
