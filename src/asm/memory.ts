/** Loads, stores, atomics and wide constants. Widths are in bytes, offsets in bytes from the base register. */
import { offset16, signed32, type Instruction } from './instruction.js';
import { ATOMIC, CLASS, LD_IMM64, MODE, PSEUDO, sizeBits, type Width } from './opcode.js';
import { R0, type Register } from './register.js';

export const Load = {
  /** dst = *(base + offset), zero-extended. */
  mem: (dst: Register, base: Register, offset: number, width: Width): Instruction =>
    ({ opcode: CLASS.LDX | MODE.MEM | sizeBits(width), dst, src: base, offset: offset16(offset), constant: 0n }),
  /** dst = *(base + offset), sign-extended. */
  memSx: (dst: Register, base: Register, offset: number, width: 1 | 2 | 4): Instruction =>
    ({ opcode: CLASS.LDX | MODE.MEMSX | sizeBits(width), dst, src: base, offset: offset16(offset), constant: 0n }),
};

export const Store = {
  /** *(base + offset) = src. */
  mem: (base: Register, offset: number, src: Register, width: Width): Instruction =>
    ({ opcode: CLASS.STX | MODE.MEM | sizeBits(width), dst: base, src, offset: offset16(offset), constant: 0n }),
  /** *(base + offset) = value, sign-extended for 8 bytes. */
  imm: (base: Register, offset: number, value: number | bigint, width: Width): Instruction =>
    ({ opcode: CLASS.ST | MODE.MEM | sizeBits(width), dst: base, src: R0, offset: offset16(offset), constant: signed32(value) }),
};

function atomic(operation: number): { mem(base: Register, offset: number, src: Register, width: 4 | 8): Instruction } {
  return {
    mem: (base, offset, src, width) =>
      ({ opcode: CLASS.STX | MODE.ATOMIC | sizeBits(width), dst: base, src, offset: offset16(offset), constant: BigInt(operation) }),
  };
}

export const AtomicAdd = atomic(ATOMIC.ADD);
export const AtomicOr = atomic(ATOMIC.OR);
export const AtomicAnd = atomic(ATOMIC.AND);
export const AtomicXor = atomic(ATOMIC.XOR);
/** src gets the value before. */
export const AtomicFetchAdd = atomic(ATOMIC.ADD | ATOMIC.FETCH);
export const AtomicExchange = atomic(ATOMIC.XCHG);
/** Compares with R0, R0 gets the value before. */
export const AtomicCompareExchange = atomic(ATOMIC.CMPXCHG);

/** 64-bit constants: two instruction slots each. */
export const LoadImm64 = {
  value: (dst: Register, value: number | bigint): Instruction =>
    ({ opcode: LD_IMM64, dst, src: PSEUDO.NONE, offset: 0, constant: BigInt.asUintN(64, BigInt(value)) }),
  /** The map itself, as helpers want it. */
  map: (dst: Register, map: string): Instruction =>
    ({ opcode: LD_IMM64, dst, src: PSEUDO.MAP_FD, offset: 0, constant: 0n, reference: { kind: 'map', map } }),
  /** Address of an array map's first value plus `offset`. */
  mapValue: (dst: Register, map: string, offset = 0): Instruction =>
    ({ opcode: LD_IMM64, dst, src: PSEUDO.MAP_VALUE, offset: 0, constant: 0n, reference: { kind: 'map-value', map, offset } }),
  /** Byte offset of a member in the running kernel's struct. */
  fieldOffset: (dst: Register, struct: string, field: string): Instruction =>
    ({ opcode: LD_IMM64, dst, src: PSEUDO.NONE, offset: 0, constant: 0n, reference: { kind: 'field-offset', struct, field } }),
};
