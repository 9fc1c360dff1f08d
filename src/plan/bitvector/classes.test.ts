import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { range } from '../../ir/predicate.js';
import { classify, setBit } from './classes.js';
import { intervalsOf, type Intervals } from './intervals.js';

const rules = fc.array(fc.option(fc.tuple(fc.nat(255), fc.nat(255))), { maxLength: 70 });

describe('classify', () => {
  it('gives every value the row of the rules that accept it, no row twice', () => {
    fc.assert(
      fc.property(rules, (asked) => {
        const accepted = new Map<number, Intervals>();
        const always = new Uint32Array(4);
        asked.forEach((bounds, position) => {
          if (bounds === null) setBit(always, position);
          else accepted.set(position, intervalsOf(range('ttl', Math.min(...bounds), Math.max(...bounds)), 'ttl')!);
        });
        const { starts, classOf, rows } = classify('ttl', accepted, always);
        expect(starts[0]).toBe(0);
        for (let value = 0; value < 256; value += 1) {
          const segment = starts.findLastIndex((start) => start <= value);
          const expected = new Uint32Array(4);
          asked.forEach((bounds, position) => {
            if (bounds === null || (value >= Math.min(...bounds) && value <= Math.max(...bounds))) setBit(expected, position);
          });
          expect(rows[classOf[segment]!]).toEqual(expected);
        }
        expect(new Set(rows.map(String)).size).toBe(rows.length);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses in words what would not fit into memory', () => {
    // Rows of 1 MiB, one for every port.
    const accepted = new Map<number, Intervals>(Array.from({ length: 600 }, (_, port) => [port, [{ lo: port, hi: port }]]));
    expect(() => classify('dport', accepted, new Uint32Array(2 ** 18))).toThrow(/too many different rules for vectors.* 512 MiB/);
  });
});
