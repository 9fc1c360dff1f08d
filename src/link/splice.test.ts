import { describe, expect, it } from 'vitest';
import { Add, Mov } from '../asm/alu.js';
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { disassemble } from '../asm/disassemble.js';
import type { Instruction } from '../asm/instruction.js';
import { Call, Exit, Ja, JEq } from '../asm/jump.js';
import { Load, LoadImm64, Store } from '../asm/memory.js';
import { R0, R1, R2, R3, R6, RFP } from '../asm/register.js';
import { splice, stackDepth } from './splice.js';

const stage = assemble(
  'stage',
  new Code()
    .origin('first')
    .emit(LoadImm64.value(R3, 0x1234_5678_9abc_def0n), LoadImm64.mapValue(R2, 'root', 24), Load.mem(R0, R1, 4, 4), JEq.imm32(R0, 7, 'out'))
    .emit(Call.symbol('other'), Call.kfunc('bpf_thing'), Exit.done())
    .label('out')
    .origin('second')
    .emit(Mov.imm32(R0, 9), Exit.done()),
);

describe('splice', () => {
  it('keeps instructions, references and origins, and leaves by its end', () => {
    const code = new Code().emit(Mov.imm(R6, 1));
    splice(code, stage);
    code.emit(Mov.reg(R0, R6), Exit.done());
    const spliced = assemble('main', code);
    expect(spliced.relocations).toEqual([
      { insn: 3, kind: 'map-value', map: 'root', offset: 24 },
      { insn: 7, kind: 'call', symbol: 'other' },
      { insn: 8, kind: 'kfunc', name: 'bpf_thing' },
    ]);
    expect(spliced.origins).toEqual([{ insn: 1, text: 'first' }, { insn: 10, text: 'second' }]);
    const view = new DataView(spliced.insns.buffer);
    expect([view.getUint32(2 * 8 + 4, true), view.getUint32(1 * 8 + 4, true)]).toEqual([0x1234_5678, 0x9abc_def0]);
    expect(view.getInt16(6 * 8 + 2, true), 'the jump to its second half').toBe(10 - 7);
    expect(view.getInt16(9 * 8 + 2, true), 'the exit in its middle').toBe(11 - 10);
    expect(disassemble(spliced).match(/exit/g)).toHaveLength(1);
  });

  it('may stand twice in one function', () => {
    const code = new Code();
    splice(code, stage);
    splice(code, stage);
    expect(assemble('main', code.emit(Exit.done())).relocations.filter(({ kind }) => kind === 'call')).toHaveLength(2);
  });

  it('keeps far jumps', () => {
    const far = new Code().emit(JEq.imm(R1, 0, 'out'), Ja.label('out'));
    for (let index = 0; index < 12_000; index += 1) far.label(`l${index}`).emit(JEq.imm(R1, index, `l${index}`));
    far.label('out').emit(Exit.done());
    const once = assemble('far', far);
    const code = new Code();
    splice(code, once);
    expect(assemble('far', code.emit(Exit.done())).insns).toEqual(once.insns);
  });
});

describe('stackDepth', () => {
  it('is the lowest byte touched or pointed to, in words', () => {
    const unit = (...instructions: readonly Instruction[]): number => stackDepth(assemble('x', new Code().emit(...instructions, Exit.done())));
    expect(unit(Mov.imm(R0, 0))).toBe(0);
    expect(unit(Store.imm(RFP, -4, 0, 4))).toBe(8);
    expect(unit(Store.mem(RFP, -16, R1, 8), Load.mem(R2, RFP, -24, 4))).toBe(24);
    expect(unit(Mov.reg(R2, RFP), Mov.imm(R3, 5), Add.imm(R2, -40), Add.imm(R3, -100))).toBe(40);
  });
});
