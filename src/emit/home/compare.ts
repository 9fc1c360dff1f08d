/** A packet against a record, without branches; and what is done with a match. */
import { Add, And, Mov, Or, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe, JSGe, JSGt } from '../../asm/jump.js';
import { Load, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R7, R9 } from '../../asm/register.js';
import { NODE, POSITION_SHIFT } from './nodes.js';
import type { HomeTables } from './tables.js';
import { SLOTS } from './walk.js';

/**
 * R2 = 0 when the record at R1 matches, R4 = what stands above its lanes. Clobbers R3. R0 = guards, R7 = the packet's lanes, R9 = walk.
 * @param other offset in the walk of the packet's address that is not the list's own.
 */
export function emitCompare(code: Code, other: number): void {
  code.emit(
    Load.mem(R2, R1, NODE.address, 4), Load.mem(R3, R9, other, 4), Xor.reg(R2, R3), Load.mem(R3, R1, NODE.mask, 4), And.reg(R2, R3),
    Load.mem(R4, R1, NODE.least, 8), Mov.reg(R3, R7), Sub.reg(R3, R4),
    Load.mem(R4, R1, NODE.greatest, 8), Sub.reg(R4, R7),
    And.reg(R3, R4), Xor.imm(R3, -1), And.reg(R3, R0), Or.reg(R2, R3),
  );
}

/**
 * R4 = as emitCompare left it: takes the match, then goes to `on`, or, when it is at or behind the bound, as records behind it in its list will be, to `over`.
 * R1 = the record, R9 = walk. Clobbers R0-R4, or, where final matches are not looked for, R1-R4.
 */
export function emitTake({ plan, walk }: HomeTables, code: Code, { on, over, final }: { readonly on: string; readonly over: string; readonly final: boolean }): void {
  const finals = plan.flat && final;
  const room = code.fresh('room');
  const without = code.fresh('without slot');
  const store = code.fresh('store');
  const nearer = code.fresh('nearer');
  if (finals) code.emit(Load.mem(R0, R1, NODE.least, 8));
  code.emit(
    Rsh.imm(R4, POSITION_SHIFT), Mov.reg(R2, R4), Rsh.imm(R2, 1),
    Load.mem(R1, R9, walk.bound, 4), Mov.reg(R3, R2), Sub.reg(R3, R1), JSGe.imm(R3, 0, over),
    Load.mem(R1, R9, walk.lower, 4), Sub.reg(R1, R2), JSGt.imm(R1, 0, on),
  );
  if (finals) {
    const soft = code.fresh('soft');
    code.emit(And.imm(R4, 1), JNe.imm(R4, 0, soft));
    // Only ordinary packets stop at a final match: others may still have a body to pass.
    if (plan.odd !== undefined) code.emit(Load.mem(R1, R9, walk.mode, 4), JNe.imm(R1, 0, soft));
    code.emit(Rsh.imm(R0, POSITION_SHIFT), Store.mem(R9, walk.bound, R2, 4), Store.mem(R9, walk.finalPosition, R2, 4), Store.mem(R9, walk.final, R0, 4), Ja.label(over)).label(soft);
  }
  code.emit(
    Load.mem(R1, R9, walk.used, 4), Mov.reg(R3, R1), Add.imm(R1, 4), Store.mem(R9, walk.used, R1, 4),
    Mov.reg(R1, R3), And.imm(R3, SLOTS * 4 - 4), Add.reg(R3, R9), Rsh.imm(R1, Math.log2(SLOTS * 4)), JEq.imm(R1, 0, room),
  );
  // The slot is taken: the lower of the two keeps it. The other is the limit, unless what comes before it is beyond the bound anyway.
  code.emit(Load.mem(R1, R3, walk.slots, 4), Mov.reg(R4, R1), Sub.reg(R4, R2), JSGt.imm(R4, 0, store), Mov.reg(R1, R2), Ja.label(without));
  code.label(store).emit(Store.mem(R3, walk.slots, R2, 4));
  code.label(without).emit(Load.mem(R3, R9, walk.bound, 4), Sub.reg(R3, R1), JSGt.imm(R3, 0, nearer), Ja.label(on));
  code.label(nearer).emit(Store.mem(R9, walk.limit, R1, 4), Store.mem(R9, walk.bound, R1, 4), Ja.label(on));
  code.label(room).emit(Store.mem(R3, walk.slots, R2, 4), Ja.label(on));
}
