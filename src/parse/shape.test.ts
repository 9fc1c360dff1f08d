import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENERAL_OPTIONS } from './general-options.js';
import { lexLine } from './lexer.js';
import { lineShapes, REGISTRY } from './parse-command.js';
import { saveShapes } from './parse-save.js';
import { ShapeParser } from './shape.js';
import grammar from './generated/line.js';

const OPTIONS = { family: 'ipv4', programName: 'iptables', extensions: REGISTRY } as const;

/** Words a line may be made of: every option in all its spellings, values, and junk. */
const WORDS = [
  ...GENERAL_OPTIONS.flatMap(({ short, long }) => [...long.map((name) => `--${name}`), ...(short ? [`-${short}`] : [])]),
  'INPUT', 'tcp', '1', '1.2.3.4', 'ACCEPT', 'LOG', 'comment', '!', '!', '--', '-', '', '-nvL', '--comment', '--dport', '--syn', '--tcp-flags',
  '--log-prefix', '--foo', '-LINPUT', '--list=INPUT', '-q', '-m', '-p', '-j',
];

function typesOf(words: readonly string[]): readonly string[] {
  return lexLine(words, OPTIONS).types;
}

describe('the grammar of a line', () => {
  it('has exactly one reading of every shape the recorded lines have', () => {
    const shapes = new Map<string, readonly string[]>();
    for (const file of ['command-line.vectors', 'ip6tables.vectors']) {
      for (const line of readFileSync(path.join(import.meta.dirname, 'vectors', file), 'utf8').split('\n')) {
        const types = typesOf(line.split(' ; ', 1)[0]!.split(' '));
        shapes.set(types.join(' '), types);
      }
    }
    expect(shapes.size).toBeGreaterThan(200);
    for (const types of shapes.values()) expect([types, lineShapes.results(types).length]).toEqual([types, 1]);
  });

  it('has exactly one reading of whatever the lexer makes of any words', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }), (words) => {
        expect(lineShapes.results(typesOf(words))).toHaveLength(1);
      }),
      { numRuns: 1500 },
    );
  });

  it('has no reading of what the lexer never makes', () => {
    expect(lineShapes.results(['word'])).toHaveLength(0);
    expect(lineShapes.results(['append'])).toHaveLength(0);
    expect(lineShapes.results(['append', 'word', 'word'])).toHaveLength(0);
    expect(lineShapes.results(['not', 'not'])).toHaveLength(0);
    expect(lineShapes.parse(['numeric', 'word'])).toBeUndefined();
  });

  it('gives the tree as indices into the tokens', () => {
    expect(lineShapes.parse(['append', 'word', 'not', 'source', 'word', 'option', 'word', 'word', 'not'])).toEqual({
      clauses: [
        { kind: 'command', not: -1, head: 0, words: [1] },
        { kind: 'source', not: 2, head: 3, words: [4] },
        { kind: 'option', not: -1, head: 5, words: [6, 7] },
      ],
      danglingNot: 8,
    });
  });

  it('parses a shape once', () => {
    const parser = new ShapeParser(grammar, (reading) => ({ reading }));
    const first = parser.parse(['append', 'word']);
    expect(parser.parse(['append', 'word'])).toBe(first);
    expect(parser.parse(['check', 'word'])).not.toBe(first);
  });

  it('forgets shapes rather than grow without end', () => {
    const parser = new ShapeParser(grammar, (reading) => ({ reading }));
    const first = parser.parse(['append', 'word']);
    for (let i = 0; i < 4096; i++) {
      const bits = i.toString(2).padStart(12, '0');
      parser.parse([...bits].map((bit) => (bit === '1' ? 'numeric' : 'verbose')));
    }
    const again = parser.parse(['append', 'word']);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});

describe('the grammar of a save line', () => {
  it.each([
    [[]], [['hash']], [['commit']], [['command']], [['counters', 'command']], [['star']], [['star', 'word']],
    [['colon']], [['colon', 'word']], [['colon', 'word', 'word']], [['colon', 'word', 'word', 'word']],
  ])('has one reading of %j', (types) => {
    expect(saveShapes.results(types)).toHaveLength(1);
  });
});
