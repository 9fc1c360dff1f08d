import { describe, expect, it } from 'vitest';
import type { Action, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { any, eq, not, type Predicate, type Step } from '../ir/predicate.js';
import { ESTABLISHED_UP_TO, establishedRules, planEstablished } from './established.js';
import { judge, randomRuleset } from './random-rules.fixture.js';

const rule = (slot: number, action: Action, ...steps: Step[]): RuleIr => ({ slot, steps, action, text: `rule ${slot}` });
const require = (predicate: Predicate): Step => ({ kind: 'require', predicate });
const established = require(any(eq('ctState', 2), eq('ctState', 4)));
const fresh = require(eq('ctState', 8));
const port = require(eq('dport', 1));
const short: Step = { kind: 'hotdrop-if', predicate: not(eq('l4State', 0)) };
const limit: Step = { kind: 'call', stub: 'limit', config: [], invert: false };
const ACCEPT: Action = { kind: 'accept' };

const chain = (name: string, ...rules: RuleIr[]): RulesetIr['chains'][number] => ({ name, rules });
const input = (...rules: RuleIr[]): RulesetIr['chains'][number] => ({ name: 'INPUT', policy: { verdict: 'drop', slot: 99 }, rules });
const ruleset = (...chains: RulesetIr['chains'][number][]): RulesetIr => ({ family: 'ipv4', chains, slots: 100 });
const many = (step: Step, count = 1000): RuleIr[] => Array.from({ length: count }, (_, index) => rule(index, ACCEPT, step));

/** Slots of what is left of INPUT. */
const slots = (ir: RulesetIr): readonly number[] | undefined => establishedRules(ir)?.chains.find(({ name }) => name === 'INPUT')?.rules.map(({ slot }) => slot);

describe('the rules that established packets meet', () => {
  it('judge and count them as all rules do', () => {
    let [short, whole] = [0, 0];
    for (let seed = 0; seed < 3000; seed += 1) {
      const ir = randomRuleset(seed, ['dport', 'sport', 'ctState', 'l4State']);
      const left = establishedRules(ir);
      if (left === undefined) {
        whole += 1;
        continue;
      }
      short += 1;
      for (const [sport, dport] of [[0n, 0n], [0n, 1n], [1n, 0n], [1n, 1n]] as const) {
        // Nothing asks for what every such packet has in common.
        const judged = judge(left, { fields: { sport, dport }, call: false });
        for (const call of [false, true]) expect(judge(ir, { fields: { sport, dport, ctState: 2n, l4State: 0n }, call }), `seed ${seed}`).toEqual(judged);
      }
    }
    expect(short).toBeGreaterThan(500);
    expect(whole).toBeGreaterThan(500);
  });

  it('end at the first that takes all', () => {
    expect(slots(ruleset(input(rule(0, { kind: 'drop' }, require(eq('ctState', 1))), rule(1, ACCEPT, established), ...many(port))))).toEqual([1]);
  });

  it('are not those for other states, however many, nor those with hot drops that cannot be', () => {
    expect(slots(ruleset(input(...many(fresh), rule(2000, ACCEPT, established))))).toEqual([2000]);
    expect(slots(ruleset(input(rule(0, ACCEPT, short, port, fresh), rule(1, ACCEPT, established))))).toEqual([1]);
  });

  it('are not taken out of the tables where they are many', () => {
    expect(slots(ruleset(input(...many(port, ESTABLISHED_UP_TO - 1), rule(2000, ACCEPT, established), ...many(port))))).toHaveLength(ESTABLISHED_UP_TO);
    expect(slots(ruleset(input(...many(port, ESTABLISHED_UP_TO), rule(2000, ACCEPT, established))))).toBeUndefined();
  });

  it('are not taken where a call counts packets, though its rule does not match', () => {
    expect(slots(ruleset(input(rule(0, ACCEPT, limit, fresh), rule(1, ACCEPT, established))))).toBeUndefined();
    expect(slots(ruleset(input(rule(0, ACCEPT, fresh, limit), rule(1, ACCEPT, established))))).toEqual([1]);
  });

  it('are found through user chains, from which no packet comes back', () => {
    const accepting = chain('A', rule(10, ACCEPT, established), rule(11, { kind: 'return' }));
    expect(slots(ruleset(input(rule(0, { kind: 'jump', chain: 'A' }), ...many(port)), accepting))).toEqual([0]);
    expect(slots(ruleset(input(rule(0, { kind: 'goto', chain: 'A' }), ...many(port)), accepting))).toEqual([0]);
    const returning = chain('A', rule(9, { kind: 'return' }, port), rule(10, ACCEPT, established));
    expect(slots(ruleset(input(rule(0, { kind: 'jump', chain: 'A' }), rule(1, ACCEPT)), returning))).toEqual([0, 1]);
    const leaving = [chain('A', rule(9, { kind: 'goto', chain: 'B' }, port), rule(10, ACCEPT, established)), chain('B', rule(12, ACCEPT, require(eq('sport', 1))))];
    expect(slots(ruleset(input(rule(0, { kind: 'jump', chain: 'A' }), rule(1, ACCEPT)), ...leaving))).toEqual([0, 1]);
  });

  it('may be few in one chain alone', () => {
    const forward: RulesetIr['chains'][number] = { name: 'FORWARD', policy: { verdict: 'drop', slot: 98 }, rules: many(port) };
    expect([...planEstablished(ruleset(input(rule(2000, ACCEPT, established)), forward))!.linear.roots.keys()]).toEqual(['INPUT']);
  });
});
