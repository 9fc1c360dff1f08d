/**
 * The words of a save-file line as iptables-restore splits them: at blanks, double quotes keep blanks and end the word
 * where they close, a backslash escapes only inside quotes. Single quotes mean nothing.
 */
import { ParameterProblem } from '../errors/errors.js';
import { byteLength } from '../net/byte-text.js';

const MAX_WORD_BYTES = 1023;
/** iptables-restore takes 254, of which the program name and `-t TABLE` are its own. */
export const MAX_WORDS = 251;

const QUOTE = 34;
const BACKSLASH = 92;

export interface SavedWords {
  readonly words: string[];
  /** Where in the line each word starts and ends (exclusive), quotes included; UTF-16 units from 0. */
  readonly starts: number[];
  readonly ends: number[];
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10;
}

class Splitter {
  readonly found: SavedWords = { words: [], starts: [], ends: [] };
  /** Text of the current word up to `from`; what follows is taken over unchanged. */
  private before = '';
  private from = 0;
  private start = -1;

  constructor(
    private readonly line: string,
    private readonly most: number,
  ) {}

  run(at: number): SavedWords {
    const { line } = this;
    let quoted = false;
    this.from = at;
    for (let i = at; i < line.length; i++) {
      const code = line.charCodeAt(i);
      if (quoted) {
        if (code === BACKSLASH) this.skip(i++);
        else if (code === QUOTE) {
          quoted = false;
          this.end(i, i + 1);
        }
      } else if (code === QUOTE) {
        if (this.start < 0) {
          this.start = i;
          this.from = i;
        }
        this.skip(i);
        quoted = true;
      } else if (isBlank(code)) {
        if (this.start >= 0 && this.length(i) > 0) this.end(i, i);
        else this.from = i + 1;
      } else if (this.start < 0) {
        this.start = i;
        this.from = i;
      }
    }
    // A word the line ends in; an empty one does not count here.
    if (this.start >= 0 && this.length(line.length) > 0) this.end(line.length, line.length);
    return this.found;
  }

  private length(until: number): number {
    return this.before.length + Math.max(0, until - this.from);
  }

  /** Leaves out the character at `i`. */
  private skip(i: number): void {
    this.before += this.line.slice(this.from, i);
    this.from = i + 1;
  }

  private end(until: number, next: number): void {
    const { words, starts, ends } = this.found;
    const tail = this.line.slice(this.from, until);
    const word = this.before === '' ? tail : this.before + tail;
    if (word.length * 3 > MAX_WORD_BYTES && byteLength(word) > MAX_WORD_BYTES) throw new ParameterProblem('Parameter too long!');
    if (words.length >= this.most) throw new ParameterProblem('Parser cannot handle more arguments');
    words.push(word);
    starts.push(this.start);
    ends.push(next);
    this.before = '';
    this.from = next;
    this.start = -1;
  }
}

/** Splits from offset `at` into at most `most` words. @throws ParameterProblem beyond iptables-restore's limits. */
export function splitSavedWords(line: string, at: number, most = MAX_WORDS): SavedWords {
  return new Splitter(line, most).run(at);
}
