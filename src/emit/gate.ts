/**
 * The gate of a generation: judge the packet or hand it on (docs/architecture.md, "Swap").
 *
 * `root.active` names the generation in force. Of the two programs on an interface the first (an even generation) notes in `judged` whether
 * it judged; the second (an odd one), unless it is not in force yet, judges exactly what the first did not, whenever the switch comes.
 * `judged` has a word per family: programs of both stand in the same row.
 */
import type { Code } from '../asm/code.js';
import { Add, Mov } from '../asm/alu.js';
import { Call, Ja, JEq, JLt, JNe } from '../asm/jump.js';
import { Load, LoadImm64, Store } from '../asm/memory.js';
import { R0, R1, R2, RFP } from '../asm/register.js';
import { ROOT } from './record.js';

const MAP_LOOKUP_ELEM = 1;

/** R0 = address of the only value of a per-CPU map; jumps to `fault` where there is none. Clobbers R1-R5, stack -4. */
export function emitPerCpuValue(code: Code, map: string, fault: string): void {
  code.emit(
    Store.imm(RFP, -4, 0, 4),
    Mov.reg(R2, RFP),
    Add.imm(R2, -4),
    LoadImm64.map(R1, map),
    Call.helper(MAP_LOOKUP_ELEM),
    JEq.imm(R0, 0, fault),
  );
}

/** Falls through when this generation is in force, else jumps to `pass`: where no other program of ours stands beside. Clobbers R1, R2. */
export function emitGateAlone(code: Code, family: 0 | 1, generation: bigint, pass: string): void {
  code.emit(LoadImm64.mapValue(R1, 'root', ROOT.active + family * 8), Load.mem(R1, R1, 0, 8), LoadImm64.value(R2, generation), JNe.reg(R1, R2, pass));
}

/**
 * Falls through when this generation is to judge, else jumps to `pass`. Clobbers R0-R5.
 * @param generation even ones stand first on an interface, odd ones second.
 */
export function emitGate(code: Code, family: 0 | 1, generation: bigint, pass: string, fault: string): void {
  const judged = family * 4;
  const handOn = 'gate.hand on';
  const judge = 'gate.judge';
  emitPerCpuValue(code, 'judged', fault);
  code.emit(LoadImm64.mapValue(R1, 'root', ROOT.active + family * 8), Load.mem(R1, R1, 0, 8), LoadImm64.value(R2, generation));
  if (generation % 2n === 0n) code.emit(JNe.reg(R1, R2, handOn), Store.imm(R0, judged, 1, 4), Ja.label(judge));
  else code.emit(JLt.reg(R1, R2, pass), Load.mem(R1, R0, judged, 4), JEq.imm(R1, 0, judge));
  code.label(handOn).emit(Store.imm(R0, judged, 0, 4), Ja.label(pass));
  code.label(judge);
}
