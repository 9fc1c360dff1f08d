import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Add, And, Arsh, ByteOrder, Div, Lsh, Mod, Mov, MovSx, Mul, Neg, Or, Rsh, SDiv, Sub, Xor } from './alu.js';
import { assemble } from './assemble.js';
import { Code } from './code.js';
import { disassemble } from './disassemble.js';
import type { Instruction } from './instruction.js';
import { Call, Exit, Ja, JEq, JGe, JGt, JLe, JLt, JNe, JSet, JSGe, JSGt, JSLe, JSLt, MayGoto } from './jump.js';
import { AtomicAdd, AtomicAnd, AtomicCompareExchange, AtomicExchange, AtomicFetchAdd, AtomicOr, AtomicXor, Load, LoadImm64, Store } from './memory.js';
import { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, RFP } from './register.js';

/** Bytes of `instructions` followed by `target: exit`. */
function bytes(...instructions: readonly Instruction[]): Buffer {
  return Buffer.from(assemble('test', new Code().emit(...instructions).label('target').emit(Exit.done())).insns);
}

/** What LLVM's assembler makes of each line of text. */
const RECORDED: ReadonlyMap<string, string> = new Map(
  readFileSync(new URL('encodings.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(';').map((part) => part.trim()) as [string, string]),
);

const same = (pairs: readonly (readonly [Instruction, string])[]): void => {
  for (const [instruction, text] of pairs) {
    const length = (RECORDED.get(text) ?? '').length / 2;
    expect(`${text}: ${bytes(instruction).toString('hex', 0, Math.max(length, 8))}`).toBe(`${text}: ${RECORDED.get(text)}`);
  }
};

describe('encoding, against llvm-mc', () => {
  it('arithmetic', () => {
    same([
      [Add.imm(R1, -4), 'r1 += -4'],
      [Add.reg(R1, R2), 'r1 += r2'],
      [Sub.reg32(R3, R4), 'w3 -= w4'],
      [Mul.imm(R5, 16), 'r5 *= 16'],
      [Div.imm32(R6, 3), 'w6 /= 3'],
      [Or.reg(R7, R8), 'r7 |= r8'],
      [And.imm32(R9, 0xffffff00), 'w9 &= -256'],
      [Lsh.imm(R0, 32), 'r0 <<= 32'],
      [Rsh.reg32(R1, R2), 'w1 >>= w2'],
      [Xor.imm(R3, 1), 'r3 ^= 1'],
      [Mov.reg(R4, RFP), 'r4 = r10'],
      [Mov.imm32(R0, -1), 'w0 = -1'],
      [Mov.reg32(R2, R3), 'w2 = w3'],
      [Arsh.imm(R5, 63), 'r5 s>>= 63'],
      [Arsh.reg32(R5, R1), 'w5 s>>= w1'],
      [Neg.reg(R6), 'r6 = -r6'],
      [Neg.reg32(R6), 'w6 = -w6'],
      [ByteOrder.toBig(R7, 16), 'r7 = be16 r7'],
      [ByteOrder.toBig(R7, 64), 'r7 = be64 r7'],
      [ByteOrder.toLittle(R7, 32), 'r7 = le32 r7'],
    ]);
  });

  it('loads, stores, atomics', () => {
    same([
      [Load.mem(R1, R7, 84, 4), 'r1 = *(u32 *)(r7 + 84)'],
      [Load.mem(R1, R7, 100, 1), 'r1 = *(u8 *)(r7 + 100)'],
      [Load.mem(R2, RFP, -8, 8), 'r2 = *(u64 *)(r10 - 8)'],
      [Load.mem(R2, R6, 88, 2), 'r2 = *(u16 *)(r6 + 88)'],
      [Store.mem(R8, 16, R1, 8), '*(u64 *)(r8 + 16) = r1'],
      [Store.mem(R8, 1, R1, 1), '*(u8 *)(r8 + 1) = r1'],
      [AtomicAdd.mem(R8, 8, R9, 8), 'lock *(u64 *)(r8 + 8) += r9'],
      [AtomicAdd.mem(R8, 8, R9, 4), 'lock *(u32 *)(r8 + 8) += r9'],
      [AtomicOr.mem(R8, 0, R1, 8), 'lock *(u64 *)(r8 + 0) |= r1'],
      [AtomicAnd.mem(R8, 0, R1, 8), 'lock *(u64 *)(r8 + 0) &= r1'],
      [AtomicXor.mem(R8, 0, R1, 8), 'lock *(u64 *)(r8 + 0) ^= r1'],
    ]);
  });

  it('ld_imm64 takes two slots', () => {
    same([[LoadImm64.value(R2, 0xfedcba9876543210n), 'r2 = 0xfedcba9876543210 ll']]);
  });

  it('jumps and calls', () => {
    const texts: readonly (readonly [(target: string) => Instruction, string])[] = [
      [(t) => JEq.imm(R1, -1, t), 'if r1 == -1 goto +0'],
      [(t) => JNe.reg(R1, R2, t), 'if r1 != r2 goto +0'],
      [(t) => JGt.imm32(R1, 0xfffffff0, t), 'if w1 > -16 goto +0'],
      [(t) => JGe.reg32(R1, R2, t), 'if w1 >= w2 goto +0'],
      [(t) => JLt.imm(R1, 5, t), 'if r1 < 5 goto +0'],
      [(t) => JLe.imm(R1, 5, t), 'if r1 <= 5 goto +0'],
      [(t) => JSGt.imm(R1, 5, t), 'if r1 s> 5 goto +0'],
      [(t) => JSGe.imm32(R1, 5, t), 'if w1 s>= 5 goto +0'],
      [(t) => JSLt.reg(R1, R9, t), 'if r1 s< r9 goto +0'],
      [(t) => JSLe.reg32(R1, R9, t), 'if w1 s<= w9 goto +0'],
    ];
    same(texts.map(([make, text]) => [make('target'), text]));
    same([[Call.helper(8), 'call 8'], [Exit.done(), 'exit']]);
  });

  it('has the forms newer than this llvm', () => {
    expect(bytes(JSet.imm32(R1, 2, 'target')).toString('hex', 0, 8)).toBe('4601000002000000');
    expect(bytes(MayGoto.label('target')).toString('hex', 0, 8)).toBe('e500000000000000');
    expect(bytes(ByteOrder.swap(R1, 64)).toString('hex', 0, 8)).toBe('d701000040000000');
    expect(bytes(MovSx.reg(R1, R2, 8)).toString('hex', 0, 8)).toBe('bf21080000000000');
    expect(bytes(SDiv.imm(R1, 2)).toString('hex', 0, 8)).toBe('3701010002000000');
    expect(bytes(Mod.imm(R1, 2)).toString('hex', 0, 8)).toBe('9701000002000000');
    expect(bytes(Load.memSx(R1, R2, 0, 4)).toString('hex', 0, 8)).toBe('8121000000000000');
    expect(bytes(Store.imm(R7, 116, 1, 1)).toString('hex', 0, 8)).toBe('7207740001000000');
    expect(bytes(AtomicFetchAdd.mem(R8, 8, R9, 8)).toString('hex', 0, 8)).toBe('db98080001000000');
    expect(bytes(AtomicExchange.mem(R8, 8, R9, 8)).toString('hex', 0, 8)).toBe('db980800e1000000');
    expect(bytes(AtomicCompareExchange.mem(R8, 8, R9, 4)).toString('hex', 0, 8)).toBe('c3980800f1000000');
    expect(bytes(Call.kfunc('bpf_cast_to_kern_ctx')).toString('hex', 0, 8)).toBe('8520000000000000');
  });

  it('refuses operands that do not fit', () => {
    expect(() => Add.imm(R1, 0x80000000)).toThrow(RangeError);
    expect(() => And.imm32(R1, 0x1_0000_0000)).toThrow(RangeError);
    expect(() => Load.mem(R1, R2, 32768, 4)).toThrow(RangeError);
    expect(() => JEq.imm(R1, 0xffffffffn, 'x')).toThrow(RangeError);
  });
});

/** A jump over `count` instructions that cannot be dropped. */
function over(jump: Instruction, count: number): Code {
  const code = new Code().emit(jump);
  for (let index = 0; index < count; index += 1) code.emit(Mov.imm(R0, index));
  return code.emit(Exit.done()).label('far').emit(Mov.imm(R0, 7), Exit.done());
}

const head = (code: Code, lines: number): string[] => disassemble(assemble('far', code)).split('\n').slice(0, lines).map((line) => line.slice(7));

describe('far jumps', () => {
  it('reach 10000 slots directly: room for what the kernel adds', () => {
    expect(head(over(JEq.imm(R1, 0, 'far'), 9_999), 1)).toEqual(['if r1 == 0 -> 10001']);
  });

  it('invert a compare over gotol', () => {
    expect(head(over(JEq.imm(R1, 0, 'far'), 10_000), 2)).toEqual(['if r1 != 0 -> 2', 'gotol -> 10003']);
    expect(head(over(JSGt.reg32(R1, R2, 'far'), 40000), 2)).toEqual(['if w1 s<= w2 -> 2', 'gotol -> 40003']);
  });

  it('jump twice where there is no inverse', () => {
    expect(head(over(JSet.imm(R1, 4, 'far'), 40000), 3)).toEqual(['if r1 & 4 -> 2', 'goto -> 3', 'gotol -> 40004']);
    expect(head(over(MayGoto.label('far'), 40000), 3)).toEqual(['may_goto -> 2', 'goto -> 3', 'gotol -> 40004']);
  });

  it('make an unconditional jump gotol', () => {
    const code = new Code().emit(JEq.imm(R1, 0, 'near'), Ja.label('far')).label('near');
    for (let index = 0; index < 40000; index += 1) code.emit(Mov.imm(R0, index));
    expect(head(code.emit(Exit.done()).label('far').emit(Mov.imm(R0, 7), Exit.done()), 2)).toEqual(['if r1 == 0 -> 2', 'gotol -> 40003']);
  });

  it('reach back as well', () => {
    const code = new Code().label('back').emit(Mov.imm(R1, 0));
    for (let index = 0; index < 40000; index += 1) code.emit(Mov.imm(R0, index));
    const text = disassemble(assemble('back', code.emit(MayGoto.label('out'), JNe.imm(R1, 1, 'back')).label('out').emit(Exit.done())));
    expect(text).toContain('40002: if r1 == 1 -> 40004');
    expect(text).toContain('40003: gotol -> 0');
  });
});

describe('tidying', () => {
  it('drops what nothing reaches, threads jumps, drops jumps to the next instruction', () => {
    const code = new Code()
      .emit(JEq.imm(R1, 0, 'a'), Ja.label('b'))
      .origin('dead').emit(Mov.imm(R0, 99))
      .label('a').origin('a').emit(Ja.label('c'))
      .label('b').origin('b').emit(Mov.imm(R0, 1))
      .label('c').origin('c').emit(Exit.done());
    expect(disassemble(assemble('tidy', code))).toBe('    0: if r1 == 0 -> 2\n; b\n    1: r0 = 1\n; c\n    2: exit\n');
  });

  it('names undefined and doubled labels', () => {
    expect(() => assemble('x', new Code().emit(Ja.label('nowhere')))).toThrow('label nowhere is not defined');
    expect(() => assemble('x', new Code().label('a').label('a').emit(Exit.done()))).toThrow('label a is defined twice');
  });
});

describe('relocations and origins', () => {
  it('stand at the slot of their instruction', () => {
    const unit = assemble('r', new Code().origin('first').emit(LoadImm64.value(R1, 1)).origin('second').emit(LoadImm64.map(R2, 'm'), Call.symbol('f'), Exit.done()));
    expect(unit.relocations).toEqual([{ insn: 2, kind: 'map', map: 'm' }, { insn: 4, kind: 'call', symbol: 'f' }]);
    expect(unit.origins).toEqual([{ insn: 0, text: 'first' }, { insn: 2, text: 'second' }]);
  });
});
