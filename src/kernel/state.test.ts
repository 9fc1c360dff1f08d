import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VersionProblem } from '../errors/errors.js';
import { decodeState, encodeState, STATE_VERSION, type State } from './state.js';

const STATE: State = {
  family: 'ipv4', generation: 12n, created: 99n, countersId: 5, previousCountersId: 4,
  base: BigInt64Array.of(1n, 2n, -3n, -(1n << 62n)), previousSlot: Int32Array.of(-1, 7), text: '*filter\n-A INPUT -m comment --comment "ü"\n',
};

describe('the state', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.tuple(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.integer({ min: -1, max: 0x7fffffff }))), (text, slots) => {
        const state: State = { ...STATE, family: 'ipv6', text, base: BigInt64Array.from(slots.flatMap(([n]) => [n, -1n - n])), previousSlot: Int32Array.from(slots.map(([, from]) => from)) };
        expect(decodeState(encodeState(state))).toEqual(state);
      }),
    );
  });

  it('tells any changed bit', () => {
    const good = encodeState(STATE);
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = Uint8Array.from(good);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeState(bad), `bit ${bit}`).toThrow();
    }
  });

  it('refuses what is cut short or too long', () => {
    const good = encodeState(STATE);
    for (const length of [0, 1, 87, 88, good.length - 1]) expect(() => decodeState(good.subarray(0, length))).toThrow();
    expect(() => decodeState(Uint8Array.from([...good, 0]))).toThrow(/lengths disagree/);
  });

  it('refuses another version with words, whatever else it holds', () => {
    const other = encodeState(STATE);
    other[8] = STATE_VERSION + 1;
    expect(() => decodeState(other)).toThrow(VersionProblem);
    expect(() => decodeState(other)).toThrow(new RegExp(`state format ${STATE_VERSION + 1}.*detach`));
  });
});
