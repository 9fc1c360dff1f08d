/** Classic BPF as `--bytecode` writes it and as the kernel checks it (bpf_check_classic()). */
import { ParameterProblem, type Span } from '../../errors/errors.js';
import { ANCILLARY, ASKS, CLASS, MODE, NETWORK, X, type ClassicInstruction } from '../../ir/classic.js';

/** XT_BPF_MAX_NUM_INSTR. */
const MOST_INSTRUCTIONS = 64;

/** Words of scratch memory. */
const MEMORY = 16;

/** Loads from the link layer's header on begin here. */
export const LINK = 0xffe0_0000;

/** The last of all metadata that the kernel knows, in steps of four. */
const LAST_ANCILLARY = ANCILLARY + 60;

/** sscanf("%hu %hhu %hhu %u"): any sign, cut to the width; what follows is not looked at. */
const INSTRUCTION = /^\s*([+-]?\d+)(?!\d)\s*([+-]?\d+)(?!\d)\s*([+-]?\d+)(?!\d)\s*([+-]?\d+)(?!\d)/;
const LENGTH = /^\s*([+-]?\d+)(?!\d),/;

function cut(text: string, bits: number): number {
  const value = BigInt(text.replace('+', ''));
  const most = (1n << 64n) - 1n;
  return Number(BigInt.asUintN(bits, value > most || value < -most ? most : value));
}

/** `COUNT,CODE JT JF K,...`. @throws ParameterProblem */
export function parseProgram(text: string, span?: Span): readonly ClassicInstruction[] {
  const problem = (what: string): ParameterProblem => new ParameterProblem(`bpf: ${what}`, span);
  const count = LENGTH.exec(text);
  if (!count) throw problem('error parsing program length');
  const length = cut(count[1]!, 16);
  if (length === 0) throw problem('illegal zero length program');
  if (length > MOST_INSTRUCTIONS) throw problem('number of instructions exceeds maximum');
  const program: ClassicInstruction[] = [];
  for (let comma = text.indexOf(','); comma >= 0 && comma + 1 < text.length; comma = text.indexOf(',', comma + 1)) {
    if (program.length >= length) throw problem('real program length exceeds the encoded length parameter');
    const found = INSTRUCTION.exec(text.slice(comma + 1));
    if (!found) throw problem(`error at instr ${program.length}`);
    program.push({ code: cut(found[1]!, 16), jt: cut(found[2]!, 8), jf: cut(found[3]!, 8), k: cut(found[4]!, 32) });
  }
  if (program.length !== length) throw problem('parsed program length is less than the encoded length parameter');
  return program;
}

/** Every code the kernel knows. */
export const CODES: ReadonlySet<number> = new Set([
  ...[0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0].flatMap((operation) => [CLASS.alu | operation, CLASS.alu | operation | X]),
  CLASS.alu | 0x80,
  ...[MODE.abs, MODE.ind].flatMap((mode) => [0x00, 0x08, 0x10].map((size) => CLASS.ld | mode | size)),
  ...[MODE.imm, MODE.mem, MODE.len].flatMap((mode) => [CLASS.ld | mode, CLASS.ldx | mode]),
  CLASS.ldx | MODE.msh | 0x10,
  CLASS.st,
  CLASS.stx,
  CLASS.misc,
  CLASS.misc | 0x80,
  CLASS.ret,
  CLASS.ret | 0x10,
  CLASS.jmp,
  ...[0x10, 0x20, 0x30, 0x40].flatMap((operation) => [CLASS.jmp | operation, CLASS.jmp | operation | X]),
]);

const usesMemory = (code: number): boolean => code === CLASS.st || code === CLASS.stx || code === (CLASS.ld | MODE.mem) || code === (CLASS.ldx | MODE.mem);
const isAbsolute = (code: number): boolean => (code & 0x07) === CLASS.ld && (code & 0xe0) === MODE.abs;

/** What each instruction may go on to; none behind a return. */
function ways({ code, jt, jf, k }: ClassicInstruction, at: number): readonly number[] {
  if ((code & 7) === CLASS.ret) return [];
  if (code === CLASS.jmp) return [at + 1 + k];
  return (code & 7) === CLASS.jmp ? [at + 1 + jt, at + 1 + jf] : [at + 1];
}

function isAllowed(instruction: ClassicInstruction, at: number, length: number): boolean {
  const { code, k } = instruction;
  if (!CODES.has(code)) return false;
  const operation = code & 0xf0;
  const constant = (code & 7) === CLASS.alu && (code & X) === 0;
  if (constant && (operation === 0x30 || operation === 0x90) && k === 0) return false;
  if (constant && (operation === 0x60 || operation === 0x70) && k >= 32) return false;
  if (usesMemory(code) && k >= MEMORY) return false;
  if (isAbsolute(code) && k >= ANCILLARY && (k > LAST_ANCILLARY || k % 4 !== 0)) return false;
  return ways(instruction, at).every((next) => next < length);
}

/** Whether every word of memory is written before it is read, on every way (check_load_and_stores(), which lets a return go on to what stands behind). */
function readsWhatIsWritten(program: readonly ClassicInstruction[]): boolean {
  const written: (number | undefined)[] = program.map((_, at) => (at === 0 ? 0 : undefined));
  for (const [at, instruction] of program.entries()) {
    // What nothing leads to has all its words.
    let words = written[at] ?? 0xffff;
    const { code, k } = instruction;
    if (code === CLASS.st || code === CLASS.stx) words |= 1 << k;
    else if (usesMemory(code) && (words & (1 << k)) === 0) return false;
    const isReturn = (code & 7) === CLASS.ret;
    for (const next of isReturn ? [at + 1] : ways(instruction, at)) written[next] = (written[next] ?? 0xffff) & words;
  }
  return true;
}

/** Whether the kernel takes the program. */
export function isValid(program: readonly ClassicInstruction[]): boolean {
  const last = program.at(-1)!;
  if (!program.every((instruction, at) => isAllowed(instruction, at, program.length))) return false;
  return (last.code === CLASS.ret || last.code === (CLASS.ret | 0x10)) && readsWhatIsWritten(program);
}

/** Whether all that it asks for can be answered here as the kernel does: the packet from the network header on, and of its metadata ASKS. */
export function isExact(program: readonly ClassicInstruction[]): boolean {
  const answered: readonly number[] = Object.values(ASKS);
  return program.every(({ code, k }) => {
    const atLink = k >= LINK && k < NETWORK;
    if (code === (CLASS.ldx | MODE.msh | 0x10)) return !atLink;
    return !isAbsolute(code) || (k >= ANCILLARY ? answered.includes(k) : !atLink);
  });
}
