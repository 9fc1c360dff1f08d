/** Bytes to text: one line an instruction, in the assembly dialect of clang and bpftool, for goldens and verifier complaints. */
import type { CodeUnit } from '../link/code-unit.js';
import { ALU, ATOMIC, CALL_KIND, CLASS, JUMP, LD_IMM64, MODE, SOURCE, widthOf, type Width } from './opcode.js';

interface Slot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly constant: number;
}

const TYPE: Readonly<Record<Width, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' };

const ALU_SIGN: ReadonlyMap<number, string> = new Map([
  [ALU.ADD, '+='], [ALU.SUB, '-='], [ALU.MUL, '*='], [ALU.DIV, '/='], [ALU.OR, '|='], [ALU.AND, '&='],
  [ALU.LSH, '<<='], [ALU.RSH, '>>='], [ALU.MOD, '%='], [ALU.XOR, '^='], [ALU.MOV, '='], [ALU.ARSH, 's>>='],
]);

const JUMP_SIGN: ReadonlyMap<number, string> = new Map([
  [JUMP.JEQ, '=='], [JUMP.JGT, '>'], [JUMP.JGE, '>='], [JUMP.JSET, '&'], [JUMP.JNE, '!='], [JUMP.JSGT, 's>'],
  [JUMP.JSGE, 's>='], [JUMP.JLT, '<'], [JUMP.JLE, '<='], [JUMP.JSLT, 's<'], [JUMP.JSLE, 's<='],
]);

const ATOMIC_NAME: ReadonlyMap<number, string> = new Map([
  [ATOMIC.ADD, 'add'], [ATOMIC.OR, 'or'], [ATOMIC.AND, 'and'], [ATOMIC.XOR, 'xor'], [ATOMIC.ADD | ATOMIC.FETCH, 'fetch_add'],
  [ATOMIC.OR | ATOMIC.FETCH, 'fetch_or'], [ATOMIC.AND | ATOMIC.FETCH, 'fetch_and'], [ATOMIC.XOR | ATOMIC.FETCH, 'fetch_xor'],
  [ATOMIC.XCHG, 'xchg'], [ATOMIC.CMPXCHG, 'cmpxchg'],
]);

function slotAt(view: DataView, index: number): Slot {
  const at = index * 8;
  const registers = view.getUint8(at + 1);
  return {
    opcode: view.getUint8(at),
    dst: registers & 15,
    src: registers >> 4,
    offset: view.getInt16(at + 2, true),
    constant: view.getInt32(at + 4, true),
  };
}

const signed = (value: number): string => (value < 0 ? `- ${-value}` : `+ ${value}`);

function alu(slot: Slot): string {
  const wide = (slot.opcode & 7) === CLASS.ALU64;
  const letter = wide ? 'r' : 'w';
  const operation = slot.opcode & 0xf0;
  const isRegister = (slot.opcode & SOURCE.X) !== 0;
  const dst = `${letter}${slot.dst}`;
  if (operation === ALU.NEG) return `${dst} = -${dst}`;
  if (operation === ALU.END) return `r${slot.dst} = ${wide ? 'bswap' : isRegister ? 'be' : 'le'}${slot.constant} r${slot.dst}`;
  const operand = isRegister ? `${letter}${slot.src}` : String(slot.constant);
  if (operation === ALU.MOV && slot.offset !== 0) return `${dst} = (s${slot.offset})${operand}`;
  const sign = ALU_SIGN.get(operation) ?? '?=';
  const isSigned = slot.offset === 1 && (operation === ALU.DIV || operation === ALU.MOD);
  return `${dst} ${isSigned ? 's' : ''}${sign} ${operand}`;
}

