import { describe, expect, it } from 'vitest';
import { InternalFault } from '../errors/errors.js';
import { ZERO_COUNTERS, type Chain, type Rule, type Ruleset, type Target } from '../ruleset/model.js';
import { lowerRuleset } from './lower.js';

const rule = (target: Target, part: Partial<Rule> = {}): Rule => ({ head: {}, matches: [], target, counters: ZERO_COUNTERS, ...part });
const chain = (name: string, rules: readonly Rule[], policy?: 'ACCEPT' | 'DROP'): [string, Chain] => [
  name,
  { name, counters: ZERO_COUNTERS, rules, ...(policy === undefined ? {} : { policy }) },
];
const ruleset = (...chains: [string, Chain][]): Ruleset => ({ family: 'ipv4', table: 'filter', chains: new Map(chains) });
const print = (name: string): string => `-A ${name}`;

describe('lowerRuleset', () => {
  it('numbers rules in listing order, then policies', () => {
    const ir = lowerRuleset(
      ruleset(
        chain('INPUT', [rule({ kind: 'jump', chain: 'a' }), rule({ kind: 'none' })], 'DROP'),
        chain('FORWARD', [], 'ACCEPT'),
        chain('OUTPUT', [rule({ kind: 'accept' })], 'ACCEPT'),
        chain('a', [rule({ kind: 'return' })]),
      ),
      print,
    );
    expect(ir.slots).toBe(7);
    expect(ir.chains.map(({ name, policy, rules }) => [name, policy?.verdict, policy?.slot, ...rules.map(({ slot }) => slot)])).toEqual([
      ['INPUT', 'drop', 4, 0, 1],
      ['FORWARD', 'accept', 5],
      ['OUTPUT', 'accept', 6, 2],
      ['a', undefined, undefined, 3],
    ]);
    expect(ir.chains[0]!.rules.map(({ action }) => action)).toEqual([{ kind: 'jump', chain: 'a' }, { kind: 'continue' }]);
  });

  it('puts the head before the matches and drops steps that say nothing', () => {
    const tcp = { name: 'udp', data: { sport: { lo: 0, hi: 65535, invert: false }, dport: { lo: 53, hi: 53, invert: false } } };
    const ir = lowerRuleset(
      ruleset(chain('INPUT', [rule({ kind: 'drop' }, { head: { src: { addr: 0n, mask: 0n, invert: false }, protocol: { number: 17, invert: false } }, matches: [tcp] })], 'ACCEPT')),
      print,
    );
    const steps = ir.chains[0]!.rules[0]!.steps;
    expect(steps[0]).toEqual({ kind: 'require', predicate: { kind: 'test', field: 'proto', lo: 17n, hi: 17n } });
    expect(steps.map(({ kind }) => kind)).toContain('hotdrop-if');
    expect(steps.at(-1)).toEqual({ kind: 'require', predicate: { kind: 'test', field: 'dport', lo: 53n, hi: 53n } });
  });

  it('leaves out what no packet reaches, even a loop, without moving slots', () => {
    const ir = lowerRuleset(
      ruleset(chain('INPUT', [rule({ kind: 'jump', chain: 'a' })], 'ACCEPT'), chain('a', [rule({ kind: 'accept' }), rule({ kind: 'jump', chain: 'a' })]), chain('b', [rule({ kind: 'none' }), rule({ kind: 'drop' }, { head: { fragment: { invert: false } } })])),
      print,
    );
    expect(ir.chains.map(({ name, rules }) => [name, ...rules.map(({ slot }) => slot)])).toEqual([['INPUT', 0], ['a', 1], ['b', 3, 4]]);
    expect(ir.slots).toBe(6);
  });

  it('refuses extensions that do not exist', () => {
    const bad = (part: Partial<Rule>, target: Target): (() => unknown) => () => lowerRuleset(ruleset(chain('INPUT', [rule(target, part)], 'ACCEPT')), print);
    expect(bad({ matches: [{ name: 'nonesuch', data: {} }] }, { kind: 'accept' })).toThrow(InternalFault);
    expect(bad({}, { kind: 'extension', name: 'NONESUCH', data: {} })).toThrow(InternalFault);
  });
});
