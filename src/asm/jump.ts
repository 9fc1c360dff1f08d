/** Control flow: jumps to labels, calls, exit. The label is the last argument. */
import { pattern32, signed32, type Instruction } from './instruction.js';
import { CALL_KIND, CLASS, JUMP, MAY_GOTO, SOURCE } from './opcode.js';
import { R0, type Register } from './register.js';

/** A conditional jump. The plain methods compare 64 bits with a sign-extended constant, those ending in 32 the low halves. */
export class JumpOp {
  constructor(private readonly operation: number) {}

  imm(dst: Register, value: number | bigint, target: string): Instruction {
    return { opcode: CLASS.JMP | SOURCE.K | this.operation, dst, src: R0, offset: 0, constant: signed32(value), target };
  }

  reg(dst: Register, src: Register, target: string): Instruction {
    return { opcode: CLASS.JMP | SOURCE.X | this.operation, dst, src, offset: 0, constant: 0n, target };
  }

  imm32(dst: Register, value: number | bigint, target: string): Instruction {
    return { opcode: CLASS.JMP32 | SOURCE.K | this.operation, dst, src: R0, offset: 0, constant: pattern32(value), target };
  }

  reg32(dst: Register, src: Register, target: string): Instruction {
    return { opcode: CLASS.JMP32 | SOURCE.X | this.operation, dst, src, offset: 0, constant: 0n, target };
  }
}

export const JEq = new JumpOp(JUMP.JEQ);
export const JNe = new JumpOp(JUMP.JNE);
export const JGt = new JumpOp(JUMP.JGT);
export const JGe = new JumpOp(JUMP.JGE);
export const JLt = new JumpOp(JUMP.JLT);
export const JLe = new JumpOp(JUMP.JLE);
/** Taken when dst & operand is not zero. */
export const JSet = new JumpOp(JUMP.JSET);
export const JSGt = new JumpOp(JUMP.JSGT);
export const JSGe = new JumpOp(JUMP.JSGE);
export const JSLt = new JumpOp(JUMP.JSLT);
export const JSLe = new JumpOp(JUMP.JSLE);

/** Unconditional. Reaches 32 bits: far targets become `gotol`. */
export const Ja = {
  label: (target: string): Instruction => ({ opcode: CLASS.JMP | JUMP.JA, dst: R0, src: R0, offset: 0, constant: 0n, target }),
};

/** Falls through until the verifier's budget (8 million) is spent, then jumps: makes a loop end for the verifier (kernel 6.9). */
export const MayGoto = {
  label: (target: string): Instruction =>
    ({ opcode: CLASS.JMP | JUMP.JCOND, dst: R0, src: MAY_GOTO, offset: 0, constant: 0n, target }),
};

export const Call = {
  /** A helper by its number in uapi/linux/bpf.h. */
  helper: (id: number): Instruction => ({ opcode: CLASS.JMP | JUMP.CALL, dst: R0, src: CALL_KIND.HELPER, offset: 0, constant: BigInt(id) }),
  /** A function of the same program, joined by the linker. */
  symbol: (symbol: string): Instruction =>
    ({ opcode: CLASS.JMP | JUMP.CALL, dst: R0, src: CALL_KIND.FUNCTION, offset: 0, constant: -1n, reference: { kind: 'call', symbol } }),
  /** A kernel function; the loader fills in its BTF id. */
  kfunc: (name: string): Instruction =>
    ({ opcode: CLASS.JMP | JUMP.CALL, dst: R0, src: CALL_KIND.KFUNC, offset: 0, constant: 0n, reference: { kind: 'kfunc', name } }),
};

export const Exit = { done: (): Instruction => ({ opcode: CLASS.JMP | JUMP.EXIT, dst: R0, src: R0, offset: 0, constant: 0n }) };
