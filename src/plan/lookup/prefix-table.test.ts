import { describe, expect, it } from 'vitest';
import { InternalFault } from '../../errors/errors.js';
import { buildPrefixTable } from './prefix-table.js';
import type { Prefixes } from './prefixes.js';

function prefixes(list: readonly (readonly [value: number, length: number])[]): Prefixes {
  return {
    values: Uint32Array.from(list, ([value]) => value),
    lengths: Uint8Array.from(list, ([, length]) => length),
    payloads: Uint32Array.from(list, (_, index) => index + 1),
  };
}

const hosts = (count: number): (readonly [number, number])[] => Array.from({ length: count }, (_, index) => [Math.imul(index + 1, 0x9e3779b9) >>> 0, 32]);

describe('a table of prefixes', () => {
  it('is a constant where there is nothing to tell apart', () => {
    expect(buildPrefixTable(prefixes([[0, 0]]), { none: 9 })).toMatchObject({ search: { kind: 'constant', payload: 1 }, hosts: undefined });
    expect(buildPrefixTable(prefixes([]), { none: 9 })).toMatchObject({ search: { kind: 'constant', payload: 9 }, hosts: undefined });
  });

  it('hashes hosts where they are most of it, and only then', () => {
    const networks = Array.from({ length: 40 }, (_, index): [number, number] => [index << 20, 14]);
    expect(buildPrefixTable(prefixes([...hosts(200), ...networks]), { none: 0 }).hosts).toBeDefined();
    expect(buildPrefixTable(prefixes([...hosts(100), ...networks]), { none: 0 }).hosts).toBeUndefined();
  });

  it('has nothing twice', () => {
    expect(() => buildPrefixTable(prefixes([[0x0a000000, 8], [0x0b000000, 8], [0x0a000000, 8]]), { none: 0 })).toThrow(InternalFault);
    expect(() => buildPrefixTable(prefixes([...hosts(300), ...hosts(1)]), { none: 0 })).toThrow(InternalFault);
  });

  it('says how far generated code reaches: not less than its bytes', () => {
    for (const count of [10, 40, 3000]) {
      const table = buildPrefixTable(prefixes([...hosts(count), [0x0a000000, 9], [0x0a010000, 17]]), { none: 0 });
      expect(table.reach).toBeGreaterThanOrEqual(table.bytes.length);
      expect(table.searchAt % 64).toBe(0);
    }
  });
});
