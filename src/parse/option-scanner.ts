/**
 * getopt_long(3) over a vector of words, in the mode iptables uses: words that are no options are returned in order,
 * and a missing argument is told apart from an unknown option. Positions count as glibc's `optind` does, because
 * iptables takes further words from there and names words by it in its messages.
 */
import type { AnyOption, OptionTable } from './option-table.js';

export type Scanned = AnyOption | 'end' | 'word' | 'unknown' | 'missing';

export class OptionScanner {
  /** Index of the next word to look at. */
  index = 0;
  /** The argument of the option last returned, or the word. */
  argument: string | undefined;
  /** Index of the word `argument` is in, and its offset there. */
  argumentWord = 0;
  argumentOffset = 0;
  /** Index and offset of the option last returned. */
  optionWord = 0;
  optionOffset = 0;
  /** Letters left of a cluster such as `-nvL`: the word and where in it. */
  private cluster = '';
  private clusterAt = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly table: OptionTable,
  ) {}

  /** The next option, word or failure. At the end `index` is the first word not looked at (after a `--`). */
  next(): Scanned {
    this.argument = undefined;
    if (this.clusterAt < this.cluster.length) return this.shortOption();
    const word = this.words[this.index];
    if (word === undefined) return 'end';
    this.optionWord = this.index;
    this.optionOffset = 0;
    if (word === '--') {
      this.index++;
      return 'end';
    }
    if (word.charCodeAt(0) !== 45 || word.length === 1) {
      this.argument = word;
      this.index++;
      return 'word';
    }
    if (word.charCodeAt(1) === 45) return this.longOption(word);
    this.cluster = word;
    this.clusterAt = 1;
    return this.shortOption();
  }

  /** Whether a word follows that iptables takes as an operand (no option, no `!`). */
  hasOperand(): boolean {
    const first = this.words[this.index]?.[0];
    return this.index < this.words.length && first !== '-' && first !== '!';
  }

  /** Takes the whole word the argument is in for the argument. */
  wholeWord(): void {
    this.takeFrom(this.argumentWord, 0);
  }

  private longOption(word: string): Scanned {
    this.index++;
    const equals = word.indexOf('=');
    const option = this.table.long(equals < 0 ? word.slice(2) : word.slice(2, equals));
    if (!option) return 'unknown';
    if (equals >= 0) {
      if (option.argument === 'none') return 'unknown';
      this.takeFrom(this.optionWord, equals + 1);
    } else if (option.argument === 'required') {
      if (this.index >= this.words.length) return 'missing';
      this.takeFrom(this.index++, 0);
    }
    return option;
  }

  private shortOption(): Scanned {
    this.optionOffset = this.clusterAt;
    const word = this.cluster;
    const option = this.table.short(word[this.clusterAt++]!);
    const last = this.clusterAt >= word.length;
    if (last) this.index++;
    if (!option) return 'unknown';
    if (option.argument === 'none') return option;
    if (!last) {
      this.argument = word.slice(this.clusterAt);
      this.argumentWord = this.index++;
      this.argumentOffset = this.clusterAt;
    } else if (option.argument === 'required') {
      if (this.index >= this.words.length) return 'missing';
      this.takeFrom(this.index++, 0);
    }
    this.clusterAt = this.cluster.length;
    return option;
  }

  private takeFrom(index: number, offset: number): void {
    this.argument = this.words[index]!.slice(offset);
    this.argumentWord = index;
    this.argumentOffset = offset;
  }
}
