/** One instruction before its labels and symbols are resolved. */
import type { Register } from './register.js';

/** What the assembler cannot know: filled in by the linker (call) or the loader (the others). */
export type Reference =
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'map-value'; readonly map: string; readonly offset: number }
  | { readonly kind: 'kfunc'; readonly name: string }
  | { readonly kind: 'field-offset'; readonly struct: string; readonly field: string }
  | { readonly kind: 'call'; readonly symbol: string };

export interface Instruction {
  readonly opcode: number;
  readonly dst: Register;
  /** A register, or one of the pseudo source numbers of ld_imm64, CALL and JCOND. */
  readonly src: Register;
  readonly offset: number;
  /** 64 bits for ld_imm64 (two slots), else 32 bits, signed. */
  readonly constant: bigint;
  /** Label of a jump. */
  readonly target?: string;
  readonly reference?: Reference;
}

const MIN_32 = -(1n << 31n);
const MAX_32 = (1n << 31n) - 1n;

/**
 * A constant that a 64-bit operation sign-extends from 32 bits.
 * @throws RangeError where it does not fit: load it with LoadImm64 first.
 */
export function signed32(value: number | bigint): bigint {
  const wide = BigInt(value);
  if (wide < MIN_32 || wide > MAX_32) throw new RangeError(`constant ${wide} does not fit a sign-extended 32-bit operand`);
  return wide;
}

/**
 * A constant of a 32-bit operation: any 32-bit pattern, given signed or unsigned.
 * @throws RangeError outside of both.
 */
export function pattern32(value: number | bigint): bigint {
  const wide = BigInt(value);
  if (wide < MIN_32 || wide > 0xffff_ffffn) throw new RangeError(`constant ${wide} does not fit 32 bits`);
  return BigInt.asIntN(32, wide);
}

/** @throws RangeError outside of -32768..32767. */
export function offset16(value: number): number {
  if (!Number.isInteger(value) || value < -32768 || value > 32767) throw new RangeError(`offset ${value} does not fit 16 bits`);
  return value;
}
