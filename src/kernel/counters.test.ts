import { describe, expect, it } from 'vitest';
import { foldCounters, settled, shown, SlotOrigins, sumStripes } from './counters.js';
import type { State } from './state.js';

const state = (base: readonly bigint[], previousSlot: readonly number[]): State => ({
  family: 'ipv4', generation: 2n, created: 0n, countersId: 1, previousCountersId: 1, base: BigInt64Array.from(base), previousSlot: Int32Array.from(previousSlot), text: '',
});

describe('counters', () => {
  it('sums the stripes of all CPUs', () => {
    // 3 CPUs, stripes of 2 slots.
    const value = new Uint8Array(BigUint64Array.from([1n, 10n, 2n, 20n, 100n, 1000n, 0n, 0n, 0n, 0n, 5n, 50n]).buffer);
    expect([...sumStripes(value, 3)]).toEqual([101n, 1010n, 7n, 70n]);
    expect([...sumStripes(value, 3, 1)]).toEqual([101n, 1010n]);
    // A view that is not aligned to 8 bytes.
    const shifted = new Uint8Array(value.length + 1);
    shifted.set(value, 1);
    expect([...sumStripes(shifted.subarray(1), 3)]).toEqual([101n, 1010n, 7n, 70n]);
  });

  it('adds as 64-bit numbers do: over the halves, below zero, past the end', () => {
    const numbers = [0xffff_ffffn, 0x1_0000_0000n, 0xffff_ffff_ffff_ffffn, -5n, 0x7fff_ffff_ffff_ffffn, 1n, 0n];
    for (const a of numbers) {
      for (const b of numbers) {
        const sum = BigInt.asUintN(64, a + b);
        expect(shown(BigInt64Array.of(a, b), BigInt64Array.of(b, a))).toEqual([{ packets: sum, bytes: sum }]);
      }
    }
    expect(shown(BigInt64Array.of(3n, 4n, 0n, 0n), new BigInt64Array(4))).toEqual([{ packets: 3n, bytes: 4n }, { packets: 0n, bytes: 0n }]);
  });

  it('refuses maps of an unexpected size', () => {
    expect(() => sumStripes(new Uint8Array(33), 2)).toThrow(/unexpected size/);
    expect(() => sumStripes(new Uint8Array(32), 2, 2)).toThrow(/unexpected size/);
    expect(() => sumStripes(new Uint8Array(16), 2)).toThrow(/unexpected size/);
  });

  it('adds base, previous and own', () => {
    const before = settled(state([10n, 100n, -4n, -40n], [1, -1]), BigInt64Array.of(7n, 7n, 2n, 20n));
    expect([...before]).toEqual([12n, 120n, -4n, -40n]);
    expect(shown(before, BigInt64Array.of(1n, 1n, 5n, 50n))).toEqual([{ packets: 13n, bytes: 121n }, { packets: 1n, bytes: 10n }]);
    expect(() => settled(state([0n, 0n], [3]), BigInt64Array.of(0n, 0n))).toThrow(/missing/);
    expect(() => settled(state([0n, 0n], [0]), undefined)).toThrow(/missing/);
  });

  it('folds kept slots, new slots and zeroed slots', () => {
    const { base, previousSlot } = foldCounters(SlotOrigins.of([{ from: 1, delta: { packets: -1n, bytes: -2n } }, { delta: { packets: 9n, bytes: 90n } }]), BigInt64Array.of(5n, 50n, 6n, 60n));
    expect([...base]).toEqual([5n, 58n, 9n, 90n]);
    expect([...previousSlot]).toEqual([1, -1]);
    expect(() => foldCounters(SlotOrigins.of([{ from: 0, delta: { packets: 0n, bytes: 0n } }]), undefined)).toThrow(/does not exist/);
    expect(() => foldCounters(SlotOrigins.of([{ from: 2, delta: { packets: 0n, bytes: 0n } }]), BigInt64Array.of(0n, 0n))).toThrow(/does not exist/);
  });
});
