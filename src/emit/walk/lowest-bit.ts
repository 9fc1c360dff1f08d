/** The number of the lowest set bit of a 64-bit word, by multiplication and a table of 64 bytes at the start of a map's value. */
import { Add, And, Mov, Mul, Neg, Rsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import type { Register } from '../../asm/register.js';

/** (x & -x) * DE_BRUIJN >> 58 indexes the table. */
export const DE_BRUIJN = 0x03f79d71b4cb0a89n;

export const LOWEST_BIT_BYTES = 64;

/** Writes the table at the start of `bytes`. */
export function writeLowestBits(bytes: Uint8Array): void {
  for (let bit = 0n; bit < 64n; bit += 1n) bytes[Number(BigInt.asUintN(64, DE_BRUIJN << bit) >> 58n)] = Number(bit);
}

/** result = number of the lowest set bit of `word`, which is not zero and stays. Clobbers scratch. @param map that starts with the table */
export function emitLowestBit(code: Code, map: string, word: Register, result: Register, scratch: Register): void {
  code.emit(
    Mov.reg(result, word), Neg.reg(result), And.reg(result, word),
    LoadImm64.value(scratch, DE_BRUIJN), Mul.reg(result, scratch), Rsh.imm(result, 58),
    LoadImm64.mapValue(scratch, map), Add.reg(scratch, result), Load.mem(result, scratch, 0, 1),
  );
}
