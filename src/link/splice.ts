/**
 * A unit as part of the function that would call it: its instructions with labels in place of offsets, its exits as jumps to the end.
 * A call and its return cost 9 ns where return thunks are in force (docs/architecture.md), more than most stages' work is worth.
 */
import { Code } from '../asm/code.js';
import type { Instruction } from '../asm/instruction.js';
import { Ja } from '../asm/jump.js';
import { CLASS, JUMP, LD_IMM64, MODE, SOURCE, ALU } from '../asm/opcode.js';
import { RFP, type Register } from '../asm/register.js';
import type { CodeUnit } from './code-unit.js';

/** Bytes of stack a BPF function may use. */
const STACK = 512;

interface Slot extends Instruction {
  readonly index: number;
}

function slotsOf(unit: CodeUnit): Slot[] {
  const view = new DataView(unit.insns.buffer, unit.insns.byteOffset, unit.insns.byteLength);
  const found: Slot[] = [];
  for (let index = 0; index < unit.insns.byteLength / 8; index += 1) {
    const at = index * 8;
    const registers = view.getUint8(at + 1);
    const low = BigInt(view.getInt32(at + 4, true));
    const slot = { index, opcode: view.getUint8(at), dst: (registers & 15) as Register, src: (registers >> 4) as Register, offset: view.getInt16(at + 2, true) };
    if (slot.opcode === LD_IMM64) {
      found.push({ ...slot, constant: BigInt.asUintN(32, low) | (BigInt(view.getUint32(at + 12, true)) << 32n) });
      index += 1;
    } else found.push({ ...slot, constant: low });
  }
  return found;
}

const isJump = ({ opcode }: Instruction): boolean => (opcode & 7) === CLASS.JMP || (opcode & 7) === CLASS.JMP32;
const operation = ({ opcode }: Instruction): number => opcode & 0xf0;
const isExit = (slot: Instruction): boolean => slot.opcode === (CLASS.JMP | JUMP.EXIT);
const isCall = (slot: Instruction): boolean => (slot.opcode & 7) === CLASS.JMP && operation(slot) === JUMP.CALL;

/** Slot that a jump goes to, undefined for other instructions. */
function targetOf(slot: Slot): number | undefined {
  if (!isJump(slot) || isExit(slot) || isCall(slot)) return undefined;
  const far = (slot.opcode & 7) === CLASS.JMP32 && operation(slot) === JUMP.JA;
  return slot.index + 1 + (far ? Number(slot.constant) : slot.offset);
}

/**
 * Bytes below the frame pointer that a unit uses, at most: the lowest offset of an access, and the lowest constant added to a copy
 * of the frame pointer.
 */
export function stackDepth(unit: CodeUnit): number {
  const slots = slotsOf(unit);
  const copies = new Set(slots.filter(({ opcode, src }) => opcode === (CLASS.ALU64 | SOURCE.X | ALU.MOV) && src === RFP).map(({ dst }) => dst));
  let lowest = 0;
  for (const { opcode, dst, src, offset, constant } of slots) {
    const kind = opcode & 7;
    if ((kind === CLASS.LDX && src === RFP) || ((kind === CLASS.ST || kind === CLASS.STX) && (opcode & 0xe0) !== MODE.IMM && dst === RFP)) lowest = Math.min(lowest, offset);
    if (opcode === (CLASS.ALU64 | SOURCE.K | ALU.ADD) && copies.has(dst) && constant >= -STACK) lowest = Math.min(lowest, Number(constant));
  }
  return Math.ceil(Math.abs(lowest) / 8) * 8;
}

/** Emits the body of `unit`. Like a call it leaves its answer in R0, but R6-R9 are lost, and so is the stack to its depth. */
export function splice(code: Code, unit: CodeUnit): void {
  const slots = slotsOf(unit);
  const labels = new Map<number, string>();
  for (const slot of slots) {
    const target = targetOf(slot);
    if (target !== undefined && !labels.has(target)) labels.set(target, code.fresh(unit.name));
  }
  const end = code.fresh(`${unit.name}.end`);
  const references = new Map(unit.relocations.map(({ insn, ...reference }) => [insn, reference]));
  const origins = new Map(unit.origins.map(({ insn, text }) => [insn, text]));
  for (const { index, ...instruction } of slots) {
    const label = labels.get(index);
    if (label !== undefined) code.label(label);
    const origin = origins.get(index);
    if (origin !== undefined) code.origin(origin);
    const target = targetOf({ index, ...instruction });
    const reference = references.get(index);
    if (isExit(instruction)) code.emit(Ja.label(end));
    else if (target !== undefined && operation(instruction) === JUMP.JA) code.emit(Ja.label(labels.get(target)!));
    else code.emit({ ...instruction, ...(target === undefined ? {} : { offset: 0, target: labels.get(target)! }), ...(reference === undefined ? {} : { reference }) });
  }
  code.label(end);
}
