/** The text of record gives back exactly the ruleset it was made from. */
import { describe, expect, it } from 'vitest';
import { main } from './main.js';
import { TestHost } from './test-host.js';
import { fromStoredText, toStoredText } from './stored-text.js';
import type { Counters, Ruleset } from '../ruleset/model.js';

/** The ruleset after these command lines, each an argv. */
async function rulesetAfter(...lines: readonly (readonly string[])[]): Promise<Ruleset> {
  const host = new TestHost();
  for (const line of lines) expect(await main('tables', line, host), host.stderr).toBe(0);
  return host.store.read();
}

/** Without what is not stored: counters, slots and sources. */
function essence(ruleset: Ruleset): unknown {
  return [...ruleset.chains.values()].map(({ name, policy, rules }) => ({
    name,
    policy,
    rules: rules.map(({ head, matches, target }) => ({ head, matches, target })),
  }));
}

function roundTrip(ruleset: Ruleset): Ruleset {
  const slots = [...ruleset.chains.values()].reduce((sum, chain) => sum + chain.rules.length, 3);
  const counters = Array.from({ length: slots }, (_, slot): Counters => ({ packets: BigInt(slot), bytes: BigInt(slot * 100) }));
  // The state keeps it as UTF-8.
  return fromStoredText(Buffer.from(toStoredText(ruleset)).toString(), 'ipv4', counters);
}

describe('the text of record', () => {
  it.each([
    [['-A', 'INPUT']],
    [['-A', 'INPUT', '-i', '+', '-j', 'ACCEPT']],
    [['-A', 'INPUT', '!', '-i', '+', '-j', 'ACCEPT']],
    [['-A', 'INPUT', '-i', 'a\tb', '-j', 'ACCEPT']],
    [['-A', 'INPUT', '!', '-s', '0.0.0.0/0', '-j', 'DROP']],
    [['-A', 'INPUT', '-s', '1.2.3.4/255.0.255.0', '!', '-d', '10.0.0.0/8', '!', '-f', '-p', '253']],
    [['-A', 'INPUT', '-m', 'comment', '--comment', 'a\nb "quoted" \\ \'s \t']],
    [['-A', 'INPUT', '-m', 'comment', '--comment', '']],
    [['-A', 'INPUT', '-m', 'comment', '--comment', '!']],
    [['-A', 'INPUT', '-m', 'comment', '--comment', '-j']],
    [['-A', 'FORWARD', '!', '-o', 'eth+', '!', '-p', 'udp', '-j', 'LOG', '--log-prefix', '[UFW BLOCK] ', '--log-uid']],
    [['-A', 'INPUT', '-p', 'tcp', '!', '--dport', '1:5', '-m', 'multiport', '--sports', '1,2:3', '-j', 'REJECT', '--reject-with', 'tcp-reset']],
    [['-A', 'INPUT', '-m', 'mark', '!', '--mark', '1/3', '-m', 'mark', '--mark', '2', '-j', 'RETURN']],
  ])('%j', async (line) => {
    const ruleset = await rulesetAfter(line);
    expect(essence(roundTrip(ruleset))).toEqual(essence(ruleset));
  });

  it('keeps chains, policies, jumps and numbers slots in listing order, policies last', async () => {
    const ruleset = await rulesetAfter(
      ['-N', 'z'], ['-N', 'A'], ['-P', 'FORWARD', 'DROP'], ['-A', 'INPUT', '-j', 'z'], ['-A', 'z', '-g', 'A'], ['-A', 'A', '-j', 'ACCEPT'],
    );
    const back = roundTrip(ruleset);
    expect(essence(back)).toEqual(essence(ruleset));
    expect([...back.chains.values()].flatMap((chain) => chain.rules.map((rule) => rule.slot))).toEqual([0, 1, 2]);
    expect(back.chains.get('OUTPUT')).toMatchObject({ slot: 5, counters: { packets: 5n, bytes: 500n } });
  });

  it('keeps bytes that are no UTF-8', async () => {
    const ruleset = await rulesetAfter(['-N', 'caf\udce9'], ['-A', 'caf\udce9', '-i', 'e\udcff', '-m', 'comment', '--comment', '\udcfc ber', '-j', 'DROP']);
    expect(essence(roundTrip(ruleset))).toEqual(essence(ruleset));
  });

  it('refuses what it did not write', () => {
    const text = '*filter\n:"INPUT" ACCEPT\n:"FORWARD" ACCEPT\n:"OUTPUT" ACCEPT';
    expect(() => fromStoredText(text, 'ipv4', [])).toThrow('3 counters by its text and 0 by its maps');
    expect(() => fromStoredText(`${text}\n["accept","",["-A","NOPE"]]`, 'ipv4', [])).toThrow('NOPE');
    expect(() => fromStoredText(`${text}\n["queue","",["-A","INPUT"]]`, 'ipv4', [])).toThrow('queue');
    expect(() => fromStoredText('*nat', 'ipv4', [])).toThrow('*nat');
  });
});
