/** A classic BPF program over a packet, for the oracle. */
import { ASKS, CLASS, MODE, NETWORK, PROTOCOL, SIZES, X, type ClassicInstruction } from '../../ir/classic.js';
import { readBe16, readBe32 } from '../../net/bytes.js';
import type { PacketView } from '../../net/packet-view.js';

/** `size` bytes at an offset of 32 bits, negative ones from the network header on; undefined where they are not there. */
function load(l3: Uint8Array, offset: number, size: number): number | undefined {
  const at = offset >= NETWORK ? offset - NETWORK : offset;
  if (at + size > l3.length) return undefined;
  return size === 4 ? readBe32(l3, at) : size === 2 ? readBe16(l3, at) : l3[at];
}

function calculate(operation: number, a: number, operand: number): number | undefined {
  switch (operation) {
    case 0x00:
      return a + operand;
    case 0x10:
      return a - operand;
    case 0x20:
      return Math.imul(a, operand);
    case 0x30:
      return operand === 0 ? undefined : Math.floor(a / operand);
    case 0x40:
      return a | operand;
    case 0x50:
      return a & operand;
    case 0x60:
      return a << (operand & 31);
    case 0x70:
      return a >>> (operand & 31);
    case 0x80:
      return -a;
    case 0x90:
      return operand === 0 ? undefined : a % operand;
    default:
      return a ^ operand;
  }
}

function compares(operation: number, a: number, operand: number): boolean {
  if (operation === 0x10) return a === operand;
  if (operation === 0x20) return a > operand;
  return operation === 0x30 ? a >= operand : (a & operand) !== 0;
}

/** What the program returns: 0 also where it loads beyond the packet, or divides by 0. */
export function run(program: readonly ClassicInstruction[], { l3, length, meta, family }: PacketView): number {
  const memory = new Uint32Array(16);
  let [a, x] = [0, 0];
  for (let at = 0; at < program.length; at += 1) {
    const { code, jt, jf, k } = program[at]!;
    const [kind, mode] = [code & 7, code & 0xe0];
    const operand = code & X ? x : k;
    if (kind === CLASS.ret) return code & 0x10 ? a : k;
    if (kind === CLASS.st) memory[k] = a;
    else if (kind === CLASS.stx) memory[k] = x;
    else if (kind === CLASS.misc) [a, x] = code & 0x80 ? [x, x] : [a, a];
    else if (code === CLASS.jmp) at += k;
    else if (kind === CLASS.jmp) at += compares(code & 0xf0, a, operand) ? jt : jf;
    else if (kind === CLASS.alu) {
      const result = calculate(code & 0xf0, a, operand);
      if (result === undefined) return 0;
      a = result >>> 0;
    } else if (mode === MODE.imm || mode === MODE.mem || mode === MODE.len) {
      const value = mode === MODE.imm ? k : mode === MODE.mem ? memory[k]! : length;
      if (kind === CLASS.ld) a = value;
      else x = value;
    } else if (mode === MODE.abs && k === ASKS.protocol) a = PROTOCOL[family];
    else if (mode === MODE.abs && k === ASKS.mark) a = meta.mark;
    else if (mode === MODE.abs && k === ASKS.xor) a = (a ^ x) >>> 0;
    else {
      const value = load(l3, mode === MODE.ind ? (x + k) >>> 0 : k, mode === MODE.msh ? 1 : SIZES[code & 0x18]!);
      if (value === undefined) return 0;
      if (mode === MODE.msh) x = (value & 15) * 4;
      else a = value;
    }
  }
  return 0;
}
