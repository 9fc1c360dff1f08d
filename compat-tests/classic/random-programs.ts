/** Random classic BPF programs that the kernel's checks let pass, made to run to their end and to tell every bit of what they calculated. */
import { CODES, isExact, isValid } from '../../src/extensions/bpf/program.js';
import { ANCILLARY, ASKS, CLASS, MODE, NETWORK, X, type ClassicInstruction } from '../../src/ir/classic.js';
import type { Random } from '../../src/property/random.js';

type Program = readonly ClassicInstruction[];

const LD = CLASS.ld | MODE.imm;
const LDX = CLASS.ldx | MODE.imm;
const FROM_MEMORY = CLASS.ldx | MODE.mem;
const ADD = CLASS.alu;
const XOR_X = CLASS.alu | 0xa0 | X;
const JEQ = CLASS.jmp | 0x10;
const JSET = CLASS.jmp | 0x40;
const RET = CLASS.ret;
const RET_A = CLASS.ret | 0x10;
/** Words of memory that every program writes first. */
const WORDS = 4;
const EDGES = [0, 1, 2, 3, 4, 15, 20, 31, 32, 255, 0x800, 0x86dd, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ff00, 0xffff_ffff];

const one = (code: number, k = 0, jt = 0, jf = 0): ClassicInstruction => ({ code, jt, jf, k });

function number(random: Random): number {
  return random.chance(0.6) ? random.pick(EDGES) : random.bits32();
}

function offset(random: Random): number {
  if (random.chance(0.03)) return random.pick([1500, 70_000, ANCILLARY - 1, NETWORK + 2000]);
  return random.below(44) + (random.chance(0.15) ? NETWORK : 0);
}

/** An instruction of `code` with `left` others behind it in the middle of a program; where its operand must suit, with another before it. */
function instruction(random: Random, code: number, left: number): readonly ClassicInstruction[] {
  const kind = code & 7;
  const mode = code & 0xe0;
  if (kind === CLASS.jmp) {
    const ways = [random.below(left + 1), random.below(left + 1)] as const;
    return [code === CLASS.jmp ? one(code, ways[0]) : one(code, number(random), ...ways)];
  }
  if (kind === CLASS.st || kind === CLASS.stx || ((kind === CLASS.ld || kind === CLASS.ldx) && mode === MODE.mem)) return [one(code, random.below(WORDS))];
  if (kind === CLASS.ld && mode === MODE.abs) return [one(code, random.chance(0.2) ? random.pick(Object.values(ASKS)) : offset(random))];
  if (mode === MODE.msh && kind === CLASS.ldx) return [one(code, offset(random))];
  if (kind === CLASS.ld && mode === MODE.ind) {
    const x = random.chance(0.8) ? random.below(30) : number(random);
    return [...(random.chance(0.9) ? [one(LDX, x)] : []), one(code, random.chance(0.3) ? (random.below(30) - x) >>> 0 : offset(random))];
  }
  const operation = code & 0xf0;
  if (kind === CLASS.alu && (code & X) === 0 && (operation === 0x60 || operation === 0x70)) return [one(code, random.below(32))];
  if (kind === CLASS.alu && (code & X) === 0 && (operation === 0x30 || operation === 0x90)) return [one(code, number(random) || 7)];
  return [one(code, number(random))];
}

/** `codes` in this order between a beginning that fills registers and memory, and an end that gathers all of them in A. */
function around(random: Random, codes: readonly number[]): Program {
  const middle: ClassicInstruction[] = [];
  for (const code of [...codes].reverse()) middle.unshift(...instruction(random, code, middle.length));
  const fill = Array.from({ length: WORDS }, (_, word) => [one(LD, number(random)), one(CLASS.st, word)]).flat();
  const gather = Array.from({ length: WORDS }, (_, word) => [one(FROM_MEMORY, word), one(XOR_X)]).flat();
  return [...fill, one(LDX, random.chance(0.2) ? 0 : number(random)), ...middle, one(XOR_X), ...gather];
}

const CODE_LIST = [...CODES];
const RETURNS: ReadonlySet<number> = new Set([RET, RET_A]);

/** A body of one instruction of `code`, and others behind it for jumps to tell. */
export function bodyOf(random: Random, code: number): Program {
  return around(random, RETURNS.has(code) ? [JEQ, code] : [code, ADD, ADD | X, ADD]);
}

/** A body of up to 30 instructions of any code. */
export function randomBody(random: Random): Program {
  const codes = Array.from({ length: random.below(31) }, () => random.pick(CODE_LIST)).filter((code) => !RETURNS.has(code) || random.chance(0.2));
  return around(random, codes);
}

/** Returns what the body left in A. */
export function returning(body: Program): Program {
  return [...body, one(RET_A)];
}

/** Matches where the body leaves `value` in A. @throws Error where the kernel would not take it */
export function expecting(body: Program, value: number): Program {
  const program = [...body, one(JEQ, value, 0, 1), one(RET, 1), one(RET, 0)];
  if (program.length > 64 || !isValid(program) || !isExact(program)) throw new Error(`no program: ${JSON.stringify(program)}`);
  return program;
}

/** Matches where the body comes to its end: loads nothing beyond the packet, divides by nothing that is 0, returns nothing before. */
export function reachingItsEnd(body: Program): Program {
  return [...body, one(RET, 1)];
}

/** 64 instructions with 2^20 ways, each of which knows other bits of A, and tests them all once more. */
export function manyWays(): Program {
  const bits = Array.from({ length: 20 }, (_, bit) => 1 << bit);
  const ways = bits.flatMap((bit) => [one(JSET, bit, 0, 1), one(LDX, bit)]);
  const again = bits.map((bit, index) => one(JSET, bit, 21 - index, 0));
  return [one(CLASS.ld | MODE.abs, 12), ...ways, ...again, one(CLASS.misc), one(RET, 0), one(RET, 1)];
}

/** The same by way of memory: each step tests a bit of the packet and writes another word, which the end reads. */
export function manyWords(): Program {
  const steps = Array.from({ length: 14 }, (_, bit) => [one(JSET, 1 << bit, 0, 1), one(CLASS.stx, bit + 1)]).flat();
  const words = Array.from({ length: 15 }, (_, word) => one(CLASS.st, word));
  const ends = Array.from({ length: 6 }, (_, word) => [one(CLASS.ld | MODE.mem, word + 1), one(JEQ, 7, 15 - 2 * word, 0)]).flat();
  return [one(LD, 0), ...words, one(CLASS.ld | MODE.abs, 12), one(LDX, 7), ...steps, ...ends, ...Array.from({ length: 4 }, () => one(ADD, 1)), one(RET, 0), one(RET, 1)];
}

/** 64 instructions, most of them loads at offsets that nobody knows beforehand. */
export function manyLoads(): Program {
  const loads = Array.from({ length: 31 }, (_, at) => [one(CLASS.misc), one(CLASS.ld | MODE.ind | [0x00, 0x08, 0x10][at % 3]!, 0)]).flat();
  return [one(CLASS.ld | MODE.abs | 0x10, 9), ...loads, one(RET_A)];
}
