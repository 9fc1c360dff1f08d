/** The parts of the room that transcripts (src/cli/transcripts) reach only by chance: number formats, masks, the kernel's walk, slots, drafts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RulesetRefusal } from '../errors/errors.js';
import { emptied, flush, newChain, renameChain, setPolicy, settlePolicyCounters, zero } from './chain-edits.js';
import { emptyRuleset, withChains } from './chains.js';
import { walk } from './commit-check.js';
import { Draft } from './draft.js';
import { sameData, sameRule } from './identity.js';
import { ZERO_COUNTERS } from './model.js';
import type { Rule, RuleHead, Ruleset, Target } from './model.js';
import { listedAddress, savedAddress } from './print/address.js';
import { abbreviate } from './print/columns.js';
import { ctime } from './print/save.js';
import { appendRules, deleteRules, replaceRule, zeroRule } from './rule-edits.js';

function rule(target: Target, head: RuleHead = {}, counts = 0): Rule {
  return { head, matches: [], target, counters: { packets: BigInt(counts), bytes: BigInt(counts) } };
}

const jump = (chain: string, head: RuleHead = {}): Rule => rule({ kind: 'jump', chain }, head);
const ACCEPT = rule({ kind: 'accept' });
const SOME: RuleHead = { protocol: { number: 6, invert: false } };

/** Chains by name with their rules; user chains are made. */
function table(chains: Readonly<Record<string, readonly Rule[]>>): Ruleset {
  const base = emptyRuleset('ipv4');
  const given = Object.entries(chains).map(([name, rules]) => ({ ...base.chains.get(name), name, counters: ZERO_COUNTERS, rules }));
  return withChains(base, [...[...base.chains.values()].filter(({ name }) => !(name in chains)), ...given]);
}

describe('counters in a listing', () => {
  it.each([
    [0n, '    0'],
    [99_999n, '99999'],
    [100_000n, ' 100K'],
    [100_499n, ' 100K'],
    [100_500n, ' 101K'],
    [9_999_499n, '9999K'],
    [9_999_500n, '  10M'],
    [9_998_500_000n, '9999M'],
    [9_999_499_999n, '  10G'],
    [9_999_500_000n, '  10G'],
    [9_999_500_000_000n, '  10T'],
    [2n ** 64n - 1n, '   0K'],
  ])('%s is "%s"', (count, text) => {
    expect(abbreviate(count, 5)).toBe(text);
    expect(abbreviate(count, 0)).toBe(text.trim());
  });
});

describe('masks', () => {
  it('are printed as a length, a dotted mask, or, in a listing, not at all for a host', () => {
    const host = { addr: 0x0a000001n, mask: 0xffffffffn, invert: false };
    const odd = { addr: 0x0a000001n, mask: 0xff0000ffn, invert: false };
    expect([host, odd].map((match) => savedAddress(match, 'ipv4'))).toEqual(['10.0.0.1/32', '10.0.0.1/255.0.0.255']);
    expect(listedAddress(host, 'ipv4', true, () => 'name')).toBe('10.0.0.1');
    expect(listedAddress(odd, 'ipv4', false, () => 'name')).toBe('name/255.0.0.255');
    expect(listedAddress(undefined, 'ipv4', false, () => 'name')).toBe('anywhere');
    expect(listedAddress(undefined, 'ipv4', true, () => 'name')).toBe('0.0.0.0/0');
  });
});

it('ctime pads the day with a blank', () => {
  expect(ctime(new Date(2026, 0, 2, 3, 4, 5))).toBe('Fri Jan  2 03:04:05 2026');
});

describe("the kernel's walk", () => {
  it('tells from which hooks each rule can be reached', () => {
    const [shared, behind, alone] = [rule({ kind: 'drop' }, SOME), rule({ kind: 'none' }), rule({ kind: 'none' })];
    const reach = walk(table({ INPUT: [jump('a', SOME)], OUTPUT: [jump('a'), ACCEPT, behind], a: [shared], b: [alone] }));
    expect(reach.get('a')).toEqual([1, 0, 1]);
    expect(reach.get('OUTPUT')).toEqual([0, 0, 2]);
    expect(reach.has('b')).toBe(false);
  });

  it('refuses a loop where it comes by, and only there', () => {
    expect(() => walk(table({ INPUT: [jump('a')], a: [jump('b')], b: [jump('a')] }))).toThrow(RulesetRefusal);
    expect(() => walk(table({ INPUT: [jump('a')], a: [rule({ kind: 'goto', chain: 'a' })] }))).toThrow(RulesetRefusal);
    expect(() => walk(table({ a: [jump('b')], b: [jump('a')] }))).not.toThrow();
    expect(() => walk(table({ INPUT: [jump('a')], a: [ACCEPT, jump('a')] }))).not.toThrow();
    expect(() => walk(table({ INPUT: [jump('a')], a: [rule({ kind: 'accept' }, SOME), jump('a')] }))).toThrow(RulesetRefusal);
  });

  it('is no recursion: a chain of 50,000 chains is walked', () => {
    const chains: Record<string, Rule[]> = { INPUT: [jump('c0')] };
    for (let i = 0; i < 50_000; i++) chains[`c${i}`] = i === 49_999 ? [ACCEPT] : [jump(`c${i + 1}`)];
    expect(walk(table(chains)).size).toBe(50_003);
  });

  it('agrees with a plain search on random tables', () => {
    const names = ['a', 'b', 'c', 'd'];
    const anyRule = fc.oneof(
      fc.constantFrom(...names).map((name) => jump(name)),
      fc.constant(null).map(() => rule({ kind: 'accept' })),
      fc.constant(null).map(() => rule({ kind: 'drop' }, SOME)),
    );
    const rules = fc.array(anyRule, { maxLength: 4 });
    fc.assert(
      fc.property(fc.record({ INPUT: rules, a: rules, b: rules, c: rules, d: rules }), (chains) => {
        const loops = (name: string, path: readonly string[]): boolean => {
          if (path.includes(name)) return true;
          const all = chains[name as keyof typeof chains];
          const end = all.findIndex((each) => each.target.kind === 'accept');
          return (end < 0 ? all : all.slice(0, end)).some(({ target }) => target.kind === 'jump' && loops(target.chain, [...path, name]));
        };
        const refused = ((): boolean => {
          try {
            walk(table(chains));
            return false;
          } catch {
            return true;
          }
        })();
        expect(refused).toBe(loops('INPUT', []));
      }),
    );
  });
});

