import { describe, expect, it } from 'vitest';
import type { CtEntry, PacketMeta, PacketView } from '../../net/packet-view.js';
import { parseCommand } from '../../parse/parse-command.js';
import { conntrack } from './conntrack.js';
import type { ConntrackData } from './data.js';

const HOSTS: Readonly<Record<string, readonly bigint[]>> = { one: [0x0a000001n, 0x0a000001n], two: [0x0a000001n, 0x0a000002n] };

function dataOf(options: string): ConntrackData {
  const words = ['-A', 'INPUT', '-m', 'conntrack', ...options.split(' ')];
  const command = parseCommand(words, { family: 'ipv4', programName: 'iptables', hasChain: () => false, hosts: (name) => HOSTS[name] ?? [] });
  if (command.kind !== 'append') throw new Error(`not an append: ${options}`);
  return command.rules[0]!.matches[0]!.data as ConntrackData;
}

const ENTRY: CtEntry = {
  direction: 'REPLY',
  protocol: 6,
  original: { src: 0x0a000001n, dst: 0x0a000002n, sport: 1000, dport: 80 },
  reply: { src: 0x0a000002n, dst: 0x0a000001n, sport: 80, dport: 1000 },
  status: 14,
  expires: 30,
};

function holds(options: string, ctState: PacketMeta['ctState']): boolean | 'hotdrop' {
  const packet = { meta: { ctState, ctEntry: ENTRY } } as unknown as PacketView;
  return conntrack.evaluate(dataOf(options), packet, new Map());
}

describe('rules that are the same', () => {
  it.each([
    ['--ctproto tcp --ctdir reply', '--ctdir REPLY --ctproto 6'],
    ['--ctstatus NONE,ASSURED', '--ctstatus assured'],
    ['--ctorigsrcport http:', '--ctorigsrcport 80:65535'],
    ['--ctexpire 5', '--ctexpire 5:5'],
    ['--ctorigsrc one/255.0.0.0', '--ctorigsrc 10.1/8'],
  ])('%s, %s', (one, other) => expect(dataOf(one)).toEqual(dataOf(other)));

  it('keep what is in force although the text loses it', () => {
    expect(dataOf('--ctorigsrcport 80:0')).not.toEqual(dataOf('--ctorigsrcport 80'));
    expect(dataOf('--ctorigsrc 10.0.0.1/8')).not.toEqual(dataOf('--ctorigsrc 10.0.0.2/8'));
    expect(dataOf('--ctstatus NONE')).not.toEqual(dataOf('--ctexpire 0'));
  });
});

describe('names of hosts', () => {
  it('are asked for, and may have one address', () => {
    expect(dataOf('--ctrepldst one').ctrepldst?.addr).toBe(0x0a000001n);
    expect(() => dataOf('--ctrepldst two')).toThrow('two resolves to more than one address\n');
    expect(() => dataOf('--ctrepldst three')).toThrow('getaddrinfo: Name or service not known\n');
  });

  it('are shown by -L without -n', () => {
    const data = dataOf('--ctorigsrc 10.0.0.1/8 --ctorigdst 0.0.0.0/0');
    const named = (address: bigint): string | undefined => (address === 0x0a000001n ? 'one' : undefined);
    expect(conntrack.addressesListed!(data)).toEqual([0x0a000001n]);
    expect(conntrack.list(data, false, named)).toBe(' ctorigsrc one/8 ctorigdst anywhere');
    expect(conntrack.list(data, true, named)).toBe(' ctorigsrc 10.0.0.1/8 ctorigdst 0.0.0.0/0');
  });
});

describe('a packet without an entry', () => {
  it.each([
    ['--ctstate INVALID', true],
    ['--ctstate INVALID --ctproto 99 --ctdir ORIGINAL', true],
    ['! --ctstate NEW ! --ctproto 6', true],
    ['--ctstate NEW --ctproto 6', false],
    ['--ctproto 6', false],
    ['! --ctproto 17', false],
    ['! --ctexpire 5', false],
    ['! --ctstatus NONE', false],
  ])('%s: %s', (options, answer) => expect(holds(options, 'INVALID')).toBe(answer));
});

describe('the options hold each by itself', () => {
  it.each([
    ['--ctdir REPLY', true],
    ['--ctdir ORIGINAL', false],
    ['--ctorigsrc 10.0.0.9/24 --ctrepldst 10.0.0.1', true],
    ['! --ctorigdst 10.0.0.2', false],
    ['--ctorigdstport 79:80 --ctreplsrcport 80', true],
    ['--ctorigdstport 80:79', false],
    ['! --ctorigdstport 80:79', true],
    ['--ctstatus NONE', false],
    ['! --ctstatus NONE', true],
    ['--ctstatus EXPECTED,ASSURED', true],
    ['! --ctstatus EXPECTED', true],
    ['--ctexpire 30', true],
    ['--ctexpire 31:', false],
  ])('%s: %s', (options, answer) => expect(holds(options, 'ESTABLISHED')).toBe(answer));
});
