import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Chain, Rule, RuleHead, Ruleset, Target } from '../ruleset/model.js';
import { ZERO_COUNTERS } from '../ruleset/model.js';
import { decodePacket } from '../net/decode.js';
import { ipv4Address } from '../net/ipv4-address.js';
import { ipv4 } from '../net/ipv4.js';
import { udp } from '../net/udp.js';
import { interpret } from './interpret.js';
import { countersAt, newOracleState, type OracleState } from './state.js';

const asked: string[] = [];

vi.mock('../extensions/registry.js', () => ({
  matchExtension: (name: string) =>
    name === 'unknown'
      ? undefined
      : {
          evaluate(data: unknown, _packet: unknown, memory: Map<string, unknown>) {
            asked.push(name);
            if (name === 'alternate') {
              const seen = (memory.get('seen') as number | undefined) ?? 0;
              memory.set('seen', seen + 1);
              return seen % 2 === 0;
            }
            return data;
          },
        },
  targetExtension: (name: string) => (name === 'unknown' ? undefined : { evaluate: (data: unknown) => data }),
}));

const packet = decodePacket(ipv4({ src: ipv4Address('10.0.0.1'), dst: ipv4Address('10.0.0.2') }, udp({ sport: 1, dport: 2 })), {
  inIface: 'eth0',
  mark: 0,
  srcType: 1,
  dstType: 2,
  srcTypeIface: 1,
  dstTypeIface: 2,
  srcTypeOutIface: 1,
  dstTypeOutIface: 2,
  ctState: 'NEW',
  now: 0n,
});

const NEVER: RuleHead = { protocol: { number: 6, invert: false } };

function rule(target: Target | Target['kind'], options: { head?: RuleHead; matches?: [name: string, data: unknown][] } = {}): Rule {
  return {
    head: options.head ?? {},
    matches: (options.matches ?? []).map(([name, data]) => ({ name, data })),
    target: typeof target === 'string' ? ({ kind: target } as Target) : target,
    counters: ZERO_COUNTERS,
  };
}
const jump = (chain: string): Rule => rule({ kind: 'jump', chain });
const goto = (chain: string): Rule => rule({ kind: 'goto', chain });

function ruleset(chains: Record<string, Rule[]>, policy: 'ACCEPT' | 'DROP' = 'ACCEPT'): Ruleset {
  const map = new Map<string, Chain>();
  for (const name of ['INPUT', 'FORWARD', 'OUTPUT']) map.set(name, { name, policy, counters: ZERO_COUNTERS, rules: chains[name] ?? [] });
  for (const [name, rules] of Object.entries(chains)) if (!map.has(name)) map.set(name, { name, counters: ZERO_COUNTERS, rules });
  return { family: 'ipv4', table: 'filter', chains: map };
}

function walk(chains: Record<string, Rule[]>, policy: 'ACCEPT' | 'DROP' = 'ACCEPT', state: OracleState = newOracleState()): string {
  const outcome = interpret(ruleset(chains, policy), 'INPUT', packet, state);
  return [outcome.verdict + (outcome.hotdrop ? '!' : ''), ...outcome.trail.map((t) => `${t.chain}:${t.rule}`)].join(' ');
}

beforeEach(() => void asked.splice(0));