describe('slots and counters', () => {
  const counted = { ...rule({ kind: 'drop' }, SOME, 5), slot: 3 };
  const read = ((): Ruleset => {
    const base = table({ INPUT: [counted, { ...ACCEPT, slot: 4 }] });
    const chains = [...base.chains.values()].map((chain) => ({ ...chain, counters: { packets: 9n, bytes: 9n }, slot: 7 }));
    return withChains(base, chains);
  })();

  it('stay with a rule through edits of others', () => {
    const edited = renameChain(newChain(appendRules(deleteRules(read, 'INPUT', [ACCEPT]), 'INPUT', [ACCEPT]), 'x'), 'x', 'y');
    expect(edited.chains.get('INPUT')!.rules).toEqual([counted, ACCEPT]);
  });

  it('-Z zeroes rules and keeps their slots; a policy starts anew', () => {
    const { rules, slot, counters } = zero(read).chains.get('INPUT')!;
    expect(rules.map((each) => [each.counters, each.slot])).toEqual([[ZERO_COUNTERS, 3], [ZERO_COUNTERS, 4]]);
    expect([slot, counters]).toEqual([undefined, ZERO_COUNTERS]);
    expect(zeroRule(read, 'INPUT', 1).chains.get('INPUT')!.rules[0]).toEqual({ ...counted, counters: ZERO_COUNTERS });
  });

  it('go with a replaced rule', () => {
    expect(replaceRule(read, 'INPUT', 1, ACCEPT).chains.get('INPUT')!.rules[0]).toEqual(ACCEPT);
  });

  it('a commit zeroes the policy counters nobody set', () => {
    const set = setPolicy(read, 'INPUT', 'DROP', { packets: 1n, bytes: 2n });
    const policies = [...settlePolicyCounters(setPolicy(set, 'OUTPUT', 'DROP')).chains.values()].map(({ counters, slot, policy }) => [counters.packets, slot, policy]);
    expect(policies).toEqual([[1n, undefined, 'DROP'], [0n, undefined, 'ACCEPT'], [0n, undefined, 'DROP']]);
  });
});

describe('identity', () => {
  it('does not look at counters, slot or words', () => {
    expect(sameRule({ ...ACCEPT, slot: 4, written: { words: '-j ACCEPT', head: ACCEPT.head, matches: ACCEPT.matches, target: ACCEPT.target } }, rule({ kind: 'accept' }, {}, 7))).toBe(true);
  });

  it('compares data deeply, an undefined property like an absent one', () => {
    expect(sameData({ a: [1n, { b: 'x' }], c: undefined }, { a: [1n, { b: 'x' }] })).toBe(true);
    expect(sameData({ a: [1n] }, { a: [1] })).toBe(false);
    expect(sameData([], {})).toBe(false);
    expect(sameData(null, {})).toBe(false);
  });
});

describe('a draft', () => {
  it('gives what the single edits give', () => {
    const start = table({ INPUT: [ACCEPT], x: [ACCEPT] });
    const draft = new Draft(start);
    draft.addChain('b');
    draft.addChain('Z');
    draft.append('b', [jump('Z')]);
    draft.append('INPUT', [jump('b')]);
    draft.flushChain('x');
    const plain = flush(appendRules(appendRules(newChain(newChain(start, 'b'), 'Z'), 'b', [jump('Z')]), 'INPUT', [jump('b')]), 'x');
    expect(draft.ruleset).toEqual(plain);
    expect([...draft.ruleset.chains.keys()]).toEqual(['INPUT', 'FORWARD', 'OUTPUT', 'Z', 'b', 'x']);
    draft.append('x', [ACCEPT]);
    draft.ruleset = emptied(draft.ruleset);
    expect([...draft.ruleset.chains.keys()]).toEqual(['INPUT', 'FORWARD', 'OUTPUT']);
    expect(start.chains.get('INPUT')!.rules).toHaveLength(1);
  });

  it('refuses as the single edits do', () => {
    const draft = new Draft(emptyRuleset('ipv4'));
    draft.addChain('a');
    expect(() => draft.addChain('a')).toThrow('Chain already exists.');
    expect(() => draft.addChain('DROP')).toThrow('Chain already exists.');
    expect(() => draft.append('b', [ACCEPT])).toThrow('No chain/target/match by that name.');
    expect(() => draft.append('a', [ACCEPT, jump('INPUT')])).toThrow("Invalid argument. Run `dmesg' for more information.");
    expect(draft.ruleset.chains.get('a')!.rules).toEqual([]);
  });

  it('takes 100,000 rules without copying what is there', () => {
    const draft = new Draft(emptyRuleset('ipv4'));
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) draft.append('INPUT', [ACCEPT]);
    expect(draft.ruleset.chains.get('INPUT')!.rules).toHaveLength(100_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
