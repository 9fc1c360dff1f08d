/** Tests of neighbouring fields as one: those compared for equality that share a word of the record are one load and one compare. */
import type { Code } from '../asm/code.js';
import { And } from '../asm/alu.js';
import { JEq, JNe } from '../asm/jump.js';
import { Load } from '../asm/memory.js';
import { R1, R7 } from '../asm/register.js';
import type { Predicate } from '../ir/predicate.js';
import { jumpIf } from './predicate.js';
import { FIELD_PLACES } from './record.js';

/** (the 32-bit word at `offset` of the record & mask) === value. */
export interface WordTest {
  readonly kind: 'word';
  readonly offset: number;
  readonly mask: bigint;
  readonly value: bigint;
}

export type Test = Predicate | WordTest;

const FULL_WORD = 0xffff_ffffn;

/** Undefined for what is no equality within one word, and for one that cannot hold. */
function wordTest(predicate: Predicate): WordTest | undefined {
  if (predicate.kind !== 'test' || predicate.lo !== predicate.hi) return undefined;
  const { offset, width } = FIELD_PLACES[predicate.field];
  const full = (1n << BigInt(width * 8)) - 1n;
  const mask = (predicate.mask ?? full) & full;
  if (width > 2 || (predicate.lo & ~mask) !== 0n) return undefined;
  const shift = BigInt((offset % 4) * 8);
  return { kind: 'word', offset: offset - (offset % 4), mask: mask << shift, value: predicate.lo << shift };
}

/** The same tests, all of which must hold: each joined with the first of its word. */
export function combine(tests: readonly Predicate[]): Test[] {
  const words = new Map<number, { readonly at: number; readonly parts: WordTest[] }>();
  const combined: Test[] = [];
  for (const test of tests) {
    const part = wordTest(test);
    const known = part === undefined ? undefined : words.get(part.offset);
    if (part !== undefined && known !== undefined && known.parts.every(({ mask }) => (mask & part.mask) === 0n)) {
      known.parts.push(part);
      continue;
    }
    if (part !== undefined && known === undefined) words.set(part.offset, { at: combined.length, parts: [part] });
    combined.push(test);
  }
  for (const { at, parts } of words.values()) {
    if (parts.length > 1) combined[at] = parts.reduce((a, b) => ({ ...a, mask: a.mask | b.mask, value: a.value | b.value }));
  }
  return combined;
}

/** As jumpIf of predicate.ts. Clobbers R1, R2. */
export function jumpIfTest(code: Code, test: Test, wanted: boolean, label: string): void {
  if (test.kind !== 'word') {
    jumpIf(code, test, wanted, label);
    return;
  }
  code.emit(Load.mem(R1, R7, test.offset, 4));
  if (test.mask !== FULL_WORD) code.emit(And.imm32(R1, test.mask));
  code.emit((wanted ? JEq : JNe).imm32(R1, test.value, label));
}
