/**
 * The search: visits the packet's lists and puts the positions of the records that match into the walk's slots.
 *
 * Three legs: the lists along the source address, those along the destination address, the root list. Positions below `lower` and from `bound` on are left
 * out; a list that begins at `bound` or later is not touched. Where a match is final, `bound` comes down to it. When the slots are full, a lower position
 * takes the place of a higher one, and the least that has no slot is `limit`.
 *
 * R9 = walk. Inside: R6 = place of the next list, R7 = the packet's lanes, R8 = the address that is not the leg's own; what they held is on the stack.
 */
import { Add, And, Lsh, Mov, Mul, Or, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JGe, JNe, JSGe, JSGt, MayGoto } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, RFP } from '../../asm/register.js';
import { END } from '../rule.js';
import { emitLowestBit } from '../walk/lowest-bit.js';
import { NEXT } from '../walk/machine.js';
import { FILTER, type FilterMaps } from './filters.js';
import { GUARDS, HEADER, HEADER_BYTES, LIST_RECORD, POSITION_SHIFT, RECORD_BYTES } from './records.js';
import type { HomeTables } from './tables.js';
import { LEG, LEG_BYTES, LEGS, SLOTS } from './walk.js';

export const COLLECT = 'collect';
const LEG_LABEL = 'collect.leg';
const LIST_LABEL = 'collect.list';

/** Where the registers that outlive the search wait, below the frame pointer. */
const KEPT = [
  [R6, -16],
  [R7, -24],
  [R8, -32],
] as const;

/** No position. */
export const NONE = 0x7fff_ffff;

/** R2 = 0 when the record at byte offset R0 (in range) matches; R4 = its position * 2 + (not final). Clobbers R1, R3. */
function emitCompare({ lists, plan, walk }: HomeTables, code: Code): void {
  code.emit(
    And.imm(R0, lists.mask), LoadImm64.mapValue(R1, 'lists'), Add.reg(R1, R0),
    Load.mem(R2, R1, LIST_RECORD.address, 4), Xor.reg(R2, R8), Load.mem(R3, R1, LIST_RECORD.mask, 4), And.reg(R2, R3),
    Load.mem(R4, R1, LIST_RECORD.least, 8), Mov.reg(R3, R7), Sub.reg(R3, R4),
    Load.mem(R4, R1, LIST_RECORD.greatest, 8), Sub.reg(R4, R7),
    And.reg(R3, R4), Xor.imm(R3, -1),
  );
  if (plan.odd === undefined) code.emit(LoadImm64.value(R1, GUARDS));
  else code.emit(Load.mem(R1, R9, walk.guards, 8));
  code.emit(And.reg(R3, R1), Or.reg(R2, R3), Rsh.imm(R4, POSITION_SHIFT));
}

/** R4 = position * 2 + (not final) of a match: takes it, then goes to `on`, or to `over` when no later record of the list can count. Clobbers R1-R3; R0 and R5 stay. */
function emitTake({ plan, walk }: HomeTables, code: Code, on: string, over: string): void {
  const room = code.fresh('room');
  const kept = code.fresh('kept');
  const store = code.fresh('store');
  code.emit(
    Mov.reg(R2, R4), Rsh.imm(R2, 1),
    Load.mem(R1, R9, walk.bound, 4), Mov.reg(R3, R2), Sub.reg(R3, R1), JSGe.imm(R3, 0, over),
    Load.mem(R1, R9, walk.lower, 4), Sub.reg(R1, R2), JSGt.imm(R1, 0, on),
    Load.mem(R1, R9, walk.used, 4), Mov.reg(R3, R1), Add.imm(R1, 4), Store.mem(R9, walk.used, R1, 4),
    Mov.reg(R1, R3), And.imm(R3, SLOTS * 4 - 4), Add.reg(R3, R9), Rsh.imm(R1, Math.log2(SLOTS * 4)), JEq.imm(R1, 0, room),
  );
  // The slot is taken: the lower of the two keeps it, the other becomes the limit unless that is lower already.
  code.emit(
    Load.mem(R1, R3, walk.slots, 4), Sub.reg(R1, R2), JSGt.imm(R1, 0, store),
    // R2 (the new one) is the higher.
    Load.mem(R1, R9, walk.limit, 4), Sub.reg(R1, R2), JSGe.imm(R1, 0, kept), Ja.label(over),
  );
  code.label(kept).emit(Store.mem(R9, walk.limit, R2, 4), Store.mem(R9, walk.bound, R2, 4), Ja.label(over));
  const low = code.fresh('low');
  code.label(store).emit(
    Load.mem(R1, R3, walk.slots, 4), Store.mem(R3, walk.slots, R2, 4),
    Load.mem(R3, R9, walk.limit, 4), Sub.reg(R3, R1), JSGe.imm(R3, 0, low), Ja.label(on),
  );
  code.label(low).emit(Store.mem(R9, walk.limit, R1, 4), Store.mem(R9, walk.bound, R1, 4), Ja.label(on));
  code.label(room).emit(Store.mem(R3, walk.slots, R2, 4));
  if (!plan.flat) {
    code.emit(Ja.label(on));
    return;
  }
  code.emit(And.imm(R4, 1), JNe.imm(R4, 0, on));
  // Only ordinary packets stop at a final match: others may still have a body to pass.
  if (plan.odd !== undefined) code.emit(Load.mem(R1, R9, walk.mode, 4), JNe.imm(R1, 0, on));
  code.emit(Store.mem(R9, walk.bound, R2, 4), Ja.label(over));
}

