/**
 * The search for the next candidate: AND of the packet's rows at the current word, else the summaries name the next word that may
 * have one. Positions at ends of chains are set in every row, so there always is a next.
 */
import { Add, And, Lsh, Mov, Or, Rsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe, MayGoto } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R9, type Register } from '../../asm/register.js';
import { END } from '../rule.js';
import { emitLowestBit } from '../walk/lowest-bit.js';
import { NEXT } from '../walk/machine.js';
import type { Tables } from './tables.js';

/**
 * R5 &= row word of every field. `at`: register holding the word's byte offset within a row. R9 = walk; clobbers R0, R3, R4.
 * @param place byte offset in the walk of each field's row offset.
 */
export function emitAnd({ plan, rows }: Tables, code: Code, at: Register, place: (index: number) => number): void {
  code.emit(LoadImm64.mapValue(R0, 'vectors'));
  plan.fields.forEach((_, index) => {
    code.emit(
      Load.mem(R3, R9, place(index), 4),
      Add.reg(R3, at),
      And.imm(R3, rows.mask),
      Mov.reg(R4, R0),
      Add.reg(R4, R3),
      Load.mem(R4, R4, 0, 8),
      And.reg(R5, R4),
    );
  });
}

/** R5 = ones from bit (`position` & 63) up. */
function emitFrom(code: Code, position: Register): void {
  code.emit(Mov.reg(R3, position), And.imm(R3, 63), Mov.imm(R5, -1), Lsh.reg(R5, R3));
}

/** At NEXT: finds the first candidate at or after walk.position, notes it, sets walk.position behind it and falls through with R1 = it. */
export function emitScan(tables: Tables, code: Code): void {
  const { rows, walk } = tables;
  const hit = code.fresh('hit');
  const skip = code.fresh('skip');
  code.label(NEXT).origin('next candidate').emit(MayGoto.label(END.fault));
  // The word of the position itself.
  code.emit(Load.mem(R1, R9, walk.position, 4));
  emitFrom(code, R1);
  code.emit(Rsh.imm(R1, 6), Mov.reg(R2, R1), Lsh.imm(R2, 3), Add.imm(R2, rows.summaryBytes));
  emitAnd(tables, code, R2, walk.filter);
  code.emit(JNe.imm(R5, 0, hit));
  // The summaries, from the next word on.
  code.emit(Add.imm(R1, 1));
  emitFrom(code, R1);
  code.emit(Rsh.imm(R1, 6), Mov.reg(R2, R1), Lsh.imm(R2, 3));
  emitAnd(tables, code, R2, walk.filter);
  code.emit(Lsh.imm(R2, 9), JEq.imm(R5, 0, skip));
  emitLowestBit(code, 'classes', R5, R1, R3);
  code.emit(Lsh.imm(R1, 6), Or.reg(R1, R2), Store.mem(R9, walk.position, R1, 4), Ja.label(NEXT));
  // Nothing under this summary word: on to the next 4096 positions.
  code.label(skip).emit(Add.imm(R2, 4096), Store.mem(R9, walk.position, R2, 4), Ja.label(NEXT));
  code.label(hit).emit(Mov.reg(R2, R1), Lsh.imm(R2, 6));
  emitLowestBit(code, 'classes', R5, R1, R3);
  code.emit(
    Or.reg(R1, R2),
    Store.mem(R9, walk.candidate, R1, 4),
    Mov.reg(R2, R1), Add.imm(R2, 1),
    Store.mem(R9, walk.position, R2, 4),
  );
}
