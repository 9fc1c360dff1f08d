import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import { formatCaret, formatPlace } from './caret.js';
import { parseSaveLine } from './parse-save.js';

function shown(line: string, table: string | undefined = 'filter'): string {
  try {
    parseSaveLine(line, { file: 'rules.v4', line: 7, table }, { family: 'ipv4', programName: 'iptables-restore', counters: true, hasChain: () => false, hosts: () => [] });
  } catch (error) {
    if (error instanceof IptablesError) return `${formatPlace(error.span!)}\n${formatCaret(error.span!, line)}`;
    throw error;
  }
  throw new Error('accepted');
}

describe('the caret', () => {
  it('stands under the word', () => {
    expect(shown('-A INPUT -p foo -j ACCEPT')).toBe('rules.v4:7:13\n-A INPUT -p foo -j ACCEPT\n            ^^^');
    expect(shown('-A INPUT -j NOWHERE')).toBe('rules.v4:7:10\n-A INPUT -j NOWHERE\n         ^^');
  });

  it('counts from the start of the line, counters included', () => {
    expect(shown('[1:2] -A INPUT --bogus')).toBe('rules.v4:7:16\n[1:2] -A INPUT --bogus\n               ^^^^^^^');
    expect(shown('[x:2] -A INPUT')).toBe('rules.v4:7:1\n[x:2] -A INPUT\n^^^^^');
  });

  it('takes a quoted word as a whole', () => {
    expect(shown('-A INPUT -i "a name too long for it"')).toBe(
      `rules.v4:7:13\n-A INPUT -i "a name too long for it"\n            ${'^'.repeat(24)}`,
    );
  });

  it('keeps tabs and hides other control characters', () => {
    expect(shown('-A\tINPUT\t-p\tf\x1b[31moo')).toBe('rules.v4:7:13\n-A\tINPUT\t-p\tf?[31moo\n  \t     \t  \t^^^^^^^^');
  });

  it('shows the part of a long line that matters', () => {
    const text = shown(`-A INPUT -j ACCEPT${' '.repeat(500)}--bogus`);
    const [, source, caret] = text.split('\n');
    expect(source!.length).toBeLessThanOrEqual(160);
    expect(source!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('--bogus');
  });

  it('points at chain lines too', () => {
    expect(shown(`:${'a'.repeat(29)} - [0:0]`)).toContain(`\n ${'^'.repeat(29)}`);
  });

  it('names standard input -', () => {
    expect(formatPlace({ line: 3, column: 4, length: 1 })).toBe('-:3:4');
  });
});