describe('interpret', () => {
  it('counts the policy when nothing matches', () => {
    expect(walk({})).toBe('accept INPUT:policy');
    expect(walk({ INPUT: [rule('drop', { head: NEVER })] }, 'DROP')).toBe('drop INPUT:policy');
  });
  it('takes the first terminating match', () => {
    expect(walk({ INPUT: [rule('drop', { head: NEVER }), rule('none'), rule('accept'), rule('drop')] }, 'DROP')).toBe('accept INPUT:1 INPUT:2');
  });
  it('goes on behind a jump when the chain ends', () => {
    expect(walk({ INPUT: [jump('a'), rule('drop')], a: [rule('none')] })).toBe('drop INPUT:0 a:0 INPUT:1');
  });
  it('goes on behind a jump to an empty chain', () => {
    expect(walk({ INPUT: [jump('a')], a: [] })).toBe('accept INPUT:0 INPUT:policy');
  });
  it('goes on behind a jump at RETURN, which counts', () => {
    expect(walk({ INPUT: [jump('a'), rule('drop')], a: [rule('return'), rule('accept')] })).toBe('drop INPUT:0 a:0 INPUT:1');
  });
  it('takes RETURN in a built-in chain as the policy', () => {
    expect(walk({ INPUT: [rule('return'), rule('accept')] }, 'DROP')).toBe('drop INPUT:0 INPUT:policy');
  });
  it('takes the end of a chain reached by goto from a built-in chain as the policy', () => {
    expect(walk({ INPUT: [goto('a'), rule('drop')], a: [rule('none')] })).toBe('accept INPUT:0 a:0 INPUT:policy');
    expect(walk({ INPUT: [goto('a'), rule('drop')], a: [rule('return')] })).toBe('accept INPUT:0 a:0 INPUT:policy');
  });
  it('returns from a goto to the jump before it', () => {
    expect(walk({ INPUT: [jump('a'), rule('drop')], a: [goto('b'), rule('accept')], b: [rule('none')] })).toBe('drop INPUT:0 a:0 b:0 INPUT:1');
  });
  it('returns level by level', () => {
    expect(walk({ INPUT: [jump('a'), rule('drop')], a: [jump('b'), rule('none')], b: [rule('return')] })).toBe('drop INPUT:0 a:0 b:0 a:1 INPUT:1');
  });
  it('jumps from a goto chain and comes back into it', () => {
    expect(walk({ INPUT: [goto('a'), rule('drop')], a: [jump('b'), rule('none')], b: [] }, 'DROP')).toBe('drop INPUT:0 a:0 a:1 INPUT:policy');
  });
  it('counts a rule met twice twice', () => {
    const state = newOracleState();
    expect(walk({ INPUT: [jump('a'), jump('a')], a: [rule('none')] }, 'ACCEPT', state)).toBe('accept INPUT:0 a:0 INPUT:1 a:0 INPUT:policy');
    expect(countersAt(state, { chain: 'a', rule: 0 })).toEqual({ packets: 2n, bytes: 56n });
    expect(countersAt(state, { chain: 'INPUT', rule: 'policy' })).toEqual({ packets: 1n, bytes: 28n });
  });
  it('uses the policy of the hook it walks, not of the others', () => {
    const rules = ruleset({ FORWARD: [rule('return')] }, 'DROP');
    expect(interpret(rules, 'FORWARD', packet, newOracleState()).trail).toEqual([{ chain: 'FORWARD', rule: 0 }, { chain: 'FORWARD', rule: 'policy' }]);
  });
  it('asks matches left to right and only behind a matching head', () => {
    expect(walk({ INPUT: [rule('drop', { matches: [['a', true], ['b', false], ['c', true]] }), rule('drop', { head: NEVER, matches: [['d', true]] })] })).toBe(
      'accept INPUT:policy',
    );
    expect(asked).toEqual(['a', 'b']);
  });
  it('ends at a hotdrop, which counts nowhere', () => {
    const chains = { INPUT: [rule('none'), rule('accept', { matches: [['x', 'hotdrop']] }), rule('accept')] };
    expect(walk(chains)).toBe('drop! INPUT:0');
  });
  it('does not reach a hotdrop behind a match that failed', () => {
    expect(walk({ INPUT: [rule('accept', { matches: [['a', false], ['x', 'hotdrop']] })] })).toBe('accept INPUT:policy');
  });
  it('gives each use of a stateful match its own memory', () => {
    const state = newOracleState();
    const chains = { INPUT: [rule('none', { matches: [['alternate', 0]] }), rule('none', { matches: [['alternate', 0], ['alternate', 0]] })] };
    expect(walk(chains, 'ACCEPT', state)).toBe('accept INPUT:0 INPUT:1 INPUT:policy');
    expect(walk(chains, 'ACCEPT', state)).toBe('accept INPUT:policy');
    expect(walk(chains, 'ACCEPT', state)).toBe('accept INPUT:0 INPUT:policy');
  });
  it('ends or goes on as a target extension says', () => {
    const log: Target = { kind: 'extension', name: 'log', data: 'continue' };
    const reject: Target = { kind: 'extension', name: 'reject', data: 'reject' };
    expect(walk({ INPUT: [rule(log), rule(reject), rule('accept')] })).toBe('reject INPUT:0 INPUT:1');
  });
  it('refuses what no committed ruleset has', () => {
    expect(() => walk({ INPUT: [jump('absent')] })).toThrow('no chain absent');
    expect(() => walk({ INPUT: [rule('none', { matches: [['unknown', 0]] })] })).toThrow('no match unknown');
    expect(() => walk({ INPUT: [rule({ kind: 'extension', name: 'unknown', data: 0 })] })).toThrow('no target unknown');
  });
});
