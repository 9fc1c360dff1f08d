import { describe, expect, it } from 'vitest';
import { ParameterProblem } from '../errors/errors.js';
import { nextHook, printHooks } from './subcommands/hook.js';

describe('bpf-iptables hook', () => {
  it('changes what is asked for and keeps the rest', () => {
    const fast = { mode: 'xdp', fastForward: true } as const;
    expect(nextHook(fast, 'xdp-generic')).toEqual({ mode: 'xdp-generic', fastForward: true });
    expect(nextHook(fast, undefined, false)).toEqual({ mode: 'xdp', fastForward: false });
    expect(nextHook({ mode: 'xdp', fastForward: false }, undefined, true)).toEqual(fast);
  });

  it('has fast-forward only where XDP judges', () => {
    expect(nextHook({ mode: 'xdp', fastForward: true }, 'tc')).toEqual({ mode: 'tc', fastForward: false });
    expect(() => nextHook({ mode: 'tc', fastForward: false }, undefined, true)).toThrow(ParameterProblem);
    expect(() => nextHook({ mode: 'xdp', fastForward: true }, 'early-drop', true)).toThrow(ParameterProblem);
  });

  it('lists every interface with the reason', () => {
    const interfaces = [{ name: 'lo', at: 'tc', why: 'loopback' }, { name: 'eth0', at: 'native' }, { name: 'p1', at: 'upper' }] as const;
    expect(printHooks({ setting: { mode: 'xdp', fastForward: true }, ipv6: false, interfaces })).toBe(
      'hook: xdp, fast-forward\n  lo    tc (no XDP: loopback)\n  eth0  XDP (native), tc behind it\n  p1    not here: a port of the device above it\n',
    );
    expect(printHooks({ setting: { mode: 'xdp', fastForward: false }, ipv6: true, interfaces: [] })).toBe('hook: xdp\nIPv6 is judged at tc alone\n');
    expect(printHooks({ setting: { mode: 'tc', fastForward: false }, ipv6: true, interfaces: [] })).toBe('hook: tc\n');
    expect(printHooks(undefined)).toBe('hook: none, no ruleset is in force\n');
  });
});
