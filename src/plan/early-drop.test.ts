import { describe, expect, it } from 'vitest';
import type { Action, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { AROUND_FIELDS } from '../ir/field.js';
import { eq, type Step } from '../ir/predicate.js';
import { earlyDrop } from './early-drop.js';
import { stageNeeds } from './stages.js';
import { judge, randomRuleset, type World } from './random-rules.fixture.js';

/** Everything that tc may know of a packet with these ports. */
function worlds(sport: bigint, dport: bigint): World[] {
  return [1n, 2n, 4n].flatMap((ctState) => [0n, 1n].flatMap((mark) => [false, true].map((call) => ({ fields: { sport, dport, ctState, mark, ctDirection: mark, ctExpires: 1n - mark }, call }))));
}

const rule = (slot: number, action: Action, ...steps: Step[]): RuleIr => ({ slot, steps, action, text: '' });
const ruleset = (verdict: 'accept' | 'drop', ...rules: RuleIr[]): RulesetIr => ({ family: 'ipv4', chains: [{ name: 'INPUT', policy: { verdict, slot: 9 }, rules }], slots: 10 });
const established: Step = { kind: 'require', predicate: eq('ctState', 2) };
const port: Step = { kind: 'require', predicate: eq('dport', 1) };

describe('early drop', () => {
  it('drops only what is dropped whatever tc knows, by the same rules', () => {
    let [drops, left] = [0, 0];
    for (let seed = 0; seed < 1500; seed += 1) {
      const ir = randomRuleset(seed, ['dport', 'sport', 'ctState', 'mark', 'ctDirection', 'ctExpires']);
      const early = earlyDrop(ir);
      for (const [sport, dport] of [[0n, 0n], [0n, 1n], [1n, 0n], [1n, 1n]] as const) {
        // The early stage asks nothing that it does not know: `fields` has only what XDP has.
        const { verdict, trail } = judge(early, { fields: { sport, dport }, call: false });
        if (verdict !== 'drop') {
          left += 1;
          continue;
        }
        drops += 1;
        for (const world of worlds(sport, dport)) expect(judge(ir, world), `seed ${seed}`).toEqual({ verdict, trail });
      }
    }
    expect(drops).toBeGreaterThan(700);
    expect(left).toBeGreaterThan(700);
  });

  it('leaves all behind a rule that lets established flows pass', () => {
    expect(earlyDrop(ruleset('drop', rule(0, { kind: 'accept' }, established), rule(1, { kind: 'drop' }, port))).chains[0]!.rules).toHaveLength(1);
  });

  it('sees what stands before it, and what it cannot match', () => {
    const early = earlyDrop(ruleset('accept', rule(0, { kind: 'drop' }, port), rule(1, { kind: 'accept' }, established)));
    expect(judge(early, { fields: { dport: 1n }, call: false })).toEqual({ verdict: 'drop', trail: [0] });
    const behind = earlyDrop(ruleset('drop', rule(0, { kind: 'accept' }, established, port)));
    expect(judge(behind, { fields: { dport: 0n }, call: false })).toEqual({ verdict: 'drop', trail: [9] });
    expect(judge(behind, { fields: { dport: 1n }, call: false }).verdict).toBe('accept');
  });

  it('leaves what rules about the host\'s knowledge of the packet may concern', () => {
    for (const field of AROUND_FIELDS) {
      const early = earlyDrop(ruleset('drop', rule(0, { kind: 'accept' }, { kind: 'require', predicate: eq(field, 1) }, port)));
      expect(stageNeeds(early).around).toBe(false);
      expect(judge(early, { fields: { dport: 1n }, call: false }).verdict).toBe('accept');
      expect(judge(early, { fields: { dport: 0n }, call: false })).toEqual({ verdict: 'drop', trail: [9] });
    }
  });

  it('leaves what a function may hot drop before the rest of its rule is asked', () => {
    const early = earlyDrop(ruleset('drop', rule(0, { kind: 'continue' }, { kind: 'call', stub: 'header_number', invert: false, config: [] }, port)));
    expect(judge(early, { fields: { dport: 0n }, call: false }).verdict).toBe('accept');
  });

  it('forgets rules that can lead to no drop', () => {
    const early = earlyDrop(ruleset('accept', rule(0, { kind: 'drop' }, port), rule(1, { kind: 'continue' }, port), rule(2, { kind: 'accept' })));
    expect(early.chains[0]!.rules.map(({ slot }) => slot)).toEqual([0]);
    expect(earlyDrop(ruleset('accept', rule(0, { kind: 'reject', type: 3 }, port))).chains[0]!.rules).toEqual([]);
  });
});
