import { expect, test } from 'vitest';
import { strategySetting } from './strategy-setting.js';

test('the environment may force a strategy', () => {
  expect(strategySetting({})).toEqual({});
  expect(strategySetting({ BPF_IPTABLES_STRATEGY: '' })).toEqual({});
  expect(strategySetting({ BPF_IPTABLES_STRATEGY: 'bitvector' })).toEqual({ strategy: 'bitvector' });
});

test('a word that is no strategy is refused', () => {
  expect(() => strategySetting({ BPF_IPTABLES_STRATEGY: 'fast' })).toThrow(/no strategy "fast" \(linear, bitvector, home\)/);
});
