import { describe, expect, it } from 'vitest';
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { Call, Exit } from '../asm/jump.js';
import { LoadImm64 } from '../asm/memory.js';
import { R1 } from '../asm/register.js';
import type { CodeUnit } from './code-unit.js';
import { link } from './link.js';

const unit = (name: string, ...calls: string[]): CodeUnit =>
  assemble(name, new Code().origin(name).emit(LoadImm64.map(R1, `${name}_map`), ...calls.map((symbol) => Call.symbol(symbol)), Exit.done()));

/** Slot that the call at slot `insn` goes to. */
function target(insns: Uint8Array, insn: number): number {
  const view = new DataView(insns.buffer);
  expect(view.getUint8(insn * 8 + 1) >> 4).toBe(1);
  return insn + 1 + view.getInt32(insn * 8 + 4, true);
}

describe('link', () => {
  it('appends what is reached, once, and fixes the calls', () => {
    const linked = link(unit('main', 'a', 'b', 'a'), [unit('unused'), unit('b', 'a'), unit('a')]);
    // main: 0-1 ld, 2-4 calls, 5 exit; a: 6-8; b: 9-12
    expect(linked.insns.byteLength / 8).toBe(13);
    expect([target(linked.insns, 2), target(linked.insns, 3), target(linked.insns, 4)]).toEqual([6, 9, 6]);
    expect(target(linked.insns, 11)).toBe(6);
    expect(linked.relocations).toEqual([
      { insn: 0, kind: 'map', map: 'main_map' },
      { insn: 6, kind: 'map', map: 'a_map' },
      { insn: 9, kind: 'map', map: 'b_map' },
    ]);
    expect(linked.origins).toEqual([{ insn: 0, text: 'main' }, { insn: 6, text: 'a' }, { insn: 9, text: 'b' }]);
  });

  it('names what is missing or doubled', () => {
    expect(() => link(unit('main', 'gone'), [])).toThrow('main calls gone, which is not in the library');
    expect(() => link(unit('main'), [unit('a'), unit('a')])).toThrow('the library has a twice');
  });
});