/** R1 = header of a list with the filter whose place is R3, R0 = byte offset of its first record, R6 = place of its parent. */
function emitFiltered(tables: HomeTables, code: Code, { mask }: FilterMaps): void {
  const { walk } = tables;
  code.origin('filtered list').emit(
    Store.mem(R9, walk.parent, R6, 4), Mov.reg(R6, R0),
    Lsh.imm(R3, 3), And.imm(R3, mask), LoadImm64.mapValue(R1, 'filters'), Add.reg(R1, R3),
    Load.mem(R2, R1, FILTER.rowBytes, 4), Load.mem(R4, R1, FILTER.masks, 4), Add.imm(R3, FILTER.rows),
  );
  // R3 = byte offset of a field's first row, R4 = its mask and those of the fields behind it. A packet's row: bucket & mask.
  const place = [
    [walk.rows[0], LEG.bucket],
    [walk.rows[1], walk.sportBucket],
    [walk.rows[2], walk.dportBucket],
  ] as const;
  place.forEach(([row, bucket], index) => {
    if (index === 0) code.emit(Load.mem(R5, R9, walk.leg, 4), And.imm(R5, 3 * LEG_BYTES), Add.reg(R5, R9), Load.mem(R0, R5, walk.legs - LEG_BYTES + bucket, 4));
    else code.emit(Load.mem(R0, R9, bucket, 4));
    code.emit(Mov.reg(R5, R4), And.imm(R5, 0xff), And.reg(R0, R5), Mul.reg(R0, R2), Add.reg(R0, R3), Store.mem(R9, row, R0, 4));
    if (index < 2) code.emit(Add.imm(R5, 1), Mul.reg(R5, R2), Add.reg(R3, R5), Rsh.imm(R4, 8));
  });
  const words = code.fresh('words');
  const word = code.fresh('word');
  const bit = code.fresh('bit');
  const nextBit = code.fresh('next bit');
  const over = code.fresh('filtered.over');
  code.emit(Store.mem(R9, walk.left, R2, 4));
  code.label(words).emit(
    Load.mem(R0, R9, walk.rows[0], 4), Load.mem(R1, R9, walk.rows[1], 4), Load.mem(R2, R9, walk.rows[2], 4), Load.mem(R3, R9, walk.left, 4),
  );
  code.label(word).emit(MayGoto.label(END.fault), JEq.imm(R3, 0, over), Add.imm(R3, -8), LoadImm64.mapValue(R4, 'filters'), And.imm(R0, mask), Add.reg(R4, R0), Load.mem(R4, R4, 0, 8), Add.imm(R0, 8));
  for (const row of [R1, R2] as const) {
    code.emit(LoadImm64.mapValue(R5, 'filters'), And.imm(row, mask), Add.reg(R5, row), Load.mem(R5, R5, 0, 8), And.reg(R4, R5), Add.imm(row, 8));
  }
  code.emit(Add.imm(R6, 64 * RECORD_BYTES), JEq.imm(R4, 0, word));
  code.emit(
    Store.mem(R9, walk.rows[0], R0, 4), Store.mem(R9, walk.rows[1], R1, 4), Store.mem(R9, walk.rows[2], R2, 4),
    Store.mem(R9, walk.left, R3, 4), Store.mem(R9, walk.word, R6, 4),
  );
  code.label(bit).emit(MayGoto.label(END.fault));
  emitLowestBit(code, 'filters', R4, R0, R1);
  code.emit(
    Mov.reg(R1, R4), Add.imm(R1, -1), And.reg(R4, R1), Store.mem(R9, walk.bits, R4, 8),
    Mul.imm(R0, RECORD_BYTES), Load.mem(R6, R9, walk.word, 4), Add.reg(R0, R6), Add.imm(R0, -64 * RECORD_BYTES),
  );
  emitCompare(tables, code);
  code.emit(JNe.imm(R2, 0, nextBit));
  emitTake(tables, code, nextBit, over);
  code.label(nextBit).emit(Load.mem(R4, R9, walk.bits, 8), JNe.imm(R4, 0, bit), Load.mem(R6, R9, walk.word, 4), Ja.label(words));
  code.label(over).emit(Load.mem(R6, R9, walk.parent, 4), Ja.label(LIST_LABEL));
}

