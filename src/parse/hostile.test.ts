/** Whatever comes in: a Command or an IptablesError, in bounded time. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import { GENERAL_OPTIONS } from './general-options.js';
import { parseCommand } from './parse-command.js';
import { parseSaveLine } from './parse-save.js';
import { saveLines } from './save-lines.js';
import { splitSavedWords } from './save-words.js';

const WORDS = [
  ...GENERAL_OPTIONS.flatMap(({ short, long }) => [...long.map((name) => `--${name}`), ...(short ? [`-${short}`] : [])]),
  'INPUT', 'C', 'tcp', 'udp', '1', '0', '1.2.3.4/8', 'ACCEPT', 'REJECT', 'LOG', 'comment', 'multiport', 'limit', 'conntrack', 'icmp', 'mark', '!', '--', '-', '',
  '--comment', '--dport', '--dports', '22,80', '--syn', '--tcp-flags', 'ALL', 'SYN', '--log-prefix', '--limit', '3/min', '--ctstate', 'NEW', '--icmp-type', '--reject-with', '\0', 'ä',
];

function outcome(run: () => unknown): 'accepted' | 'refused' {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof IptablesError)) throw error;
    expect([1, 2, 3, 4]).toContain(error.exitCode);
    return 'refused';
  }
}

/** Reads a file to its first error, as iptables-restore does. */
function readFile(content: Buffer): 'accepted' | 'refused' {
  let table: string | undefined;
  const chains = new Set(['INPUT', 'FORWARD', 'OUTPUT']);
  return outcome(() => {
    for (const { text, number, terminated } of saveLines(content)) {
      const options = { family: 'ipv4', programName: 'iptables-restore', counters: true, hasChain: (name: string) => chains.has(name), hosts: () => [] } as const;
      const line = parseSaveLine(text, { line: number, table, terminated }, options);
      if (line.kind === 'table') table = line.name;
      if (line.kind === 'commit') table = undefined;
      if (line.kind === 'chain') chains.add(line.name);
    }
  });
}

describe('hostile input', () => {
  it('never breaks on words of the command line', () => {
    const seen = new Set<string>();
    const word = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), fc.constantFrom('ipv4' as const, 'ipv6' as const), (words, family) => {
        seen.add(outcome(() => parseCommand(words, { family, programName: 'iptables', hosts: () => [] })));
      }),
      { numRuns: 4000 },
    );
    expect(seen.size).toBe(2);
  });

  it('never breaks on lines of text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), fc.boolean(), (line, inTable, terminated) => {
        outcome(() => parseSaveLine(line, { line: 1, table: inTable ? 'filter' : undefined, terminated }, { family: 'ipv4', programName: 'x', hosts: () => [] }));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads 10,000 mutated files without a crash or a hang', () => {
    const original = readFileSync(path.join(import.meta.dirname, 'vectors', 'mutated.save'));
    expect(readFile(original)).toBe('accepted');
    const pieces = ['"', '\\', '\n', '\0', '[', ']', ':', '*', '-', '!', ' ', '\xff', 'COMMIT\n', '-j', '99999999999', '/'].map((piece) => Buffer.from(piece, 'latin1'));
    let seed = 12345;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 0x100000000) * below);
    };
    const results = { accepted: 0, refused: 0 };
    for (let i = 0; i < 10_000; i++) {
      const at = random(original.length);
      const cut = random(4) === 0 ? random(original.length - at) : random(3);
      const mutated = Buffer.concat([original.subarray(0, at), pieces[random(pieces.length)]!, original.subarray(at + cut)]);
      results[readFile(mutated)]++;
    }
    expect(results.accepted + results.refused).toBe(10_000);
    expect(results.accepted).toBeGreaterThan(300);
    expect(results.refused).toBeGreaterThan(3000);
  });

  it('refuses a line of 10 MB at once, at the line iptables-restore names', () => {
    const started = performance.now();
    expect(readFile(Buffer.from(`*filter\n-A INPUT -m comment --comment ${'a'.repeat(10 << 20)}\nCOMMIT\n`))).toBe('refused');
    expect(readFile(Buffer.from(`*filter\n${'-A INPUT '.repeat(1 << 20)}\nCOMMIT\n`))).toBe('refused');
    expect(outcome(() => parseCommand(['-A', 'INPUT', '-s', '1.2.3.4,'.repeat(1 << 16)], { family: 'ipv4', programName: 'iptables', hosts: () => [] }))).toBe('refused');
    expect(outcome(() => parseCommand(['-A', 'a'.repeat(10 << 20)], { family: 'ipv4', programName: 'iptables' }))).toBe('refused');
    expect(outcome(() => parseCommand(Array<string>(20_000).fill('-v').concat('-L'), { family: 'ipv4', programName: 'iptables' }))).toBe('accepted');
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('cuts an overlong line where fgets does', () => {
    const lines = [...saveLines(Buffer.from(`${'x'.repeat(10_239)}\n${'y'.repeat(10_238)}\nz`))];
    expect(lines.map(({ text, number, terminated }) => [text.length, number, terminated])).toEqual([
      [10_239, 1, false], [0, 2, true], [10_238, 3, true], [1, 4, false],
    ]);
  });
});

describe('words of a save line', () => {
  it('say where they came from', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '-', ' ', '\t', '"', '\\', "'"), maxLength: 40 }), (line) => {
        const { words, starts, ends } = splitSavedWords(line, 0);
        expect(starts.length).toBe(words.length);
        for (const [i, word] of words.entries()) {
          const source = line.slice(starts[i], ends[i]);
          if (!source.includes('"')) expect(source).toBe(word);
          expect(source.length).toBeGreaterThanOrEqual(word.length);
          if (i > 0) expect(starts[i]).toBeGreaterThanOrEqual(ends[i - 1]!);
        }
      }),
    );
  });
});
