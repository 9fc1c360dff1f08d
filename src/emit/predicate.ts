/**
 * Predicates as compares and jumps. Every test loads its field from the record anew into R1: the verifier does not follow map
 * memory, so what a branch teaches about the value dies with the register, and paths that meet again look alike to it.
 */
import { Code } from '../asm/code.js';
import { And, Rsh, Sub } from '../asm/alu.js';
import { Ja, JEq, JGe, JGt, JLe, JLt, JNe, JSet } from '../asm/jump.js';
import { Load, LoadImm64 } from '../asm/memory.js';
import type { JumpOp } from '../asm/jump.js';
import { R1, R2, R7 } from '../asm/register.js';
import type { Predicate } from '../ir/predicate.js';
import { FIELD_PLACES, RECORD } from './record.js';

type Test = Extract<Predicate, { kind: 'test' }>;

/** Emits code that jumps to `label` when `predicate` is `wanted`, and falls through when it is not. R7 = record; clobbers R1, R2. */
export function jumpIf(code: Code, predicate: Predicate, wanted: boolean, label: string): void {
  switch (predicate.kind) {
    case 'const':
      if (predicate.value === wanted) code.emit(Ja.label(label));
      return;
    case 'not':
      jumpIf(code, predicate.of, !wanted, label);
      return;
    case 'test':
      jumpIfTest(code, predicate, wanted, label);
      return;
    case 'tcp-option': {
      code.emit(Load.mem(R1, R7, RECORD.tcpOptions + (predicate.option >> 3), 1));
      const bit = 1 << (predicate.option & 7);
      if (wanted) code.emit(JSet.imm32(R1, bit, label));
      else code.emit(And.imm32(R1, bit), JEq.imm32(R1, 0, label));
      return;
    }
    case 'all':
    case 'any':
      jumpIfGroup(code, predicate.of, (predicate.kind === 'any') === wanted, wanted, label);
  }
}

/** `eager`: one part that is `wanted` decides (any wanted true, all wanted false); else all parts must be `wanted`. */
function jumpIfGroup(code: Code, parts: readonly Predicate[], eager: boolean, wanted: boolean, label: string): void {
  if (eager) {
    for (const part of parts) jumpIf(code, part, wanted, label);
    return;
  }
  const skip = code.fresh('skip');
  parts.forEach((part, index) => {
    if (index + 1 < parts.length) jumpIf(code, part, !wanted, skip);
    else jumpIf(code, part, wanted, label);
  });
  if (parts.length === 0) code.emit(Ja.label(label));
  code.label(skip);
}

function jumpIfTest(code: Code, test: Test, wanted: boolean, label: string): void {
  const { offset, width } = FIELD_PLACES[test.field];
  const full = (1n << BigInt(width * 8)) - 1n;
  const mask = (test.mask ?? full) & full;
  if (test.lo > test.hi || test.lo > full) {
    if (!wanted) code.emit(Ja.label(label));
    return;
  }
  const hi = test.hi > full ? full : test.hi;
  code.emit(Load.mem(R1, R7, offset, width));
  if (width === 8) compareWide(code, mask, full, test.lo, hi, wanted, label);
  else compareNarrow(code, mask, full, test.lo, hi, wanted, label);
}

function compareNarrow(code: Code, mask: bigint, full: bigint, lo: bigint, hi: bigint, wanted: boolean, label: string): void {
  if (mask !== full && lo === 0n && hi === 0n && !wanted) {
    code.emit(JSet.imm32(R1, mask, label));
    return;
  }
  if (mask !== full) code.emit(And.imm32(R1, mask));
  if (lo === hi) {
    code.emit((wanted ? JEq : JNe).imm32(R1, lo, label));
  } else if (lo === 0n) {
    code.emit((wanted ? JLe : JGt).imm32(R1, hi, label));
  } else if (hi === full) {
    code.emit((wanted ? JGe : JLt).imm32(R1, lo, label));
  } else {
    code.emit(Sub.imm32(R1, lo), (wanted ? JLe : JGt).imm32(R1, hi - lo, label));
  }
}

/** Bits below the mask's lowest one when the mask reaches to the top bit without a hole, else undefined. */
function topMaskShift(mask: bigint): number | undefined {
  let shift = 0;
  while (shift < 64 && ((mask >> BigInt(shift)) & 1n) === 0n) shift += 1;
  return mask === ((1n << 64n) - 1n) >> BigInt(shift) << BigInt(shift) ? shift : undefined;
}

function compareWide(code: Code, mask: bigint, full: bigint, lo: bigint, hi: bigint, wanted: boolean, label: string): void {
  const shift = mask === full ? 0 : topMaskShift(mask);
  if (lo === hi && shift !== undefined && shift >= 32 && shift < 64) {
    const dropped = (1n << BigInt(shift)) - 1n;
    if ((lo & dropped) !== 0n) {
      if (!wanted) code.emit(Ja.label(label));
      return;
    }
    code.emit(Rsh.imm(R1, shift), (wanted ? JEq : JNe).imm32(R1, lo >> BigInt(shift), label));
    return;
  }
  const against = (operation: JumpOp, value: bigint): void => {
    code.emit(LoadImm64.value(R2, value), operation.reg(R1, R2, label));
  };
  if (mask !== full) code.emit(LoadImm64.value(R2, mask), And.reg(R1, R2));
  if (lo === hi) {
    against(wanted ? JEq : JNe, lo);
  } else {
    code.emit(LoadImm64.value(R2, lo), Sub.reg(R1, R2));
    against(wanted ? JLe : JGt, hi - lo);
  }
}
