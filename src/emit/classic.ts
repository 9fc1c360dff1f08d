/**
 * `-m bpf --bytecode` compiled: the classic BPF programs of a ruleset as one function `u32 classic(ctx, record, number)`, which runs the program of
 * that number and returns whether it returned anything but 0. Rules say the number as a constant, so the verifier follows one program at a call.
 *
 * A is R8, X is R9, R6 = context, R7 = record. A packet load is a call of bpf/seen_load.c. Branches compare what was stored in the record and read again, and the
 * words of memory lie there too: so the verifier learns nothing that would keep paths apart, and follows each instruction once
 * whatever the number of ways to it. Semantics of the instructions: Documentation/networking/filter.rst.
 */
import { Add, And, Div, Lsh, Mod, Mov, Mul, Neg, Or, Rsh, Sub, Xor, type AluOp } from '../asm/alu.js';
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { Call, Exit, Ja, JEq, JGe, JGt, JLe, JLt, JNe, JSet, JSLt, type JumpOp } from '../asm/jump.js';
import { Load, Store } from '../asm/memory.js';
import { R0, R1, R2, R3, R4, R6, R7, R8, R9, type Register } from '../asm/register.js';
import { InternalFault } from '../errors/errors.js';
import { ASKS, CLASS, MODE, PROTOCOL, SIZES, X, programOf, programText, type ClassicInstruction } from '../ir/classic.js';
import type { CodeUnit } from '../link/code-unit.js';
import { FIELD_PLACES, RECORD } from './record.js';
import type { Family } from './hook.js';
import { emitDispatch } from './walk/dispatch.js';

/** The function at hooks whose context is an sk_buff, and at XDP. */
export const CLASSIC = { skb: 'classic', xdp: 'classic_xdp' } as const;
const SEEN_LOAD = { skb: 'seen_load', xdp: 'seen_load_xdp' } as const;

const MATCH = 'match';
const MISS = 'miss';

const A = R8;

const ALU: Readonly<Record<number, AluOp>> = { 0x00: Add, 0x10: Sub, 0x20: Mul, 0x30: Div, 0x40: Or, 0x50: And, 0x60: Lsh, 0x70: Rsh, 0x90: Mod, 0xa0: Xor };
const NEG = 0x80;
const MAY_DIVIDE_BY_0: ReadonlySet<number> = new Set([0x30, 0x90]);
const COMPARES: Readonly<Record<number, { readonly holds: JumpOp; readonly fails?: JumpOp }>> = {
  0x10: { holds: JEq, fails: JNe },
  0x20: { holds: JGt, fails: JLe },
  0x30: { holds: JGe, fails: JLt },
  0x40: { holds: JSet },
};

/** What the code of a program needs to know of where it stands. */
interface Place {
  readonly family: Family;
  readonly load: string;
  /** The label of an instruction. */
  readonly at: (index: number) => string;
}

/** `to` = the number in `from`, of which the verifier then knows nothing. */
function forget(code: Code, to: Register, from: Register, word = 0): void {
  const offset = RECORD.scratch + 4 * word;
  code.emit(Store.mem(R7, offset, from, 4), Load.mem(to, R7, offset, 4));
}

/** R0 = `size` bytes of the packet at the offset in R3; ends the program where they are not there. */
function emitPacketLoad(code: Code, place: Place, size: number): void {
  code.emit(Mov.reg(R1, R6), Mov.reg(R2, R7), Mov.imm32(R4, size), Call.symbol(place.load), JSLt.imm(R0, 0, MISS));
}

function emitLoad(code: Code, instruction: ClassicInstruction, place: Place): void {
  const { code: operation, k } = instruction;
  const mode = operation & 0xe0;
  const to = (operation & 7) === CLASS.ld ? A : R9;
  if (mode === MODE.imm) code.emit(Mov.imm32(to, k));
  else if (mode === MODE.len) code.emit(Load.mem(to, R7, FIELD_PLACES.length.offset, 4));
  else if (mode === MODE.mem) code.emit(Load.mem(to, R7, RECORD.memory + 4 * k, 4));
  else if (mode === MODE.abs && k === ASKS.protocol) code.emit(Mov.imm32(to, PROTOCOL[place.family]));
  else if (mode === MODE.abs && k === ASKS.mark) code.emit(Load.mem(to, R7, FIELD_PLACES.mark.offset, 4));
  else if (mode === MODE.abs && k === ASKS.xor) code.emit(Xor.reg32(A, R9));
  else {
    if (mode === MODE.ind) {
      code.emit(Mov.reg32(R3, R9), Add.imm32(R3, k));
      forget(code, R3, R3);
    } else code.emit(Mov.imm32(R3, k));
    emitPacketLoad(code, place, mode === MODE.msh ? 1 : SIZES[operation & 0x18]!);
    code.emit(Mov.reg32(to, R0));
    if (mode === MODE.msh) code.emit(And.imm32(to, 15), Lsh.imm32(to, 2));
  }
}

