/**
 * Arithmetic: the operation is the receiver, the operand kind the method (`Add.imm(R1, 4)`, `And.reg32(R1, R2)`).
 * The plain methods work on 64 bits and sign-extend their constant; those ending in 32 work on the low half and clear the upper.
 */
import { pattern32, signed32, type Instruction } from './instruction.js';
import { ALU, CLASS, SOURCE } from './opcode.js';
import { R0, type Register } from './register.js';

export class AluOp {
  /** `offset` 1 makes DIV and MOD signed. */
  constructor(private readonly operation: number, private readonly offset = 0) {}

  imm(dst: Register, value: number | bigint): Instruction {
    return { opcode: CLASS.ALU64 | SOURCE.K | this.operation, dst, src: R0, offset: this.offset, constant: signed32(value) };
  }

  reg(dst: Register, src: Register): Instruction {
    return { opcode: CLASS.ALU64 | SOURCE.X | this.operation, dst, src, offset: this.offset, constant: 0n };
  }

  imm32(dst: Register, value: number | bigint): Instruction {
    return { opcode: CLASS.ALU | SOURCE.K | this.operation, dst, src: R0, offset: this.offset, constant: pattern32(value) };
  }

  reg32(dst: Register, src: Register): Instruction {
    return { opcode: CLASS.ALU | SOURCE.X | this.operation, dst, src, offset: this.offset, constant: 0n };
  }
}

export const Add = new AluOp(ALU.ADD);
export const Sub = new AluOp(ALU.SUB);
export const Mul = new AluOp(ALU.MUL);
/** Unsigned; division by zero gives 0. */
export const Div = new AluOp(ALU.DIV);
export const SDiv = new AluOp(ALU.DIV, 1);
export const Or = new AluOp(ALU.OR);
export const And = new AluOp(ALU.AND);
export const Lsh = new AluOp(ALU.LSH);
export const Rsh = new AluOp(ALU.RSH);
/** Unsigned; modulo zero leaves dst. */
export const Mod = new AluOp(ALU.MOD);
export const Xor = new AluOp(ALU.XOR);
export const Mov = new AluOp(ALU.MOV);
export const Arsh = new AluOp(ALU.ARSH);

/** dst = -dst. */
export const Neg = {
  reg: (dst: Register): Instruction => ({ opcode: CLASS.ALU64 | ALU.NEG, dst, src: R0, offset: 0, constant: 0n }),
  reg32: (dst: Register): Instruction => ({ opcode: CLASS.ALU | ALU.NEG, dst, src: R0, offset: 0, constant: 0n }),
};

/** dst = sign extension of the low `bits` of src. */
export const MovSx = {
  reg: (dst: Register, src: Register, bits: 8 | 16 | 32): Instruction =>
    ({ opcode: CLASS.ALU64 | SOURCE.X | ALU.MOV, dst, src, offset: bits, constant: 0n }),
  reg32: (dst: Register, src: Register, bits: 8 | 16): Instruction =>
    ({ opcode: CLASS.ALU | SOURCE.X | ALU.MOV, dst, src, offset: bits, constant: 0n }),
};

/** Byte order: to or from little or big endian, truncating to `bits`; Bswap always swaps. */
export const ByteOrder = {
  toLittle: (dst: Register, bits: 16 | 32 | 64): Instruction =>
    ({ opcode: CLASS.ALU | SOURCE.K | ALU.END, dst, src: R0, offset: 0, constant: BigInt(bits) }),
  toBig: (dst: Register, bits: 16 | 32 | 64): Instruction =>
    ({ opcode: CLASS.ALU | SOURCE.X | ALU.END, dst, src: R0, offset: 0, constant: BigInt(bits) }),
  swap: (dst: Register, bits: 16 | 32 | 64): Instruction =>
    ({ opcode: CLASS.ALU64 | SOURCE.K | ALU.END, dst, src: R0, offset: 0, constant: BigInt(bits) }),
};