function jump(slot: Slot, index: number): string {
  const narrow = (slot.opcode & 7) === CLASS.JMP32;
  const operation = slot.opcode & 0xf0;
  if (operation === JUMP.EXIT) return 'exit';
  if (operation === JUMP.CALL) {
    if (slot.src === CALL_KIND.FUNCTION) return `call pc ${signed(slot.constant)}`;
    return slot.src === CALL_KIND.KFUNC ? `call kfunc ${slot.constant}` : `call ${slot.constant}`;
  }
  const target = `-> ${index + 1 + (narrow && operation === JUMP.JA ? slot.constant : slot.offset)}`;
  if (operation === JUMP.JA) return `${narrow ? 'gotol' : 'goto'} ${target}`;
  if (operation === JUMP.JCOND) return `may_goto ${target}`;
  const letter = narrow ? 'w' : 'r';
  const operand = (slot.opcode & SOURCE.X) !== 0 ? `${letter}${slot.src}` : String(slot.constant);
  return `if ${letter}${slot.dst} ${JUMP_SIGN.get(operation) ?? '?'} ${operand} ${target}`;
}

function memory(slot: Slot): string {
  const kind = slot.opcode & 7;
  const type = TYPE[widthOf(slot.opcode)];
  const mode = slot.opcode & 0xe0;
  if (kind === CLASS.LDX) {
    return `r${slot.dst} = *(${mode === MODE.MEMSX ? type.replace('u', 's') : type} *)(r${slot.src} ${signed(slot.offset)})`;
  }
  const place = `(${type} *)(r${slot.dst} ${signed(slot.offset)})`;
  if (kind === CLASS.ST) return `*${place} = ${slot.constant}`;
  if (mode === MODE.ATOMIC) return `atomic_${ATOMIC_NAME.get(slot.constant) ?? '?'} ${place}, r${slot.src}`;
  return `*${place} = r${slot.src}`;
}

/** Text of one instruction; jump targets are slot numbers. `next` is the second slot of ld_imm64. */
function text(slot: Slot, index: number, next: Slot | undefined): string {
  if (slot.opcode === LD_IMM64) {
    const value = (BigInt.asUintN(32, BigInt(next?.constant ?? 0)) << 32n) | BigInt.asUintN(32, BigInt(slot.constant));
    return `r${slot.dst} = 0x${value.toString(16)} ll`;
  }
  const kind = slot.opcode & 7;
  if (kind === CLASS.ALU || kind === CLASS.ALU64) return alu(slot);
  if (kind === CLASS.JMP || kind === CLASS.JMP32) return jump(slot, index);
  if (kind === CLASS.LD) return `.byte 0x${slot.opcode.toString(16)}`;
  return memory(slot);
}

function comment(relocation: CodeUnit['relocations'][number]): string {
  switch (relocation.kind) {
    case 'map': return `map ${relocation.map}`;
    case 'map-value': return `value of ${relocation.map} + ${relocation.offset}`;
    case 'kfunc': return `kfunc ${relocation.name}`;
    case 'field-offset': return `offset of ${relocation.struct}.${relocation.field}`;
    case 'call': return relocation.symbol;
  }
}

/**
 * A printed listing: `SLOT: TEXT`, relocations behind `;`, origins on lines of their own.
 * @param unit any code with its relocations and origins (a CodeUnit or a ProgSpec).
 */
export function disassemble(unit: Pick<CodeUnit, 'insns' | 'relocations' | 'origins'>): string {
  const view = new DataView(unit.insns.buffer, unit.insns.byteOffset, unit.insns.byteLength);
  const count = unit.insns.byteLength / 8;
  const comments = new Map(unit.relocations.map((relocation) => [relocation.insn, comment(relocation)]));
  const origins = new Map(unit.origins.map((origin) => [origin.insn, origin.text]));
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const origin = origins.get(index);
    if (origin !== undefined) lines.push(`; ${origin}`);
    const slot = slotAt(view, index);
    const wide = slot.opcode === LD_IMM64 && index + 1 < count;
    const note = comments.get(index);
    lines.push(`${String(index).padStart(5)}: ${text(slot, index, wide ? slotAt(view, index + 1) : undefined)}${note === undefined ? '' : ` ; ${note}`}`);
    if (wide) index += 1;
  }
  return `${lines.join('\n')}\n`;
}
