/**
 * Tidies code before it is assembled: jumps to jumps go to the end at once, instructions nothing reaches are dropped (the
 * kernel's verifier refuses a program that has any), jumps to the next instruction are dropped.
 */
import type { Item } from './code.js';
import type { Instruction } from './instruction.js';
import { CLASS, JUMP } from './opcode.js';

const JA = CLASS.JMP | JUMP.JA;
const EXIT = CLASS.JMP | JUMP.EXIT;

/** Item index of each label. @throws Error on a label defined twice. */
function labelsOf(items: readonly Item[]): Map<string, number> {
  const labels = new Map<string, number>();
  items.forEach((item, index) => {
    if (item.kind !== 'label') return;
    if (labels.has(item.name)) throw new Error(`label ${item.name} is defined twice`);
    labels.set(item.name, index);
  });
  return labels;
}

function place(labels: ReadonlyMap<string, number>, label: string): number {
  const index = labels.get(label);
  if (index === undefined) throw new Error(`label ${label} is not defined`);
  return index;
}

/** The first instruction at or after item `index`. */
function instructionAt(items: readonly Item[], index: number): Instruction | undefined {
  for (let at = index; at < items.length; at += 1) {
    const item = items[at]!;
    if (item.kind === 'instruction') return item.instruction;
  }
  return undefined;
}

/** Follows unconditional jumps from `label`; a ring of them is left alone. */
function finalTarget(items: readonly Item[], labels: ReadonlyMap<string, number>, label: string): string {
  const seen = new Set<string>();
  let current = label;
  while (!seen.has(current)) {
    seen.add(current);
    const instruction = instructionAt(items, place(labels, current));
    if (instruction?.opcode !== JA || instruction.target === undefined) return current;
    current = instruction.target;
  }
  return label;
}

function threadJumps(items: readonly Item[]): Item[] {
  const labels = labelsOf(items);
  const final = new Map<string, string>();
  return items.map((item) => {
    if (item.kind !== 'instruction' || item.instruction.target === undefined) return item;
    const { target } = item.instruction;
    const known = final.get(target) ?? finalTarget(items, labels, target);
    final.set(target, known);
    return known === target ? item : { kind: 'instruction', instruction: { ...item.instruction, target: known } };
  });
}

function dropUnreachable(items: readonly Item[]): Item[] {
  const labels = labelsOf(items);
  const reached = new Set<number>();
  const work = [0];
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    for (let index = start; index < items.length && !reached.has(index); index += 1) {
      reached.add(index);
      const item = items[index]!;
      if (item.kind !== 'instruction') continue;
      if (item.instruction.target !== undefined) work.push(place(labels, item.instruction.target));
      if (item.instruction.opcode === JA || item.instruction.opcode === EXIT) break;
    }
  }
  return items.filter((item, index) => item.kind === 'label' || reached.has(index));
}

function dropJumpsToNext(items: readonly Item[]): Item[] {
  return items.filter((item, index) => {
    if (item.kind !== 'instruction' || item.instruction.opcode !== JA) return true;
    for (let at = index + 1; at < items.length; at += 1) {
      const next = items[at]!;
      if (next.kind === 'instruction') return true;
      if (next.kind === 'label' && next.name === item.instruction.target) return false;
    }
    return true;
  });
}

/** @throws Error on a label used but not defined, or defined twice. */
export function simplify(items: readonly Item[]): Item[] {
  return dropJumpsToNext(dropUnreachable(threadJumps(items)));
}