function emitCalculation(code: Code, { code: operation, k }: ClassicInstruction): void {
  const kind = operation & 0xf0;
  if (kind === NEG) {
    code.emit(Neg.reg32(A));
    return;
  }
  const alu = ALU[kind];
  if (alu === undefined) throw new InternalFault(`emitting the unknown classic instruction ${operation}`);
  if ((operation & X) === 0) {
    code.emit(alu.imm32(A, k));
    return;
  }
  if (MAY_DIVIDE_BY_0.has(kind)) {
    forget(code, R1, R9);
    code.emit(JEq.imm32(R1, 0, MISS));
  }
  code.emit(alu.reg32(A, R9));
}

function emitJump(code: Code, { code: operation, jt, jf, k }: ClassicInstruction, index: number, place: Place): void {
  if (operation === CLASS.jmp) {
    code.emit(Ja.label(place.at(index + 1 + k)));
    return;
  }
  const compare = COMPARES[operation & 0xf0];
  if (compare === undefined) throw new InternalFault(`emitting the unknown classic instruction ${operation}`);
  // What goes on with the next instruction falls through.
  const [jump, there, behind] = jt === 0 && compare.fails !== undefined ? [compare.fails, jf, jt] : [compare.holds, jt, jf];
  forget(code, R1, A);
  if (operation & X) {
    forget(code, R2, R9, 1);
    code.emit(jump.reg32(R1, R2, place.at(index + 1 + there)));
  } else code.emit(jump.imm32(R1, k, place.at(index + 1 + there)));
  code.emit(Ja.label(place.at(index + 1 + behind)));
}

function emitReturn(code: Code, { code: operation, k }: ClassicInstruction): void {
  if ((operation & 0x10) === 0) {
    code.emit(Ja.label(k === 0 ? MISS : MATCH));
    return;
  }
  forget(code, R1, A);
  code.emit(JNe.imm32(R1, 0, MATCH), Ja.label(MISS));
}

function emitInstruction(code: Code, instruction: ClassicInstruction, index: number, place: Place): void {
  const { code: operation, k } = instruction;
  const kind = operation & 7;
  if (kind === CLASS.ld || kind === CLASS.ldx) emitLoad(code, instruction, place);
  else if (kind === CLASS.st || kind === CLASS.stx) code.emit(Store.mem(R7, RECORD.memory + 4 * k, kind === CLASS.st ? A : R9, 4));
  else if (kind === CLASS.alu) emitCalculation(code, instruction);
  else if (kind === CLASS.jmp) emitJump(code, instruction, index, place);
  else if (kind === CLASS.ret) emitReturn(code, instruction);
  else if (operation & 0x80) code.emit(Mov.reg32(A, R9));
  else code.emit(Mov.reg32(R9, A));
}

/** @param stubs the programs by their numbers, each as classicStub() names it; one at least. */
export function emitClassic(stubs: readonly string[], family: Family, context: keyof typeof CLASSIC): CodeUnit {
  const code = new Code();
  code.origin('-m bpf').emit(Mov.reg(R6, R1), Mov.reg(R7, R2), Mov.imm32(A, 0), Mov.imm32(R9, 0));
  const label = (number: number, index: number): string => `program${number}.${index}`;
  emitDispatch(code, R3, stubs.map((_, number) => label(number, 0)));
  stubs.forEach((stub, number) => {
    const program = programOf(stub);
    const place: Place = { family, load: SEEN_LOAD[context], at: (index) => label(number, index) };
    code.label(place.at(0)).origin(`-m bpf --bytecode "${program.length},${programText(program)}"`);
    program.forEach((instruction, index) => {
      if (index > 0) code.label(place.at(index));
      emitInstruction(code, instruction, index, place);
    });
  });
  code.label(MATCH).emit(Mov.imm32(R0, 1), Exit.done());
  code.label(MISS).emit(Mov.imm32(R0, 0), Exit.done());
  return assemble(CLASSIC[context], code);
}
