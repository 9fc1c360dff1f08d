/** The short way gives exactly what the grammar gives, or nothing. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import { allExtensions } from '../extensions/registry.js';
import { writtenWords, type Family, type Rule } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { parseSaveLine, type SaveLine } from './parse-save.js';
import { PlainLineReader, type PlainAppend } from './plain-line.js';
import { RawLine, saveLines } from './save-lines.js';
import { expandFile } from './vectors/restore-file.mjs';

const CHAINS = new Set(['INPUT', 'FORWARD', 'OUTPUT', 'C1', 'C2', 'LOG', 'a-very-long-name-of-28-bytes']);

/** As the grammar reads a line of a filter table; undefined where it refuses. */
function byGrammar({ text, number, terminated }: RawLine, counters: boolean, family: Family): SaveLine | undefined {
  try {
    return parseSaveLine(text, { line: number, table: 'filter', terminated }, {
      family, programName: 'iptables-restore', counters, hasChain: (name) => CHAINS.has(name), hosts: () => [],
    });
  } catch (error) {
    if (error instanceof IptablesError) return undefined;
    throw error;
  }
}

/** What the short way says, held against the grammar; undefined where it says nothing. */
function compared(line: RawLine, reader: PlainLineReader, counters: boolean, family: Family = 'ipv4'): PlainAppend | undefined {
  const plain = reader.read(line);
  if (!plain) return undefined;
  const saved = byGrammar(line, counters, family);
  if (saved?.kind !== 'command' || saved.command.kind !== 'append') throw new Error(`the grammar appends nothing: ${line.text}`);
  const { written, ...rule } = plain.rule;
  expect({ chain: plain.chain, rules: [rule] }, line.text).toStrictEqual({ chain: saved.command.chain, rules: saved.command.rules });
  expect(saved.command.warnings).toEqual([]);
  expect(Object.keys(rule.head)).toEqual(Object.keys(saved.command.rules[0]!.head));
  if (written) expectWordsGive(plain.rule, family);
  return plain;
}

/** The words kept with a rule give the same rule again. */
function expectWordsGive(rule: Rule, family: Family): void {
  const words = writtenWords(rule)!;
  const again = readerOf(false, family).read(lineOf(words === '' ? '-A INPUT' : `-A C1 ${words}`));
  expect({ ...again?.rule, written: undefined }).toStrictEqual({ ...rule, counters: again?.rule.counters, written: undefined });
}

function readerOf(counters: boolean, family: Family = 'ipv4'): PlainLineReader {
  return new PlainLineReader({ family, counters, hasChain: (name) => CHAINS.has(name) });
}

function lineOf(text: string): RawLine {
  return new RawLine(text, 0, text.length, 1, true);
}

const VECTORS: Readonly<Record<Family, { readonly own: readonly string[]; readonly suffix: string }>> = {
  ipv4: { own: ['command-line.vectors', 'random-lines.vectors'], suffix: '.vectors' },
  ipv6: { own: ['ip6tables.vectors', 'random-lines6.vectors'], suffix: '.vectors6' },
};

function vectorSpecs(family: Family): string[] {
  const own = VECTORS[family].own.flatMap((file) => {
    const lines = readFileSync(path.join(import.meta.dirname, 'vectors', file), 'utf8').split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/ ;(?: |$)/)[0]!);
  });
  const extensions = path.join(import.meta.dirname, '../extensions');
  const theirs = readdirSync(extensions, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(VECTORS[family].suffix)).flatMap((name) => {
    const lines = readFileSync(path.join(extensions, name), 'utf8').split('\n');
    // The words as they were given, and as iptables-save printed them.
    return lines.filter((line) => line !== '' && !line.startsWith('#')).flatMap((line) => line.split(';').flatMap((part) => [`-A FORWARD ${part.trim()}`, `-A INPUT -p tcp ${part.trim()}`]));
  });
  return [...own, ...theirs];
}

function restoreSpecs(file: string): string[] {
  const lines = readFileSync(path.join(import.meta.dirname, 'vectors', file), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('# ')).map((line) => line.split(/ ;(?: |$)/)[0]!);
}

