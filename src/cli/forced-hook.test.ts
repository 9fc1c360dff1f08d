import { describe, expect, it } from 'vitest';
import { OtherProblem } from '../errors/errors.js';
import { forcedHook } from './forced-hook.js';

describe('BPF_IPTABLES_HOOK', () => {
  it('forces a mode, with fast-forward where it says so, or nothing', () => {
    expect(forcedHook({})).toBeUndefined();
    expect(forcedHook({ BPF_IPTABLES_HOOK: '' })).toBeUndefined();
    expect(forcedHook({ BPF_IPTABLES_HOOK: 'early-drop' })).toEqual({ mode: 'early-drop', fastForward: false });
    expect(forcedHook({ BPF_IPTABLES_HOOK: 'xdp+fast-forward' })).toEqual({ mode: 'xdp', fastForward: true });
  });

  it('refuses other words', () => {
    for (const word of ['XDP', '+fast-forward', 'xdp+fast']) expect(() => forcedHook({ BPF_IPTABLES_HOOK: word })).toThrow(OtherProblem);
  });
});
