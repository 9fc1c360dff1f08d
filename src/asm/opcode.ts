/** The numbers of the eBPF instruction set (RFC 9669): an opcode is class | (source | operation) or class | size | mode. */

export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;

/** Operand kind of ALU and JMP: the 32-bit constant or the source register. */
export const SOURCE = { K: 0x00, X: 0x08 } as const;

export const ALU = {
  ADD: 0x00, SUB: 0x10, MUL: 0x20, DIV: 0x30, OR: 0x40, AND: 0x50, LSH: 0x60, RSH: 0x70,
  NEG: 0x80, MOD: 0x90, XOR: 0xa0, MOV: 0xb0, ARSH: 0xc0, END: 0xd0,
} as const;

export const JUMP = {
  JA: 0x00, JEQ: 0x10, JGT: 0x20, JGE: 0x30, JSET: 0x40, JNE: 0x50, JSGT: 0x60, JSGE: 0x70,
  CALL: 0x80, EXIT: 0x90, JLT: 0xa0, JLE: 0xb0, JSLT: 0xc0, JSLE: 0xd0, JCOND: 0xe0,
} as const;

export const MODE = { IMM: 0x00, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;

/** Access width by its bits in the opcode. */
export const SIZE = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;

/** Access width in bytes. */
export type Width = 1 | 2 | 4 | 8;

/** Opcode bits of a width in bytes. */
export function sizeBits(width: Width): number {
  return { 1: SIZE.B, 2: SIZE.H, 4: SIZE.W, 8: SIZE.DW }[width];
}

/** Width in bytes of an opcode's size bits. */
export function widthOf(opcode: number): Width {
  return ({ [SIZE.B]: 1, [SIZE.H]: 2, [SIZE.W]: 4, [SIZE.DW]: 8 } as const)[(opcode & 0x18) as 0 | 8 | 16 | 24];
}

/** Operations of STX|ATOMIC, in the constant. */
export const ATOMIC = { ADD: 0x00, OR: 0x40, AND: 0x50, XOR: 0xa0, FETCH: 0x01, XCHG: 0xe1, CMPXCHG: 0xf1 } as const;

/** Source register of a CALL: a helper by number, another function of the program, a kernel function by BTF id. */
export const CALL_KIND = { HELPER: 0, FUNCTION: 1, KFUNC: 2 } as const;

/** Source register of ld_imm64. */
export const PSEUDO = { NONE: 0, MAP_FD: 1, MAP_VALUE: 2 } as const;

/** Source register of JCOND. */
export const MAY_GOTO = 0;

export const LD_IMM64 = CLASS.LD | SIZE.DW | MODE.IMM;
