/**
 * Datagrams in fragments that are one packet to the rules (bpf/fragment.h): the first fragment is judged by a function of its own, which notes
 * the counters that it moves, so that packets in one piece pay nothing; the others follow it.
 */
import type { Code } from '../asm/code.js';
import { Add, And, Lsh, Mov } from '../asm/alu.js';
import { Call, Ja, JEq, JGe, JNe } from '../asm/jump.js';
import { Load, LoadImm64, Store } from '../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9 } from '../asm/register.js';
import { ENTRY, RECORD, VERDICT } from './record.js';
import { END } from './rule.js';

/** Entries of record->fragment.slots (FRAGMENT_SLOTS of bpf/layout.h). */
export const FRAGMENT_SLOTS = 64;

/** Notes the slot whose byte offset in the stripe is in R1, while there is room. R7 = record; clobbers R2, R5. */
export function emitNote(code: Code): void {
  const full = code.fresh('noted');
  code.emit(
    Load.mem(R2, R7, RECORD.slotsUsed, 4),
    JGe.imm(R2, FRAGMENT_SLOTS, full),
    Mov.reg(R5, R2), Add.imm(R5, 1), Store.mem(R7, RECORD.slotsUsed, R5, 4),
    And.imm(R2, FRAGMENT_SLOTS - 1), Lsh.imm(R2, 2),
    Mov.reg(R5, R7), Add.reg(R5, R2),
    Store.mem(R5, RECORD.slots, R1, 4),
  );
  code.label(full);
}

/** What the code of fragments needs of the program around it. */
export interface FragmentWays {
  /** The function that judges first fragments. */
  readonly judge: string;
  readonly generation: bigint;
  /** Keeps a byte offset in the stripe at a counter within it. */
  readonly mask: number;
  /** They are put together before every chain. */
  readonly reassembled: boolean;
  readonly rejects: boolean;
  /** Puts the stripe into R8; clobbers R0-R5. */
  readonly stripe: () => void;
  /** The stage that fills in the conntrack entry, where a rule asks for it. */
  readonly conntrackEntry: string | undefined;
  /** Labels: left to the kernel; dropped uncounted; judged by itself. */
  readonly pass: string;
  readonly discard: string;
  readonly alone: string;
}

/** R6 = context, R7 = record, R0 = ENTRY.first, ENTRY.later or what is discarded. Leaves by labels of END and of `ways`. */
export function emitFragments(code: Code, ways: FragmentWays): void {
  const first = code.fresh('first fragment');
  code.origin('fragments').emit(JEq.imm32(R0, ENTRY.first, first), JNe.imm32(R0, ENTRY.later, ways.discard));
  ways.stripe();
  code.emit(
    Mov.reg(R1, R7), Mov.reg(R2, R8), Mov.imm(R3, ways.mask), LoadImm64.value(R4, ways.generation), Mov.imm(R5, ways.reassembled ? 1 : 0),
    Call.symbol('fragment_follow'),
    JEq.imm32(R0, ENTRY.judge, ways.alone),
    JEq.imm32(R0, ENTRY.pass, ways.pass),
    Ja.label(ways.discard),
  );
  code.label(first).origin('first fragment').emit(
    Mov.reg(R1, R6), Mov.reg(R2, R7), Call.symbol('fragment_first'), JNe.imm32(R0, ENTRY.judge, ways.discard),
    ...(ways.conntrackEntry === undefined ? [] : [Mov.reg(R1, R6), Mov.reg(R2, R7), Call.symbol(ways.conntrackEntry)]),
    Mov.reg(R1, R6), Mov.reg(R2, R7), Call.symbol(ways.judge), Store.mem(R7, RECORD.verdict, R0, 1),
  );
  ways.stripe();
  code.emit(
    Mov.reg(R1, R7), Mov.reg(R2, R8), Mov.imm(R3, ways.mask), LoadImm64.value(R4, ways.generation), Call.symbol('fragment_keep'),
    Load.mem(R9, R7, RECORD.verdict, 1),
    JEq.imm32(R9, VERDICT.accept, END.accept),
    ...(ways.rejects ? [JEq.imm32(R9, VERDICT.reject, END.reject)] : []),
    JEq.imm32(R9, VERDICT.hotdrop, END.hotdrop),
    Ja.label(END.drop),
  );
}
