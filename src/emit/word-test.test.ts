import { describe, expect, it } from 'vitest';
import { eq, masked, not, range } from '../ir/predicate.js';
import { combine } from './word-test.js';

describe('combine', () => {
  it('joins equalities within a word of the record', () => {
    expect(combine([eq('dport', 80), eq('src', 1), eq('sport', 1000)])).toEqual([
      { kind: 'word', offset: 88, mask: 0xffff_ffffn, value: (80n << 16n) | 1000n },
      eq('src', 1),
    ]);
    expect(combine([masked('tcpFlags', 0x17, 2), eq('proto', 6)])).toEqual([{ kind: 'word', offset: 100, mask: 0x1700_00ffn, value: 0x0200_0006n }]);
  });

  it('leaves ranges, negations, single tests, and contradictions alone', () => {
    const alone = [range('sport', 1, 9), not(eq('icmpCode', 1)), eq('dport', 80), eq('proto', 6), eq('length', 6)];
    expect(combine(alone)).toEqual(alone);
    expect(combine([eq('dport', 80), eq('dport', 81)])).toEqual([eq('dport', 80), eq('dport', 81)]);
    expect(combine([masked('tos', 0xfc, 1), eq('proto', 6)]), 'outside of its mask').toEqual([masked('tos', 0xfc, 1), eq('proto', 6)]);
  });
});