/** R0 = byte offset of the first record, R5 = number of records. */
function emitUnfiltered(tables: HomeTables, code: Code): void {
  const record = code.fresh('record');
  code.origin('list').emit(Mul.imm(R5, RECORD_BYTES), Add.reg(R5, R0));
  code.label(record).emit(MayGoto.label(END.fault), Mov.reg(R1, R5), Sub.reg(R1, R0), JEq.imm(R1, 0, LIST_LABEL));
  emitCompare(tables, code);
  code.emit(Add.imm(R0, RECORD_BYTES), JNe.imm(R2, 0, record));
  emitTake(tables, code, record, LIST_LABEL);
}

/** At COLLECT: fills the slots and goes to NEXT. The walk's legs, lanes, guards, buckets, lower and bound are set. */
export function emitCollect(tables: HomeTables, code: Code): void {
  const { lists, filters, plan, walk } = tables;
  code.label(COLLECT).origin('collect');
  for (const [register, offset] of KEPT) code.emit(Store.mem(RFP, offset, register, 8));
  code.emit(
    Store.imm(R9, walk.limit, NONE, 4), Store.imm(R9, walk.used, 0, 4), Store.imm(R9, walk.leg, 0, 4),
    Load.mem(R7, R9, walk.lanes, 8), Ja.label(LEG_LABEL),
  );
  const searched = code.fresh('searched');
  const unfiltered = code.fresh('unfiltered');
  code.label(LEG_LABEL).emit(
    Load.mem(R1, R9, walk.leg, 4), JGe.imm(R1, LEGS * LEG_BYTES, searched),
    Mov.reg(R2, R1), Add.imm(R2, LEG_BYTES), Store.mem(R9, walk.leg, R2, 4),
    And.imm(R1, 3 * LEG_BYTES), Add.reg(R1, R9),
    Load.mem(R8, R1, walk.legs + LEG.address, 4), Load.mem(R6, R1, walk.legs + LEG.place, 4),
  );
  code.label(LIST_LABEL).emit(
    MayGoto.label(END.fault), JEq.imm(R6, 0, LEG_LABEL),
    Mov.reg(R0, R6), Lsh.imm(R0, 3), And.imm(R0, lists.mask), LoadImm64.mapValue(R1, 'lists'), Add.reg(R1, R0),
    Load.mem(R5, R1, HEADER.count, 4), Load.mem(R6, R1, HEADER.parent, 4),
    Load.mem(R2, R1, HEADER.lowest, 4), Load.mem(R3, R9, walk.bound, 4), Sub.reg(R2, R3), JSGe.imm(R2, 0, LIST_LABEL),
    Add.imm(R0, HEADER_BYTES),
  );
  if (filters !== undefined) {
    code.emit(Load.mem(R3, R1, HEADER.filter, 4), JEq.imm(R3, 0, unfiltered));
    // Ports do not filter odd packets: every record is compared.
    if (plan.odd !== undefined) code.emit(Load.mem(R2, R9, walk.mode, 4), JNe.imm(R2, 0, unfiltered));
    emitFiltered(tables, code, filters);
  }
  code.label(unfiltered);
  emitUnfiltered(tables, code);
  code.label(searched);
  for (const [register, offset] of KEPT) code.emit(Load.mem(register, RFP, offset, 8));
  code.emit(Ja.label(NEXT));
}
