/**
 * Deferred counting, for a program that may leave a packet undecided to the next hook: what would count is noted in the packet record and
 * counted only when the packet is dropped for good. A packet with more to note than there is room for is left.
 */
import type { Code } from '../asm/code.js';
import { Add, And, Lsh, Mov } from '../asm/alu.js';
import { JGe, JLe } from '../asm/jump.js';
import { Load, Store } from '../asm/memory.js';
import { R1, R2, R3, R5, R7, R8 } from '../asm/register.js';
import { FIELD_PLACES, RECORD } from './record.js';

/** Where a packet goes that is left to the next hook; main.ts defines it. */
export const LEAVE = 'leave';

/** Entries of record->deferred (bpf/layout.h). */
export const DEFERRED_MAX = 16;

/** Nothing noted yet. R7 = record. */
export function emitDeferNone(code: Code): void {
  code.emit(Store.imm(R7, RECORD.deferredCount, 0, 4));
}

/** Notes the slot whose byte offset in the stripe is in R1. R7 = record; clobbers R2, R5. */
export function emitDefer(code: Code): void {
  code.emit(
    Load.mem(R2, R7, RECORD.deferredCount, 4),
    JGe.imm32(R2, DEFERRED_MAX, LEAVE),
    And.imm(R2, DEFERRED_MAX - 1), Lsh.imm(R2, 2),
    Mov.reg(R5, R7), Add.reg(R5, R2),
    Store.mem(R5, RECORD.deferred, R1, 4),
    Load.mem(R2, R7, RECORD.deferredCount, 4), Add.imm(R2, 1), Store.mem(R7, RECORD.deferredCount, R2, 4),
  );
}

/** Counts what was noted. R7 = record, R8 = stripe of `stripe` bytes (a power of two); clobbers R1-R3, R5. */
export function emitCountDeferred(code: Code, stripe: number, counterBytes: number): void {
  const done = code.fresh('counted');
  code.emit(Load.mem(R5, R7, FIELD_PLACES.length.offset, 4));
  for (let index = 0; index < DEFERRED_MAX; index += 1) {
    code.emit(
      Load.mem(R3, R7, RECORD.deferredCount, 4), JLe.imm32(R3, index, done),
      Load.mem(R1, R7, RECORD.deferred + index * 4, 4), And.imm(R1, stripe - counterBytes),
      Mov.reg(R2, R8), Add.reg(R2, R1),
      Load.mem(R1, R2, 0, 8), Add.imm(R1, 1), Store.mem(R2, 0, R1, 8),
      Load.mem(R1, R2, 8, 8), Add.reg(R1, R5), Store.mem(R2, 8, R1, 8),
    );
  }
  code.label(done);
}