describe('the short way', () => {
  it.each([['ipv4', 2000, 300], ['ipv6', 900, 120]] as const)('agrees with the grammar on every recorded command line of %s, or is silent', (family, most, least) => {
    const specs = vectorSpecs(family);
    const [reader, counting] = [readerOf(false, family), readerOf(true, family)];
    const taken = specs.filter((spec) => compared(lineOf(spec), reader, false, family));
    expect(specs.length).toBeGreaterThan(most);
    expect(taken.length).toBeGreaterThan(least);
    for (const spec of taken) expect(compared(lineOf(`[12:3400] ${spec}`), counting, true, family)?.rule.counters).toEqual({ packets: 12n, bytes: 3400n });
  });

  it.each([['restore.vectors', 'ipv4'], ['restore6.vectors', 'ipv6']] as const)('agrees on every line of the files in %s', (file, family) => {
    let taken = 0;
    for (const spec of restoreSpecs(file)) {
      const { flags, content } = expandFile(spec);
      const counters = flags.includes('-c');
      for (const line of saveLines(content)) if (compared(line, readerOf(counters, family), counters, family)) taken++;
    }
    for (const line of saveLines(readFileSync(path.join(import.meta.dirname, 'vectors', 'mutated.save')))) if (compared(line, readerOf(true, family), true, family)) taken++;
    expect(taken).toBeGreaterThan(10);
  });

  it('takes the common forms', () => {
    const lines = [
      '-A INPUT',
      '-A INPUT -j ACCEPT',
      '-A FORWARD ! -s 10.1.2.0/24 -d 0.0.0.0/0 -i eth0 ! -o ppp+ -p tcp -m tcp --sport 1024:65535 ! --dport 22 -j C1',
      '-A FORWARD -s 10.0.0.1 -d 255.255.255.255/32 ! -f -p 47 -g C2',
      '-A C1 -p udp -m udp --dport 53 -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment "to be sure - really" -j REJECT --reject-with icmp-port-unreachable',
      '-A C1 -p tcp -m tcp --tcp-flags SYN,RST SYN -m multiport --dports 80,443,8000:8100 -m limit --limit 3/min --limit-burst 10 -j RETURN',
      '[7:8] -A OUTPUT ! -d 127.0.0.0/8 -p icmp -m icmp --icmp-type 8 -j DROP',
      '-A INPUT -m mark --mark 0x1/0xff -m comment --comment x',
      '-A INPUT -i + -j LOG',
    ];
    const reader = readerOf(false);
    // Twice: what is kept must not change the answer.
    for (const line of [...lines, ...lines]) expect(compared(lineOf(line), reader, false), line).toBeDefined();
    expect(reader.read(lineOf(lines.at(-1)!))!.rule.target).toEqual({ kind: 'jump', chain: 'LOG' });
  });

  it('takes the common forms of IPv6', () => {
    const lines = [
      '-A FORWARD ! -s 2001:db8::/32 -d ::/0 -i eth0 ! -o ppp+ -p tcp -m tcp --sport 1024:65535 ! --dport 22 -j C1',
      '-A FORWARD -s ::1 -d 2001:DB8:0:0::1/64 -p 47 -g C2',
      '-A C1 -s ::ffff:1.2.3.4/128 ! -d fe80::/10 ! -p ah -m comment --comment "to be sure - really" -j RETURN',
      '[7:8] -A OUTPUT ! -d ::1/127 -p ipv6-icmp -j DROP',
      '-A INPUT ! -s ::/0 -p icmp',
    ];
    const reader = readerOf(false, 'ipv6');
    for (const line of [...lines, ...lines]) expect(compared(lineOf(line), reader, false, 'ipv6'), line).toBeDefined();
    const [, src, again] = [0, 1, 2].map(() => reader.read(lineOf('-A INPUT -s 2001:db8::/32'))!.rule.head.src);
    expect(again).toBe(src);
  });

  it('is silent where anything is unusual in IPv6', () => {
    const lines = [
      '-A INPUT -f', '-A INPUT ! -f', '-A INPUT -s 10.0.0.1', '-A INPUT -s ::1/129', '-A INPUT -s ::1/ffff::', '-A INPUT -s ::1/064', '-A INPUT -s ::1/', '-A INPUT -s ::1/64/64', '-A INPUT -s ::1,::2',
      '-A INPUT -s fe80::1%lo', '-A INPUT -s localhost', '-A INPUT -s any/0', '-A INPUT -p ah', '-A INPUT -p 43', '-A INPUT -p 44', '-A INPUT -p 60', '-A INPUT -p all', '-A INPUT -p 0', '-A INPUT -s ::1 -s ::1',
    ];
    const reader = readerOf(false, 'ipv6');
    for (const line of lines) expect(reader.read(lineOf(line)), line).toBeUndefined();
  });

  it('is silent where anything is unusual', () => {
    const lines = [
      '', '-A', '-A ', '-A INPUT ', '-A  INPUT', '-I INPUT -j ACCEPT', '-A -j ACCEPT', '-A !x', '[1:2]-A INPUT', '[1:2 -A INPUT', '[a:2] -A INPUT', '-A INPUT -j', '-A INPUT !', '-A INPUT ! ',
      '-A INPUT -o eth0', '-A OUTPUT -i eth0', '-A INPUT -s 10.0.0.256', '-A INPUT -s 010.0.0.1', '-A INPUT -s 10.0.0.1/33', '-A INPUT -s 10.0.0.1/255.0.0.0', '-A INPUT -s 10.1', '-A INPUT -s localhost',
      '-A INPUT -s 1.2.3.4,1.2.3.5', '-A INPUT -s 1.2.3.4 -s 1.2.3.5', '-A INPUT -p all', '-A INPUT ! -p 0', '-A INPUT -p gre', '-A INPUT -p 256', '-A INPUT -p TCP', '-A INPUT -p tcp -p udp',
      '-A INPUT -p tcp --dport 80', '-A INPUT -p tcp -m tcp --dpor 80', '-A INPUT -p tcp -m tcp --dport=80', '-A INPUT -p tcp -m tcp --dport', '-A INPUT -p tcp -m tcp --dport -1', '-A INPUT -p tcp -m tcp --dport 70000',
      '-A INPUT -p tcp -m tcp -m tcp --dport 80', '-A INPUT -m tcp --dport 80 -p tcp', '-A INPUT -p tcp -m tcp --source 1', '-A INPUT -m nosuch', '-A INPUT -j nosuch', '-A INPUT -g nosuch', '-A INPUT -j FORWARD',
      '-A INPUT -j C1 --log-prefix x', '-A INPUT -j ACCEPT -j DROP', '-A INPUT -j ACCEPT -m comment --comment x', '-A INPUT -m comment --comment "a\\"b"', '-A INPUT -m comment --comment ""', '-A INPUT -m comment --comment "-j"',
      "-A INPUT -m comment --comment caf\u00e9", '-A INPUT -i eth0/1', '-A INPUT -i a-name-of-16-byte', '-A INPUT -j ACCEPT\r', '-A INPUT\t-j ACCEPT', '-A INPUT -4', '-A INPUT -c 1 2', '-A INPUT -v', '-A INPUT -j ! ACCEPT',
      '-A a-name-that-is-of-more-than-28-bytes', '-A INPUT -j a-name-that-is-of-more-than-28-bytes', `-A INPUT -m comment --comment "${'x'.repeat(500)}"`,
    ];
    const reader = readerOf(false);
    for (const line of lines) expect(reader.read(lineOf(line)), line).toBeUndefined();
  });

  it('keeps no words that may mean something else another day', () => {
    const reader = readerOf(false);
    const words = (line: string) => writtenWords(reader.read(lineOf(line))!.rule);
    expect(words('-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT')).toBe('-p tcp -m tcp --dport 80 -j ACCEPT');
    expect(words('-A INPUT -m conntrack --ctstate NEW')).toBe('-m conntrack --ctstate NEW');
    expect(words('-A INPUT -p tcp -m tcp --dport ssh -j ACCEPT')).toBeUndefined();
  });

  it('forgets the words of a rule that was changed', () => {
    const { rule } = readerOf(false).read(lineOf('-A INPUT -j C1'))!;
    expect(writtenWords(rule)).toBe('-j C1');
    expect(writtenWords({ ...rule, target: { kind: 'jump', chain: 'C2' } })).toBeUndefined();
    expect(writtenWords({ ...rule, head: { ...rule.head } })).toBeUndefined();
  });

  it('agrees on random addresses of IPv6', () => {
    const group = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('0', '1', 'FFFF', '') }, fc.constantFrom('10000', '00ab', 'g', '1.2.3.4', '01.2.3.4'));
    const mask = fc.constantFrom('', '', '', '/0', '/1', '/64', '/127', '/128', '/129', '/', '/064', '/ffff::', '/::', '/64/64', '%lo', ',::1');
    const address = fc.tuple(fc.array(group, { minLength: 2, maxLength: 9 }), mask).map(([groups, end]) => groups.join(':') + end);
    const line = fc.tuple(fc.constantFrom('', '! '), fc.constantFrom('-s', '-d'), address, fc.constantFrom('', ' -p tcp', ' -p ah', ' ! -p 60', ' -p all')).map((pieces) => `-A C1 ${pieces[0]}${pieces[1]} ${pieces[2]}${pieces[3]}`);
    const reader = readerOf(false, 'ipv6');
    let taken = 0;
    fc.assert(fc.property(line, (text) => void (compared(lineOf(text), reader, false, 'ipv6') && taken++)), { numRuns: 4000 });
    expect(taken).toBeGreaterThan(40);
  });

  it('agrees on random lines made of the pieces of real ones', () => {
    const octet = fc.constantFrom('0', '1', '10', '255', '256', '01', '');
    const address = fc.tuple(octet, octet, octet, octet, fc.constantFrom('', '/0', '/8', '/31', '/32', '/33', '/', '/08')).map(([a, b, c, d, mask]) => `${a}.${b}.${c}.${d}${mask}`);
    const options = allExtensions().flatMap(({ kind, name, options: specs }) => [`-${kind === 'match' ? 'm' : 'j'} ${name}`, ...specs.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])].map((word) => `--${word}`))]);
    const value = fc.constantFrom('80', '1:5', '5:1', '0x10', 'ssh', 'NEW', 'SYN,ACK SYN', '8/0', 'echo-request', '"a b"', '""', '-1', '!', '3/sec', 'eth0', '+', 'C1', 'LOG', 'INPUT', 'ACCEPT', '10.0.0.1-10.0.0.9');
    const piece = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...options) },
      { weight: 2, arbitrary: value },
      fc.constantFrom('-p tcp', '-p udp', '-p 6', '-p icmp', '-s', '-d', '-f', '-j ACCEPT', '-j C1', '-g C2', '!', '-i eth0', '-o eth+', '-m tcp --dport 80', '-m state --state NEW'),
      address.map((text) => `-s ${text}`),
      address.map((text) => `-d ${text}`),
    );
    const line = fc.tuple(fc.constantFrom('-A INPUT', '-A C1', '-A FORWARD', '[1:2] -A OUTPUT'), fc.array(piece, { maxLength: 6 })).map(([start, pieces]) => [start, ...pieces].join(' '));
    const reader = readerOf(false);
    let taken = 0;
    fc.assert(fc.property(line, (text) => void (compared(lineOf(text), reader, false) && taken++)), { numRuns: 4000 });
    expect(taken).toBeGreaterThan(100);
  });

  it.each([['ipv4', 300], ['ipv6', 120]] as const)('takes what iptables-save prints of the rules it takes, of %s', (family, least) => {
    const reader = readerOf(false, family);
    const taken = vectorSpecs(family).flatMap((spec) => reader.read(lineOf(spec)) ?? []);
    const printed = taken.map(({ chain, rule }) => saveRule(chain, rule, family, 'none'));
    const silent = printed.filter((line) => !compared(lineOf(line), reader, false, family));
    expect(taken.length).toBeGreaterThan(least);
    // Backslashes in quotes, an empty word, an empty list of days, and a protocol that is known from the database alone.
    expect(silent.filter((line) => !/\\|""|days  --|-p (ipcomp|mobility-header|ipv6(-frag|-nonxt)?$)/.test(line))).toEqual([]);
  });
});
