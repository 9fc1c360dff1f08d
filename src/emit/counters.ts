/**
 * Rule and policy counters: map `counters`, an ARRAY of one value = a stripe per possible CPU, a stripe = 16 bytes {packets, bytes}
 * (u64 each) per slot, slots rounded up to a power of two. A program finds its CPU's stripe once; a slot is then at a constant offset.
 */
import type { Code } from '../asm/code.js';
import { Add, And, Mov, Mul } from '../asm/alu.js';
import { Call, JGe } from '../asm/jump.js';
import { AtomicAdd, Load, LoadImm64, Store } from '../asm/memory.js';
import { R0, R1, R2, R5, R7, R8, R9, type Register } from '../asm/register.js';
import { emitDefer } from './deferred.js';
import { emitNote } from './fragments.js';
import { FIELD_PLACES } from './record.js';
import type { MapSpec } from './spec.js';

export const COUNTER_BYTES = 16;
const GET_SMP_PROCESSOR_ID = 8;

/** Bytes of one CPU's stripe. */
export function stripeBytes(slots: number): number {
  let rounded = 1;
  while (rounded < slots) rounded *= 2;
  return rounded * COUNTER_BYTES;
}

/** @param cpus possible CPUs (highest id + 1). */
export function countersMap(slots: number, cpus: number): MapSpec {
  return { name: 'counters', type: 'array', keySize: 4, valueSize: cpus * stripeBytes(slots), maxEntries: 1, flags: 0, scope: 'generation' };
}

/** R8 = address of this CPU's stripe; jumps to `fault` on a CPU the map has no stripe for. Clobbers R0-R5. */
export function emitStripe(code: Code, slots: number, cpus: number, fault: string): void {
  code.emit(
    Call.helper(GET_SMP_PROCESSOR_ID),
    JGe.imm(R0, cpus, fault),
    Mul.imm(R0, stripeBytes(slots)),
    LoadImm64.mapValue(R8, 'counters'),
    Add.reg(R8, R0),
  );
}

/**
 * How a rule counts: `plain`; `atomic` where a softirq may come between load and store (netfilter hooks run in process context); `deferred`
 * where only packets that are dropped here count at all (deferred.ts); `noted` where the slots are kept besides, for the rest of
 * a datagram in fragments (fragments.ts).
 */
export type Counting = 'plain' | 'atomic' | 'deferred' | 'noted';

/** The two sums at `base` + `offset`. Clobbers R1. */
function emitAdd(code: Code, base: Register, offset: number, length: Register, counting: Counting): void {
  if (counting === 'atomic') {
    code.emit(Mov.imm(R1, 1), AtomicAdd.mem(base, offset, R1, 8), AtomicAdd.mem(base, offset + 8, length, 8));
    return;
  }
  code.emit(
    Load.mem(R1, base, offset, 8),
    Add.imm(R1, 1),
    Store.mem(base, offset, R1, 8),
    Load.mem(R1, base, offset + 8, 8),
    Add.reg(R1, length),
    Store.mem(base, offset + 8, R1, 8),
  );
}

/** Counts the packet: packets + 1, bytes + R9 (its layer-3 length). R7 = record, R8 = stripe; clobbers R1, R2, R5. */
export function emitCount(code: Code, slot: number, counting: Counting): void {
  if (counting === 'deferred') {
    code.emit(Mov.imm(R1, slot * COUNTER_BYTES));
    emitDefer(code);
    return;
  }
  if (counting === 'noted') {
    code.emit(Mov.imm(R1, slot * COUNTER_BYTES));
    emitNote(code);
  }
  let base: Register = R8;
  let offset = slot * COUNTER_BYTES;
  if (offset + 8 > 32767) {
    code.emit(Mov.reg(R2, R8), Add.imm(R2, offset));
    base = R2;
    offset = 0;
  }
  emitAdd(code, base, offset, R9, counting);
}

/**
 * The same for a slot known at run time only. R1 = byte offset of the slot in the stripe, R7 = record, R8 = stripe; clobbers R1, R2, R5.
 * @param stripe bytes of a stripe.
 */
export function emitCountAt(code: Code, stripe: number, counting: Counting): void {
  if (counting === 'deferred') {
    emitDefer(code);
    return;
  }
  if (counting === 'noted') emitNote(code);
  code.emit(And.imm(R1, stripe - COUNTER_BYTES), Mov.reg(R2, R8), Add.reg(R2, R1), Load.mem(R5, R7, FIELD_PLACES.length.offset, 4));
  emitAdd(code, R2, 0, R5, counting);
}
