import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Predicate } from '../../ir/predicate.js';
import { all, any, eq, masked, not, range } from '../../ir/predicate.js';
import { conjuncts, intervalsOf, soleField } from './intervals.js';

/** Whether a predicate on one field holds for `value`. */
function holds(predicate: Predicate, value: bigint): boolean {
  switch (predicate.kind) {
    case 'const': return predicate.value;
    case 'test': {
      const kept = predicate.mask === undefined ? value : value & predicate.mask;
      return kept >= predicate.lo && kept <= predicate.hi;
    }
    case 'not': return !holds(predicate.of, value);
    case 'all': return predicate.of.every((part) => holds(part, value));
    case 'any': return predicate.of.some((part) => holds(part, value));
    case 'tcp-option': throw new Error('not a field');
  }
}

const byte = fc.integer({ min: 0, max: 255 }).map(BigInt);
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(byte, byte).map(([lo, hi]) => range('tcpFlags', lo, hi)),
    fc.tuple(byte, byte).map(([mask, value]) => masked('tcpFlags', mask, value)),
    fc.boolean().map((value): Predicate => ({ kind: 'const', value })),
    tie('predicate').map((of): Predicate => ({ kind: 'not', of })),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'all', of })),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'any', of })),
  ),
}));

const VALUES = Array.from({ length: 256 }, (_, value) => BigInt(value));

describe('intervalsOf', () => {
  it('is the set of values for which the predicate holds, in order, with gaps between', () => {
    fc.assert(
      fc.property(predicate, (tested) => {
        const intervals = intervalsOf(tested, 'tcpFlags')!;
        const member = (value: bigint): boolean => intervals.some(({ lo, hi }) => value >= lo && value <= hi);
        expect(VALUES.filter(member)).toEqual(VALUES.filter((value) => holds(tested, value)));
        intervals.forEach(({ lo }, index) => index > 0 && expect(lo).toBeGreaterThan(Number(intervals[index - 1]!.hi) + 1));
      }),
    );
  });

  it('takes prefixes of wide fields, not masks with holes', () => {
    expect(intervalsOf(masked('src', 0xffffff00n, 0x0a000100n), 'src')).toEqual([{ lo: 0x0a000100, hi: 0x0a0001ff }]);
    expect(intervalsOf(not(masked('src', 0xff000000n, 0n)), 'src')).toEqual([{ lo: 0x01000000, hi: 0xffffffff }]);
    expect(intervalsOf(masked('src', 0xff0000ffn, 1n), 'src')).toBeUndefined();
    expect(intervalsOf(any(eq('src', 1), masked('src', 0xff0000ffn, 1n)), 'src')).toBeUndefined();
  });

  it('has bigints for fields wider than 32 bits', () => {
    expect(intervalsOf(masked('inIfaceHi', 0xffffff0000000000n, 0x6574680000000000n), 'inIfaceHi')).toEqual([{ lo: 0x6574680000000000n, hi: 0x657468ffffffffffn }]);
    expect(intervalsOf(not(eq('inIfaceHi', 0)), 'inIfaceHi')).toEqual([{ lo: 1n, hi: 0xffffffffffffffffn }]);
    expect(intervalsOf(masked('inIfaceHi', 0xff00ffn, 1n), 'inIfaceHi')).toBeUndefined();
  });

  it('takes a mask that keeps nothing, one that keeps all, and bounds past the field', () => {
    expect(intervalsOf(masked('src', 0n, 0n), 'src')).toEqual([{ lo: 0, hi: 0xffffffff }]);
    expect(intervalsOf(masked('src', 0xffffffffn, 7n), 'src')).toEqual([{ lo: 7, hi: 7 }]);
    expect(intervalsOf(range('dport', 65000, 70000), 'dport')).toEqual([{ lo: 65000, hi: 65535 }]);
    expect(intervalsOf(range('dport', 65536, 70000), 'dport')).toEqual([]);
  });

  it('is empty where a masked value cannot be', () => {
    expect(intervalsOf(masked('src', 0xffffff00n, 0x0a000101n), 'src')).toEqual([]);
  });
});

describe('soleField', () => {
  it('is the only field', () => {
    expect(soleField(any(eq('dport', 1), not(eq('dport', 2))))).toBe('dport');
    expect(soleField(any(eq('dport', 1), eq('sport', 1)))).toBeUndefined();
    expect(soleField({ kind: 'tcp-option', option: 2 })).toBeUndefined();
  });
});

describe('conjuncts', () => {
  it('opens all, and not any', () => {
    expect(conjuncts(all(eq('proto', 6), not(any(eq('dport', 1), not(eq('sport', 2))))))).toEqual([eq('proto', 6), not(eq('dport', 1)), eq('sport', 2)]);
    expect(conjuncts(not(all(eq('proto', 6), eq('dport', 1))))).toHaveLength(1);
  });
});
