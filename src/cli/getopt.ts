/**
 * getopt_long(3) for the small tools, with glibc's messages: grouped and glued short options, long ones by unambiguous prefix, options and other
 * words in any order, `--` ends the options. (The iptables command line has a scanner of its own in parse/.)
 */

/** One option. `word` takes, as xtables' -w does, the next word unless that looks like an option; in its long form also `=VALUE`. */
export interface OptionRow {
  readonly short: string;
  /** Undefined where only the short form exists. */
  readonly long?: string;
  readonly argument: 'none' | 'required' | 'word';
}

/** What was found: an option by its short letter, or a word that is none. */
export type Item = { readonly short: string; readonly value?: string } | { readonly word: string };

/** A complaint of getopt: its text without the program's name. */
export class GetoptError extends Error {}

/** The options and words of argv in order, found one at a time, so that a caller may stop before a later mistake. @throws GetoptError */
export function* getopt(argv: readonly string[], rows: readonly OptionRow[]): Generator<Item, void, void> {
  let index = 0;
  while (index < argv.length) {
    const word = argv[index]!;
    if (word === '--') {
      for (const rest of argv.slice(index + 1)) yield { word: rest };
      return;
    }
    if (word.startsWith('--')) {
      const { item, used } = longOption(argv, index, rows);
      index += used;
      yield item;
    } else if (word.startsWith('-') && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const { item, used } = shortOption(argv, index, at, rows);
        if (used > 0) at = word.length;
        if (used > 1) index += 1;
        yield item;
      }
      index += 1;
    } else {
      index += 1;
      yield { word };
    }
  }
}

/** Whether the next word can be the argument of a `word` option. */
function isWordArgument(word: string | undefined): word is string {
  return word !== undefined && !word.startsWith('-') && !word.startsWith('!');
}

function longOption(argv: readonly string[], index: number, rows: readonly OptionRow[]): { item: Item; used: number } {
  const word = argv[index]!;
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const row = longRow(name, rows);
  const { short } = row;
  if (equals >= 0) {
    if (row.argument === 'none') throw new GetoptError(`option '--${row.long}' doesn't allow an argument`);
    return { item: { short, value: word.slice(equals + 1) }, used: 1 };
  }
  const next = argv[index + 1];
  if (row.argument === 'required') {
    if (next === undefined) throw new GetoptError(`option '--${row.long}' requires an argument`);
    return { item: { short, value: next }, used: 2 };
  }
  if (row.argument === 'word' && isWordArgument(next)) return { item: { short, value: next }, used: 2 };
  return { item: { short }, used: 1 };
}

function longRow(name: string, rows: readonly OptionRow[]): OptionRow {
  const candidates = rows.filter((row) => row.long?.startsWith(name));
  const row = candidates.find((candidate) => candidate.long === name) ?? candidates[0];
  if (!row) throw new GetoptError(`unrecognized option '--${name}'`);
  if (candidates.length > 1 && row.long !== name) {
    throw new GetoptError(`option '--${name}' is ambiguous; possibilities: ${candidates.map((other) => `'--${other.long}'`).join(' ')}`);
  }
  return row;
}

/** `used`: 0 = one letter, 1 = the rest of the word as value, 2 = the next word as well. */
function shortOption(argv: readonly string[], index: number, at: number, rows: readonly OptionRow[]): { item: Item; used: 0 | 1 | 2 } {
  const word = argv[index]!;
  const short = word[at]!;
  const row = rows.find((candidate) => candidate.short === short);
  if (!row) throw new GetoptError(`invalid option -- '${short}'`);
  const isLast = at + 1 === word.length;
  const next = argv[index + 1];
  if (row.argument === 'required') {
    if (!isLast) return { item: { short, value: word.slice(at + 1) }, used: 1 };
    if (next === undefined) throw new GetoptError(`option requires an argument -- '${short}'`);
    return { item: { short, value: next }, used: 2 };
  }
  if (row.argument === 'word' && isLast && isWordArgument(next)) return { item: { short, value: next }, used: 2 };
  return { item: { short }, used: 0 };
}
