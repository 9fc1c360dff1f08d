/** The text of record gives back exactly the ruleset it was made from. */
import { describe, expect, it } from 'vitest';
import { main } from './main.js';
import { TestHost } from './test-host.js';
import { fromStoredText, toStoredText } from './stored-text.js';
import { MemoryStore } from './memory-store.js';
import type { Counters, Family, Ruleset } from '../ruleset/model.js';

/** The ruleset after these command lines, each an argv. */
function rulesetAfter(...lines: readonly (readonly string[])[]): Promise<Ruleset> {
  return rulesetOf('ipv4', lines);
}

async function rulesetOf(family: Family, lines: readonly (readonly string[])[]): Promise<Ruleset> {
  const host = new TestHost(new MemoryStore(family));
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
  return fromStoredText(Buffer.from(toStoredText(ruleset)).toString(), ruleset.family, counters);
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

  it.each([
    [['-A', 'INPUT', '-s', '2001:db8::1', '!', '-d', 'fe80::/10', '-p', 'tcp', '--dport', '22', '-j', 'DROP'], '-s 2001:db8::1/128 ! -d fe80::/10 -p tcp -m tcp --dport 22 -j DROP'],
    [['-A', 'INPUT', '-s', '::ffff:1.2.3.4', '-p', '47'], '["none","",["-A","INPUT","-s","::ffff:1.2.3.4/128","-p","47"]]'],
    [['-A', 'INPUT', '-s', '::1/ffff::ffff', '!', '-d', '::/0', '-j', 'RETURN'], '["return","",["-A","INPUT","-s","::1/ffff::ffff","!","-d","::/0"]]'],
    [['-A', 'INPUT', '-p', 'all', '-j', 'ACCEPT'], '["accept","",["-A","INPUT","-p","0"]]'],
    [['-A', 'INPUT', '-p', 'ah'], '["none","",["-A","INPUT","-p","51"]]'],
    [['-A', 'INPUT', '!', '-p', 'ah'], '! -p ah'],
  ])('keeps rules of IPv6: %j', async (line, kept) => {
    const ruleset = await rulesetOf('ipv6', [line]);
    expect(toStoredText(ruleset).split('\n').at(-1)).toBe(kept);
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

  it('keeps words that are plain as they are, and lists those that are not', async () => {
    const ruleset = await rulesetAfter(
      ['-N', 'LOGS'], ['-A', 'INPUT'], ['-A', 'INPUT', '-p', 'tcp', '--dport', '80', '-j', 'LOGS'], ['-A', 'INPUT', '-i', '+'], ['-A', 'LOGS', '-p', 'gre', '-j', 'DROP'],
    );
    expect(toStoredText(ruleset).split('\n')).toEqual([
      '*filter', ':"INPUT" ACCEPT 3', ':"FORWARD" ACCEPT 0', ':"OUTPUT" ACCEPT 0', ':"LOGS" - 1',
      '', '-p tcp -m tcp --dport 80 -j LOGS', '["none","",["-A","INPUT","-i","+"]]', '["drop","",["-A","LOGS","-p","47"]]',
    ]);
  });

  it('gives the words it read once more', async () => {
    const host = new TestHost();
    host.input = '*filter\n:c - [0:0]\n-A INPUT -s 10.0.0.1 -p udp -m udp --dport 53 -j c\n-A c -p tcp -m tcp --dport ssh -j LOG\nCOMMIT\n';
    expect(await main('restore', [], host), host.stderr).toBe(0);
    const text = toStoredText(host.store.read());
    expect(text.split('\n').slice(-2)).toEqual(['-s 10.0.0.1 -p udp -m udp --dport 53 -j c', '-p tcp -m tcp --dport 22 -j LOG']);
    expect(toStoredText(roundTrip(host.store.read()))).toBe(text);
  });

  it('is not mistaken about targets when a chain of that name comes or is renamed', async () => {
    const host = new TestHost();
    host.input = '*filter\n:c - [0:0]\n-A INPUT -j LOG\n-A INPUT -j c\n-A INPUT -g c\nCOMMIT\n';
    expect(await main('restore', [], host), host.stderr).toBe(0);
    const more = new TestHost(host.store);
    more.input = '*filter\n:LOG - [0:0]\nCOMMIT\n';
    expect(await main('restore', ['-n'], more), more.stderr).toBe(0);
    expect(await main('tables', ['-E', 'c', 'd'], more), more.stderr).toBe(0);
    const ruleset = host.store.read();
    expect(ruleset.chains.get('INPUT')!.rules.map((rule) => rule.target.kind)).toEqual(['extension', 'jump', 'goto']);
    expect(essence(roundTrip(ruleset))).toEqual(essence(ruleset));
  });

  it('keeps rules with devices in chains that are called like those of other tables', async () => {
    const ruleset = await rulesetAfter(['-N', 'c'], ['-A', 'c', '-i', 'eth0', '-o', 'eth1'], ['-E', 'c', 'POSTROUTING']);
    expect(essence(roundTrip(ruleset))).toEqual(essence(ruleset));
  });

  it('refuses what it did not write', () => {
    const text = (input: number) => `*filter\n:"INPUT" ACCEPT ${input}\n:"FORWARD" ACCEPT 0\n:"OUTPUT" ACCEPT 0`;
    const counters = Array.from({ length: 4 }, () => ({ packets: 0n, bytes: 0n }));
    expect(() => fromStoredText(text(0), 'ipv4', [])).toThrow('3 counters by its text and 0 by its maps');
    expect(() => fromStoredText(text(1), 'ipv4', counters)).toThrow('ends before the rules of its chain INPUT');
    expect(() => fromStoredText(`${text(0)}\n-j ACCEPT`, 'ipv4', counters)).toThrow('belong to no chain: -j ACCEPT');
    expect(() => fromStoredText(`${text(1)}\n-j NOPE`, 'ipv4', counters)).toThrow('no rule of the state: -j NOPE');
    expect(() => fromStoredText(`${text(1)}\n["queue","",["-A","INPUT"]]`, 'ipv4', counters)).toThrow('queue');
    expect(() => fromStoredText('*nat', 'ipv4', [])).toThrow('*nat');
    expect(() => fromStoredText('*filter\n:INPUT ACCEPT 0', 'ipv4', [])).toThrow('a chain :INPUT');
  });
});
