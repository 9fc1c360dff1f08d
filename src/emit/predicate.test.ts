import { describe, expect, it } from 'vitest';
import { assemble } from '../asm/assemble.js';
import { Mov } from '../asm/alu.js';
import { Code } from '../asm/code.js';
import { disassemble } from '../asm/disassemble.js';
import { Exit } from '../asm/jump.js';
import { R0 } from '../asm/register.js';
import { all, any, eq, masked, not, range, type Predicate } from '../ir/predicate.js';
import { jumpIf } from './predicate.js';

/** Instructions made for the compare; `-> yes` where it jumps. */
function compare(predicate: Predicate, wanted = true): string[] {
  const code = new Code();
  jumpIf(code, predicate, wanted, 'yes');
  code.emit(Mov.imm(R0, 0), Exit.done()).label('yes').emit(Mov.imm(R0, 1), Exit.done());
  const numbered = disassemble(assemble('compare', code)).trimEnd().split('\n');
  const yes = numbered.find((line) => line.endsWith('r0 = 1'))?.slice(0, 5).trim();
  const lines = numbered.map((line) => line.slice(7).replace(`-> ${yes}`, '-> yes'));
  return lines.slice(0, lines.findIndex((line) => /^r0 = [01]$/.test(line)));
}

describe('jumpIf', () => {
  it('equality and ranges take one compare', () => {
    expect(compare(eq('dport', 22))).toEqual(['r1 = *(u16 *)(r7 + 90)', 'if w1 == 22 -> yes']);
    expect(compare(range('dport', 0, 1023), false)).toEqual(['r1 = *(u16 *)(r7 + 90)', 'if w1 > 1023 -> yes']);
    expect(compare(range('dport', 1024, 65535))).toEqual(['r1 = *(u16 *)(r7 + 90)', 'if w1 >= 1024 -> yes']);
    expect(compare(range('sport', 10, 20), false)).toEqual(['r1 = *(u16 *)(r7 + 88)', 'w1 -= 10', 'if w1 > 10 -> yes']);
    expect(compare(range('src', 0x80000000n, 0xfffffff0n))).toEqual(['r1 = *(u32 *)(r7 + 0)', 'w1 -= -2147483648', 'if w1 <= 2147483632 -> yes']);
  });

  it('masks', () => {
    expect(compare(masked('src', 0xffffff00n, 0x0a000000n), false)).toEqual(['r1 = *(u32 *)(r7 + 0)', 'w1 &= -256', 'if w1 != 167772160 -> yes']);
    expect(compare(masked('tcpFlags', 0x3f, 0), false)).toEqual(['r1 = *(u8 *)(r7 + 103)', 'if w1 & 63 -> yes']);
  });

  it('words of device names', () => {
    expect(compare(masked('inIfaceHi', 0xffffff0000000000n, 0x6574680000000000n))).toEqual(['r1 = *(u64 *)(r7 + 32)', 'r1 >>= 40', 'if w1 == 6648936 -> yes']);
    expect(compare(eq('outIfaceHi', 0x6574683000000000n), false)).toEqual(['r1 = *(u64 *)(r7 + 48)', 'r2 = 0x6574683000000000 ll', 'if r1 != r2 -> yes']);
  });

  it('all, any and not short-circuit', () => {
    expect(compare(all(eq('proto', 6), eq('dport', 22)))).toEqual([
      'r1 = *(u8 *)(r7 + 100)', 'if w1 != 6 -> 4', 'r1 = *(u16 *)(r7 + 90)', 'if w1 == 22 -> yes',
    ]);
    expect(compare(not(any(eq('proto', 6), eq('proto', 17))), false)).toEqual([
      'r1 = *(u8 *)(r7 + 100)', 'if w1 == 6 -> yes', 'r1 = *(u8 *)(r7 + 100)', 'if w1 == 17 -> yes',
    ]);
  });

  it('impossible ranges never hold', () => {
    const never = [range('proto', 300, 400), range('dport', 9, 3)];
    for (const predicate of never) {
      const code = new Code();
      jumpIf(code, predicate, true, 'yes');
      expect(code.items).toEqual([]);
      jumpIf(code, predicate, false, 'yes');
      expect(code.items).toHaveLength(1);
    }
  });

  it('TCP options are bits', () => {
    expect(compare({ kind: 'tcp-option', option: 253 })).toEqual(['r1 = *(u8 *)(r7 + 151)', 'if w1 & 32 -> yes']);
  });
});
