import { describe, expect, it } from 'vitest';
import type { Action, ChainIr, RulesetIr } from '../../ir/chain-ir.js';
import { layOut, reachable } from './positions.js';

function chain(name: string, base: boolean, ...actions: Action[]): ChainIr {
  const rules = actions.map((action, slot) => ({ slot, steps: [], action, text: '' }));
  return base ? { name, rules, policy: { verdict: 'accept', slot: 9 } } : { name, rules };
}

const ir: RulesetIr = {
  family: 'ipv4',
  slots: 10,
  chains: [
    chain('INPUT', true, { kind: 'jump', chain: 'first' }),
    chain('OUTPUT', true, { kind: 'goto', chain: 'second' }, { kind: 'drop' }),
    chain('first', false, { kind: 'accept' }, { kind: 'jump', chain: 'second' }),
    chain('second', false, { kind: 'drop' }),
    chain('nowhere', false, { kind: 'jump', chain: 'second' }),
  ],
};

describe('the positions that a walk may come by', () => {
  const layout = layOut(ir);
  const chainsOf = (...from: string[]): string[] => {
    const reached = reachable(layout, from);
    const whole = ir.chains.filter(({ name }) => reached.slice(layout.start.get(name), layout.end.get(name)! + 1).every((is) => is === 1));
    const touched = new Set(layout.positions.flatMap((at, position) => (reached[position] === 1 ? [at.chain] : [])));
    expect(touched.size).toBe(whole.length);
    return whole.map(({ name }) => name);
  };

  it('are those of the chains that jumps and gotos lead to', () => {
    expect(chainsOf('INPUT')).toEqual(['INPUT', 'first', 'second']);
    expect(chainsOf('OUTPUT')).toEqual(['OUTPUT', 'second']);
    expect(chainsOf('INPUT', 'OUTPUT')).toEqual(['INPUT', 'OUTPUT', 'first', 'second']);
  });
});
