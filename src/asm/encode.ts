/** Instructions as bytes: 8 a slot, little endian (the byte order of the hosts we support). */
import type { Instruction } from './instruction.js';
import { LD_IMM64 } from './opcode.js';

/** Slots of 8 bytes: 2 for ld_imm64, else 1. */
export function slots(instruction: Instruction): 1 | 2 {
  return instruction.opcode === LD_IMM64 ? 2 : 1;
}

/** Writes `instruction` at slot `index` of `view`; labels must have become offsets. */
export function encodeInto(view: DataView, index: number, instruction: Instruction): void {
  const at = index * 8;
  view.setUint8(at, instruction.opcode);
  view.setUint8(at + 1, instruction.dst | (instruction.src << 4));
  view.setInt16(at + 2, instruction.offset, true);
  view.setInt32(at + 4, Number(BigInt.asIntN(32, instruction.constant)), true);
  if (slots(instruction) === 2) {
    view.setUint32(at + 8, 0, true);
    view.setInt32(at + 12, Number(BigInt.asIntN(32, instruction.constant >> 32n)), true);
  }
}
