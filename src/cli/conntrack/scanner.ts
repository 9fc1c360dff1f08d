/**
 * getopt_long(3) of glibc as conntrack uses it: without messages of its own, the words in an order that changes while it reads. Its
 * callers look at the words around the place it has come to, as conntrack does, so that place is kept exactly as glibc keeps it.
 */

export type Takes = 'none' | 'required' | 'optional';

/** A long option and the letter it stands for. */
export interface LongOption {
  readonly name: string;
  readonly takes: Takes;
  readonly letter: string;
}

/** An option found; `missing`: its argument is not there; `unknown`: no such option. */
export type Found = { readonly kind: 'option'; readonly letter: string; readonly value?: string } | { readonly kind: 'missing' | 'unknown' };

export class Scanner {
  private readonly words: string[];
  /** The word to be read next: glibc's optind. */
  private next = 1;
  /** What is left of a word of short options. */
  private rest = '';
  /** Words that are no options and have been passed: these are exchanged with the options behind them. */
  private firstPassed = 1;
  private lastPassed = 1;

  /** @param program the name the program was called by: word 0 */
  constructor(
    program: string,
    argv: readonly string[],
    private readonly short: ReadonlyMap<string, Takes>,
  ) {
    this.words = [program, ...argv];
  }

  /** The word just before the place: what conntrack names in its complaints. */
  get lastWord(): string {
    return this.words[this.next - 1]!;
  }

  /** Takes the next word as the argument of an option that has none of its own, unless it looks like an option. */
  takeWord(): string | undefined {
    const word = this.words[this.next];
    if (word === undefined || word.startsWith('-') || word.startsWith('!')) return undefined;
    this.next += 1;
    return word;
  }

  /** The next option; undefined at the end. `long`: the long options known at this moment. */
  option(long: readonly LongOption[]): Found | undefined {
    if (this.rest === '') {
      this.lastPassed = Math.min(this.lastPassed, this.next);
      this.firstPassed = Math.min(this.firstPassed, this.next);
      if (this.firstPassed !== this.lastPassed && this.lastPassed !== this.next) this.exchange();
      else if (this.lastPassed !== this.next) this.firstPassed = this.next;
      while (this.next < this.words.length && !isOption(this.words[this.next]!)) this.next += 1;
      this.lastPassed = this.next;
      if (this.next === this.words.length) return undefined;
      const word = this.words[this.next]!;
      if (word === '--') return undefined;
      if (word.startsWith('--')) return this.long(word.slice(2), long);
      this.rest = word.slice(1);
    }
    return this.letter();
  }

  private exchange(): void {
    const passed = this.words.slice(this.firstPassed, this.lastPassed);
    const options = this.words.slice(this.lastPassed, this.next);
    this.words.splice(this.firstPassed, passed.length + options.length, ...options, ...passed);
    this.firstPassed += options.length;
    this.lastPassed = this.next;
  }

  private long(text: string, long: readonly LongOption[]): Found {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    this.next += 1;
    const candidates = long.filter((option) => option.name.startsWith(name));
    const [first] = candidates;
    const option = candidates.find((candidate) => candidate.name === name) ?? first;
    if (!option) return { kind: 'unknown' };
    // Several that mean the same are not ambiguous.
    if (option.name !== name && candidates.some((other) => other.letter !== option.letter || other.takes !== option.takes)) return { kind: 'unknown' };
    if (value !== undefined) return option.takes === 'none' ? { kind: 'unknown' } : { kind: 'option', letter: option.letter, value };
    if (option.takes !== 'required') return { kind: 'option', letter: option.letter };
    return this.required(option.letter);
  }

  private letter(): Found {
    const letter = this.rest[0]!;
    this.rest = this.rest.slice(1);
    if (this.rest === '') this.next += 1;
    const takes = this.short.get(letter);
    if (takes === undefined) return { kind: 'unknown' };
    if (takes === 'none') return { kind: 'option', letter };
    if (this.rest !== '') {
      const value = this.rest;
      this.rest = '';
      this.next += 1;
      return { kind: 'option', letter, value };
    }
    return takes === 'required' ? this.required(letter) : { kind: 'option', letter };
  }

  private required(letter: string): Found {
    const value = this.words[this.next];
    if (value === undefined) return { kind: 'missing' };
    this.next += 1;
    return { kind: 'option', letter, value };
  }
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word.length > 1;
}
