/**
 * Code to a CodeUnit: tidies it (simplify.ts), picks the shortest encoding of every jump, resolves labels, collects relocations and origins.
 *
 * Jumps hold 16-bit offsets, and the kernel makes code longer when it loads it. A farther unconditional jump becomes `gotol` (32 bits); a farther conditional one its inverse
 * over a `gotol`; one without an inverse (JSET, may_goto) jumps over a jump over a `gotol`. Growth can push others out of
 * reach, so sizes grow until nothing changes; they never shrink, so this ends.
 */
import type { CodeUnit } from '../link/code-unit.js';
import type { Code, Item } from './code.js';
import { encodeInto, slots } from './encode.js';
import type { Instruction } from './instruction.js';
import { CLASS, JUMP } from './opcode.js';
import { R0 } from './register.js';
import { simplify } from './simplify.js';

const INVERSE: ReadonlyMap<number, number> = new Map(
  ([['JEQ', 'JNE'], ['JGT', 'JLE'], ['JGE', 'JLT'], ['JSGT', 'JSLE'], ['JSGE', 'JSLT']] as const).flatMap(([a, b]) => [
    [JUMP[a], JUMP[b]] as const,
    [JUMP[b], JUMP[a]] as const,
  ]),
);

const operation = (instruction: Instruction): number => instruction.opcode & 0xf0;
/**
 * How far 16-bit jumps are trusted. The kernel inlines helpers and, hardened, blinds each constant with three instructions in place of
 * one; a jump that then no longer fits makes the load fail (ENOMEM, "cannot be patched due to 16-bit range").
 */
const REACH = 10_000;
const reaches = (offset: number): boolean => Math.abs(offset) <= REACH;

/** Slots the instruction takes when its target is out of 16-bit reach. */
function farSlots(instruction: Instruction): number {
  if (operation(instruction) === JUMP.JA) return 1;
  return INVERSE.has(operation(instruction)) ? 2 : 3;
}

interface Layout {
  readonly instructions: readonly Instruction[];
  /** First slot of each instruction, and one past the end. */
  readonly starts: number[];
  readonly far: boolean[];
  /** Slot of each label. */
  readonly labels: Map<string, number>;
}

function place(items: readonly Item[], instructions: readonly Instruction[], far: boolean[]): Layout {
  const starts: number[] = [];
  const labels = new Map<string, number>();
  let slot = 0;
  let index = 0;
  for (const item of items) {
    if (item.kind === 'label') {
      labels.set(item.name, slot);
    } else if (item.kind === 'instruction') {
      starts.push(slot);
      slot += far[index] ? farSlots(item.instruction) : slots(item.instruction);
      index += 1;
    }
  }
  starts.push(slot);
  return { instructions, starts, far, labels };
}

function slotOf(layout: Layout, label: string): number {
  const slot = layout.labels.get(label);
  if (slot === undefined) throw new Error(`label ${label} is not defined`);
  return slot;
}

/** Marks jumps that do not reach; true when there were new ones. */
function markFar(layout: Layout): boolean {
  let grew = false;
  layout.instructions.forEach((instruction, index) => {
    if (instruction.target === undefined || layout.far[index]) return;
    if (!reaches(slotOf(layout, instruction.target) - (layout.starts[index]! + 1))) {
      layout.far[index] = true;
      grew = true;
    }
  });
  return grew;
}

const gotol = (distance: number): Instruction => ({ opcode: CLASS.JMP32 | JUMP.JA, dst: R0, src: R0, offset: 0, constant: BigInt(distance) });
const over = (count: number): Instruction => ({ opcode: CLASS.JMP | JUMP.JA, dst: R0, src: R0, offset: count, constant: 0n });

/** The instruction with its label resolved, as one to three instructions. */
function resolve(layout: Layout, index: number): readonly Instruction[] {
  const instruction = layout.instructions[index]!;
  if (instruction.target === undefined) return [instruction];
  const start = layout.starts[index]!;
  const target = slotOf(layout, instruction.target);
  if (!layout.far[index]) return [{ ...instruction, offset: target - (start + 1) }];
  if (operation(instruction) === JUMP.JA) return [gotol(target - (start + 1))];
  const inverse = INVERSE.get(operation(instruction));
  if (inverse === undefined) return [{ ...instruction, offset: 1 }, over(1), gotol(target - (start + 3))];
  return [{ ...instruction, opcode: (instruction.opcode & 0x0f) | inverse, offset: 1 }, gotol(target - (start + 2))];
}

/**
 * Assembles `code` into the unit `name`.
 * @throws Error on a label used but not defined, or defined twice.
 */
export function assemble(name: string, code: Code): CodeUnit {
  const items = simplify(code.items);
  const instructions = items.flatMap((item) => (item.kind === 'instruction' ? [item.instruction] : []));
  const far = instructions.map(() => false);
  let layout = place(items, instructions, far);
  while (markFar(layout)) layout = place(items, instructions, far);

  const total = layout.starts[instructions.length]!;
  const bytes = new Uint8Array(total * 8);
  const view = new DataView(bytes.buffer);
  const relocations: CodeUnit['relocations'][number][] = [];
  instructions.forEach((instruction, index) => {
    const start = layout.starts[index]!;
    resolve(layout, index).forEach((piece, offset) => encodeInto(view, start + offset, piece));
    if (instruction.reference !== undefined) relocations.push({ insn: start, ...instruction.reference });
  });
  return { name, insns: bytes, relocations, origins: originsOf(items, layout) };
}

function originsOf(items: readonly Item[], layout: Layout): CodeUnit['origins'] {
  const origins: { insn: number; text: string }[] = [];
  let index = 0;
  for (const item of items) {
    if (item.kind === 'instruction') index += 1;
    if (item.kind !== 'origin') continue;
    const insn = layout.starts[index]!;
    if (origins.at(-1)?.insn === insn) origins.pop();
    origins.push({ insn, text: item.text });
  }
  return origins;
}
