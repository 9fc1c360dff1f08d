import { describe, expect, it } from 'vitest';
import type { Action, ChainIr, RulesetIr } from '../ir/chain-ir.js';
import { planLinear } from './linear.js';

/** `a>`: jump, `a!`: goto, `+` accept, `.` continue. */
function action(word: string): Action {
  if (word === '+') return { kind: 'accept' };
  if (word === '.') return { kind: 'continue' };
  return { kind: word.endsWith('!') ? 'goto' : 'jump', chain: word.slice(0, -1) };
}

/** Chains by name; INPUT has a policy. */
function ir(chains: Record<string, string>): RulesetIr {
  let slot = 0;
  const built = Object.entries(chains).map(([name, words]): ChainIr => ({
    name,
    rules: words.split(' ').filter((word) => word !== '').map((word) => ({ slot: slot++, steps: [], action: action(word), text: word })),
    ...(name === 'INPUT' ? { policy: { verdict: 'drop', slot: 1000 } } : {}),
  }));
  return { family: 'ipv4', chains: built, slots: 1001 };
}

/** Blocks as `id:chain->continuation`. */
const blocks = (chains: Record<string, string>): string[] | undefined =>
  planLinear(ir(chains), 100)?.blocks.map(({ id, chain, next }) => `${id}:${chain}->${next.kind === 'policy' ? 'policy' : `${next.block}.${next.index}`}`);

describe('planLinear', () => {
  it('continues a jump after its rule, and the last rule where its chain goes', () => {
    expect(blocks({ INPUT: 'a> + b>', a: '.', b: '.' })).toEqual(['0:INPUT->policy', '1:a->0.1', '2:b->policy']);
  });

  it('continues a goto where its chain goes', () => {
    expect(blocks({ INPUT: 'a> +', a: 'b! +', b: 'c> .', c: '.' })).toEqual(['0:INPUT->policy', '1:a->0.1', '2:b->0.1', '3:c->2.1']);
  });

  it('shares blocks of equal continuation, copies others', () => {
    expect(blocks({ INPUT: 'a! a! a> a> .', a: '.' })).toEqual(['0:INPUT->policy', '1:a->policy', '2:a->0.3', '3:a->0.4']);
  });

  it('gives up beyond the limit', () => {
    const doubling = { INPUT: 'a> a> .', a: 'b> b> .', b: 'c> c> .', c: '. . .' };
    expect(planLinear(ir(doubling), 100)?.expanded).toBe(3 + 2 * 3 + 4 * 3 + 8 * 3);
    expect(planLinear(ir(doubling), 44)).toBeUndefined();
  });

  it('faults on loops and missing chains', () => {
    expect(() => planLinear(ir({ INPUT: 'a>', a: 'a>' }), 100)).toThrow('loop of chains through a');
    expect(() => planLinear(ir({ INPUT: 'a>' }), 100)).toThrow('missing chain a');
  });
});
