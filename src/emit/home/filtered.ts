/** A long list: its filter names the records to compare. */
import { Add, And, Lsh, Mov, Mul, Rsh, Sub } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe, MayGoto } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R6, R8, R9 } from '../../asm/register.js';
import { END } from '../rule.js';
import { emitLowestBit } from '../walk/lowest-bit.js';
import { emitCompare, emitTake } from './compare.js';
import { FILTER, type FilterMaps } from './filters.js';
import { GUARDS, NODE, NODE_BYTES } from './nodes.js';
import type { HomeTables } from './tables.js';

/** A word of a row has a bit for so many bytes of records. */
const WORD_BYTES = 64 * NODE_BYTES;

export interface FilteredList {
  /** Offsets in the walk of the packet's address that is not the list's own, and of its bucket. */
  readonly address: number;
  readonly bucket: number;
  /** Where to go in the end. */
  readonly over: string;
}

/** R0 = guards that count. */
export function emitGuards({ plan, walk }: HomeTables, code: Code): void {
  code.emit(plan.odd === undefined ? LoadImm64.value(R0, GUARDS) : Load.mem(R0, R9, walk.guards, 8));
}

/** The rows of the other address, of both ports and of the protocol. */
const ROWS = [R1, R6, R8, R0] as const;

/** ROWS = byte offsets of the packet's four rows, R3 = bytes of their summary; all noted. R1 = the list's node. Clobbers R2, R4, R5. */
function emitRows({ walk }: HomeTables, code: Code, mask: number, bucket: number): void {
  code.emit(
    Load.mem(R3, R1, NODE.address, 4), Lsh.imm(R3, 3), And.imm(R3, mask), LoadImm64.mapValue(R1, 'filters'), Add.reg(R1, R3),
    Load.mem(R2, R1, FILTER.rowBytes, 4), Load.mem(R4, R1, FILTER.masks, 4), Load.mem(R0, R1, FILTER.first, 4), Load.mem(R5, R1, FILTER.summaryBytes, 4),
    Store.mem(R9, walk.first, R0, 4), Store.mem(R9, walk.summaryEnd, R5, 4), Add.imm(R3, FILTER.rows),
  );
  // R3 = byte offset of a field's first row, R4 = its mask and those of the fields behind it. A packet's row: bucket & mask.
  [bucket, walk.sportBucket, walk.dportBucket, walk.protoBucket].forEach((place, index) => {
    const row = ROWS[index]!;
    code.emit(Load.mem(row, R9, place, 4), Mov.reg(R5, R4), And.imm(R5, 0xff), And.reg(row, R5), Mul.reg(row, R2), Add.reg(row, R3), Store.mem(R9, walk.rows[index]!, row, 4));
    if (index < 3) code.emit(Add.imm(R5, 1), Mul.reg(R5, R2), Add.reg(R3, R5), Rsh.imm(R4, 8));
  });
  code.emit(Load.mem(R3, R9, walk.summaryEnd, 4));
}

/** R4 = the AND of the rows' words at byte offset R3 in each. Clobbers R2, R5. */
function emitWord(code: Code, mask: number): void {
  ROWS.forEach((row, index) => {
    const into = index === 0 ? R4 : R5;
    code.emit(Mov.reg(R2, row), Add.reg(R2, R3), And.imm(R2, mask), LoadImm64.mapValue(into, 'filters'), Add.reg(into, R2), Load.mem(into, into, 0, 8));
    if (index > 0) code.emit(And.reg(R4, R5));
  });
}

/** Takes the lowest bit out of R4 and stores what is left; R0 = its number. Clobbers R1, R4. */
function emitPop(code: Code, left: number): void {
  emitLowestBit(code, 'filters', R4, R0, R1);
  code.emit(Mov.reg(R1, R4), Add.imm(R1, -1), And.reg(R4, R1), Store.mem(R9, left, R4, 8));
}

