/**
 * The search: follows the chains of lists along both addresses side by side, a node of each a round, and takes the records that match: into the walk's slots, or,
 * where a match is final, by bringing `bound` down to it. Positions below `lower` and from `bound` on are left out; the round in which neither chain holds a lower
 * position than `bound` is the last. When the slots are full, a lower position takes the place of a higher one, and the least that has no slot is `limit`.
 *
 * R9 = walk. Inside: R0 = guards, R5 = lowest position in the rest of src's chain, R6, R8 = byte offsets of the next nodes of src and dst, R7 = the packet's lanes; what they
 * held is on the stack.
 */
import { Add, And, Or, Mov, Rsh, Sub } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe, JSGe, JSLt, MayGoto } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R1, R2, R3, R4, R5, R6, R7, R8, R9, RFP } from '../../asm/register.js';
import { END } from '../rule.js';
import { NEXT } from '../walk/machine.js';
import { emitCompare, emitTake } from './compare.js';
import { emitFiltered, emitGuards, emitWhole, type FilteredList } from './filtered.js';
import { FILTERED, NODE, NONE, POSITION_SHIFT } from './nodes.js';
import type { HomeTables } from './tables.js';

export const COLLECT = 'collect';
const ROUND = 'collect.round';

/** Where the registers that outlive the search wait, below the frame pointer. */
const KEPT = [
  [R6, -16],
  [R7, -24],
  [R8, -32],
] as const;

/** R1 = address of the node at byte offset `offset`, which is kept in range. */
function emitNode({ lists }: HomeTables, code: Code, offset: typeof R6 | typeof R8): void {
  code.emit(And.imm(offset, lists.mask), LoadImm64.mapValue(R1, 'lists'), Add.reg(R1, offset));
}

/** A match at the node R1, R4 as emitCompare left it: takes it, or searches the long list that the node stands for. Goes to list.over. */
function emitMatch(tables: HomeTables, code: Code, list: FilteredList): void {
  const { filters, plan, walk } = tables;
  if (filters !== undefined) {
    const one = code.fresh('one record');
    code.emit(Mov.reg(R2, R4), Rsh.imm(R2, POSITION_SHIFT + 1), JNe.imm(R2, FILTERED, one));
    code.emit(Load.mem(R2, R1, NODE.least, 8), Rsh.imm(R2, POSITION_SHIFT), Load.mem(R3, R9, walk.bound, 4), Sub.reg(R2, R3), JSGe.imm(R2, 0, list.over));
    if (plan.odd !== undefined) {
      const whole = code.fresh('whole');
      code.emit(Load.mem(R2, R9, walk.mode, 4), JNe.imm(R2, 0, whole));
      emitFiltered(tables, code, filters, list);
      code.label(whole);
      emitWhole(tables, code, filters, list);
    } else {
      emitFiltered(tables, code, filters, list);
    }
    code.label(one);
  }
  emitTake(tables, code, { on: list.over, over: list.over, final: true });
}

/** At COLLECT: fills the slots and goes to NEXT. The walk's heads, addresses, lanes, guards, buckets, lower and bound are set. */
export function emitCollect(tables: HomeTables, code: Code): void {
  const { walk } = tables;
  const match = { src: code.fresh('match src'), dst: code.fresh('match dst') };
  const back = { src: code.fresh('back to src'), dst: code.fresh('back to dst') };
  const over = { src: code.fresh('over src'), dst: code.fresh('over dst') };
  code.label(COLLECT).origin('collect');
  for (const [register, offset] of KEPT) code.emit(Store.mem(RFP, offset, register, 8));
  code.emit(
    Store.imm(R9, walk.limit, NONE, 4), ...(tables.plan.flat ? [Store.imm(R9, walk.finalPosition, NONE, 4)] : []), Store.imm(R9, walk.used, 0, 4),
    Load.mem(R7, R9, walk.lanes, 8), Load.mem(R6, R9, walk.srcHead, 4), Load.mem(R8, R9, walk.dstHead, 4),
  );
  emitGuards(tables, code);
  code.label(ROUND).emit(MayGoto.label(END.fault));
  emitNode(tables, code, R6);
  emitCompare(code, walk.dstAddress);
  code.emit(Load.mem(R6, R1, NODE.next, 4), Load.mem(R5, R1, NODE.lowest, 4), JEq.imm(R2, 0, match.src)).label(back.src);
  emitNode(tables, code, R8);
  emitCompare(code, walk.srcAddress);
  code.emit(Load.mem(R8, R1, NODE.next, 4), Load.mem(R3, R1, NODE.lowest, 4), JEq.imm(R2, 0, match.dst)).label(back.dst);
  // Negative while one of the two is below the bound.
  code.emit(Load.mem(R1, R9, walk.bound, 4), Sub.reg(R3, R1), Sub.reg(R5, R1), Or.reg(R3, R5), JSLt.imm(R3, 0, ROUND));
  for (const [register, offset] of KEPT) code.emit(Load.mem(register, RFP, offset, 8));
  code.emit(Ja.label(NEXT));

  const save = (): void => {
    code.emit(Store.mem(R9, walk.srcNext, R6, 4), Store.mem(R9, walk.srcLowest, R5, 4), Store.mem(R9, walk.dstNext, R8, 4), Store.mem(R9, walk.dstLowest, R3, 4));
  };
  const restore = (): void => {
    code.emit(Load.mem(R6, R9, walk.srcNext, 4), Load.mem(R5, R9, walk.srcLowest, 4), Load.mem(R8, R9, walk.dstNext, 4), Load.mem(R3, R9, walk.dstLowest, 4));
    emitGuards(tables, code);
  };
  for (const side of ['src', 'dst'] as const) {
    const other = side === 'src' ? 'dst' : 'src';
    code.label(match[side]).origin(`match of ${side}`);
    save();
    emitMatch(tables, code, { address: walk[`${other}Address`], bucket: walk[`${other}Bucket`], over: over[side] });
    code.label(over[side]);
    restore();
    code.emit(Ja.label(back[side]));
  }
}
