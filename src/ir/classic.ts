/**
 * Classic BPF programs as matches: the instructions of linux/filter.h and linux/bpf_common.h, and the name by which a rule calls its program. Rules
 * with equal programs call the same one.
 */

/** struct sock_filter. */
export interface ClassicInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Instruction classes, the modes of loads, and the bit for X as an operand. */
export const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, ret: 6, misc: 7 } as const;
export const MODE = { imm: 0x00, abs: 0x20, ind: 0x40, mem: 0x60, len: 0x80, msh: 0xa0 } as const;
export const X = 0x08;

/** Bytes of a load by its code's size bits. */
export const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 0x00: 4, 0x08: 2, 0x10: 1 };

/** Loads at negative offsets: of the packet's metadata, and from the network header on. */
export const ANCILLARY = 0xffff_f000;
export const NETWORK = 0xfff0_0000;

/** What the metadata loads that can be answered exactly ask for. */
export const ASKS = { protocol: ANCILLARY, mark: ANCILLARY + 20, xor: ANCILLARY + 40 } as const;

/** skb->protocol of a family. */
export const PROTOCOL = { ipv4: 0x0800, ipv6: 0x86dd } as const;

/** The instructions as `--bytecode` writes them. */
export function programText(program: readonly ClassicInstruction[]): string {
  return program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`).join(',');
}

const PREFIX = 'classic ';

/** What a step calls to run `program`. */
export function classicStub(program: readonly ClassicInstruction[]): string {
  return PREFIX + programText(program);
}

export function isClassic(stub: string): boolean {
  return stub.startsWith(PREFIX);
}

/** The program of what classicStub() made. */
export function programOf(stub: string): readonly ClassicInstruction[] {
  return stub
    .slice(PREFIX.length)
    .split(',')
    .map((instruction) => {
      const [code, jt, jf, k] = instruction.split(' ').map(Number);
      return { code: code!, jt: jt!, jf: jf!, k: k! };
    });
}
