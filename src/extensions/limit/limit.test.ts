import { describe, expect, it } from 'vitest';
import type { PacketView } from '../../net/packet-view.js';
import { bucketSize } from './bucket.js';
import { limit, type LimitData } from './limit.js';
import { formatRate, parseRate } from './rate.js';

const SECOND = 1_000_000_000n;

function at(now: bigint): PacketView {
  return { meta: { now } } as PacketView;
}

/** How many of `packets` at one instant pass. */
function passing(data: LimitData, state: Map<string, unknown>, now: bigint, packets: number): number {
  return Array.from({ length: packets }, () => limit.evaluate(data, at(now), state)).filter((passed) => passed === true).length;
}

describe('limit', () => {
  const data: LimitData = { period: parseRate('6/min'), burst: 3 };

  it('lets the burst pass, then one packet per period', () => {
    const state = new Map<string, unknown>();
    expect(passing(data, state, 5n * SECOND, 10)).toBe(3);
    expect(passing(data, state, 14n * SECOND, 10)).toBe(0);
    expect(passing(data, state, 15n * SECOND, 10)).toBe(1);
    expect(passing(data, state, 36n * SECOND, 10)).toBe(2);
  });

  it('never keeps more than the burst', () => {
    const state = new Map<string, unknown>();
    expect(passing(data, state, 0n, 10)).toBe(3);
    expect(passing(data, state, 86_400n * SECOND, 10)).toBe(3);
  });

  it('counts time in jiffies of 4 ms', () => {
    const perSecond: LimitData = { period: parseRate('250/s'), burst: 1 };
    const state = new Map<string, unknown>();
    expect(passing(perSecond, state, 0n, 2)).toBe(1);
    expect(passing(perSecond, state, 3_999_999n, 2)).toBe(0);
    expect(passing(perSecond, state, 4_000_000n, 2)).toBe(1);
  });

  it('costs credits as the kernel computes them', () => {
    expect(bucketSize(parseRate('1/s'), 5)).toEqual({ cost: 32_000, capacity: 160_000 });
    expect(bucketSize(parseRate('3/hour'), 5)).toEqual({ cost: 38_400_000, capacity: 192_000_000 });
  });

  it('lowers to the stub with period and burst', () => {
    expect(limit.lower(data, 'ipv4')).toEqual([{ kind: 'call', stub: 'limit', config: [100_000n, 3n], invert: false }]);
  });

  it('prints what it parsed for every plain rate', () => {
    for (const unit of ['sec', 'min', 'hour']) {
      for (let count = 1; count < 60; count += 1) {
        const printed = formatRate(parseRate(`${count}/${unit}`));
        expect(parseRate(printed)).toBe(parseRate(`${count}/${unit}`));
      }
    }
  });
});
