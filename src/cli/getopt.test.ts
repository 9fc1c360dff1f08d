import { describe, expect, it } from 'vitest';
import { getopt } from './getopt.js';
import type { OptionRow } from './getopt.js';

const ROWS: readonly OptionRow[] = [
  { short: 'c', long: 'counters', argument: 'none' },
  { short: 't', long: 'test', argument: 'none' },
  { short: 'T', long: 'table', argument: 'required' },
  { short: 'w', long: 'wait', argument: 'word' },
  { short: 'W', long: 'wait-interval', argument: 'word' },
  { short: 'b', argument: 'none' },
];

/** `-T=nat` for an option with a value, the word itself otherwise. */
function read(...argv: readonly string[]): readonly string[] {
  return [...getopt(argv, ROWS)].map((item) => ('word' in item ? item.word : `-${item.short}${item.value === undefined ? '' : `=${item.value}`}`));
}

describe('getopt', () => {
  it.each([
    [['-ct', 'x', '-b'], ['-c', '-t', 'x', '-b']],
    [['-Tnat', '-T', 'raw', '-cT', '-c'], ['-T=nat', '-T=raw', '-c', '-T=-c']],
    [['--table=', '--table', '--', '--tab=x'], ['-T=', '-T=--', '-T=x']],
    [['--wait', '--wait=3', '--wait', '5', '--wait-interval=1'], ['-w', '-w=3', '-w=5', '-W=1']],
    [['-w', '-c', '-w', '5', '-wc', '-w', '!x'], ['-w', '-c', '-w=5', '-w', '-c', '-w', '!x']],
    [['-', '', '--', '-c', '--'], ['-', '', '-c', '--']],
  ])('%j', (argv, expected) => {
    expect(read(...argv)).toEqual(expected);
  });

  it.each([
    [['-x'], "invalid option -- 'x'"],
    [['-cx'], "invalid option -- 'x'"],
    [['-w1'], "invalid option -- '1'"],
    [['-T'], "option requires an argument -- 'T'"],
    [['--table'], "option '--table' requires an argument"],
    [['--counters=1'], "option '--counters' doesn't allow an argument"],
    [['--ta=1', '--t'], "option '--t' is ambiguous; possibilities: '--test' '--table'"],
    [['--nope=1'], "unrecognized option '--nope'"],
  ])('%j is refused', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
  });

  it('finds a mistake only when it comes to it', () => {
    const items = getopt(['-c', '-x'], ROWS);
    expect(items.next().value).toEqual({ short: 'c' });
    expect(() => items.next()).toThrow();
  });
});
