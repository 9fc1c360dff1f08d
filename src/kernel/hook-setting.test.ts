import { describe, expect, it } from 'vitest';
import { InternalFault } from '../errors/errors.js';
import { decodeHook, encodeHook, HOOK_MODES, USUAL_HOOK, xdpModes } from './hook-setting.js';

describe('the hook setting', () => {
  it('comes back from its word, and a root that was never told is the usual one', () => {
    const words = new Set<bigint>();
    for (const mode of HOOK_MODES) {
      for (const fastForward of [false, true]) {
        const word = encodeHook({ mode, fastForward });
        expect(decodeHook(word)).toEqual({ mode, fastForward });
        words.add(word);
      }
    }
    expect(words.size).toBe(8);
    expect(decodeHook(0n)).toEqual(USUAL_HOOK);
  });

  it('refuses words of other versions', () => {
    expect(() => decodeHook(BigInt(HOOK_MODES.length))).toThrow(InternalFault);
    expect(() => decodeHook(1n << 9n)).toThrow(InternalFault);
  });

  it('never runs generic XDP unless asked', () => {
    expect(HOOK_MODES.filter((mode) => xdpModes(mode).includes('generic'))).toEqual(['xdp-generic']);
    expect(xdpModes('tc')).toEqual([]);
  });
});