/** R1 = the list's node. Takes the records that match. Clobbers R0-R6, R8; R7 = the packet's lanes, R9 = walk. */
export function emitFiltered(tables: HomeTables, code: Code, { mask }: FilterMaps, { address, bucket, over }: FilteredList): void {
  const { walk, lists } = tables;
  const label = { summary: code.fresh('summary'), word: code.fresh('word'), bit: code.fresh('bit'), nextBit: code.fresh('next bit'), nextWord: code.fresh('next word') };
  const loadRows = (): void => ROWS.forEach((row, index) => code.emit(Load.mem(row, R9, walk.rows[index]!, 4)));
  code.origin('filtered list');
  emitRows(tables, code, mask, bucket);
  // A list of one word has no summary: all is done when its bits are.
  const several = code.fresh('several words');
  code.emit(Store.imm(R9, walk.summaryAt, 0, 4), JNe.imm(R3, 0, several), Store.imm(R9, walk.summary, 0, 8), Load.mem(R0, R9, walk.first, 4), Store.mem(R9, walk.word, R0, 4), Load.mem(R0, R9, walk.rows[3], 4));
  emitWord(code, mask);
  code.emit(JEq.imm(R4, 0, over), Ja.label(label.bit));

  code.label(several).emit(Load.mem(R3, R9, walk.summaryAt, 4));
  code.label(label.summary).emit(MayGoto.label(END.fault), Load.mem(R5, R9, walk.summaryEnd, 4), Sub.reg(R5, R3), JEq.imm(R5, 0, over));
  emitWord(code, mask);
  code.emit(Add.imm(R3, 8), And.imm(R3, 0xffff), JEq.imm(R4, 0, label.summary), Store.mem(R9, walk.summaryAt, R3, 4));

  code.label(label.word).emit(MayGoto.label(END.fault));
  emitPop(code, walk.summary);
  // A summary word has a bit for each of 64 words.
  code.emit(
    Load.mem(R3, R9, walk.summaryAt, 4), Add.imm(R3, -8), Lsh.imm(R3, 3), Add.reg(R3, R0), Mov.reg(R0, R3),
    Lsh.imm(R0, Math.log2(WORD_BYTES)), Load.mem(R2, R9, walk.first, 4), Add.reg(R0, R2), Store.mem(R9, walk.word, R0, 4),
    Lsh.imm(R3, 3), Load.mem(R2, R9, walk.summaryEnd, 4), Add.reg(R3, R2),
  );
  loadRows();
  emitWord(code, mask);
  code.emit(JEq.imm(R4, 0, label.nextWord));

  code.label(label.bit).emit(MayGoto.label(END.fault));
  emitPop(code, walk.bits);
  code.emit(Lsh.imm(R0, Math.log2(NODE_BYTES)), Load.mem(R2, R9, walk.word, 4), Add.reg(R0, R2), And.imm(R0, lists.mask), LoadImm64.mapValue(R1, 'lists'), Add.reg(R1, R0));
  emitGuards(tables, code);
  emitCompare(code, address);
  code.emit(JNe.imm(R2, 0, label.nextBit));
  emitTake(tables, code, { on: label.nextBit, over, final: true });
  code.label(label.nextBit).emit(Load.mem(R4, R9, walk.bits, 8), JNe.imm(R4, 0, label.bit));
  code.label(label.nextWord).emit(Load.mem(R4, R9, walk.summary, 8), JNe.imm(R4, 0, label.word), Load.mem(R3, R9, walk.summaryAt, 4));
  loadRows();
  code.emit(Ja.label(label.summary));
}

/** R1 = the list's node, for odd packets, whom ports do not filter: compares every record. Clobbers R0-R6. */
export function emitWhole(tables: HomeTables, code: Code, { mask }: FilterMaps, { address, over }: FilteredList): void {
  const { lists } = tables;
  const record = code.fresh('record');
  code.origin('long list in full').emit(
    Load.mem(R3, R1, NODE.address, 4), Lsh.imm(R3, 3), And.imm(R3, mask), LoadImm64.mapValue(R2, 'filters'), Add.reg(R2, R3),
    Load.mem(R5, R2, FILTER.first, 4), Load.mem(R6, R2, FILTER.count, 4),
  );
  emitGuards(tables, code);
  code.label(record).emit(MayGoto.label(END.fault), JEq.imm(R6, 0, over), Add.imm(R6, -1), And.imm(R6, 2 ** 20 - 1), And.imm(R5, lists.mask), LoadImm64.mapValue(R1, 'lists'), Add.reg(R1, R5), Add.imm(R5, NODE_BYTES));
  emitCompare(code, address);
  code.emit(JNe.imm(R2, 0, record));
  emitTake(tables, code, { on: record, over, final: false });
}
