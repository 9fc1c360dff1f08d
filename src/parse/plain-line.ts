/** A whole line of a save file on the short way: `[packets:bytes] -A CHAIN words`. */
import { plainDecimal } from '../net/plain-number.js';
import { ZERO_COUNTERS, type Counters, type Family, type Rule } from '../ruleset/model.js';
import { PlainRuleReader, type HasChain } from './plain-rule.js';
import { plainWordEnd } from './plain-text.js';
import type { RawLine } from './save-lines.js';

const BLANK = 32;
const BANG = 33;
const DASH = 45;
const BRACKET = 91;
const LONGEST_CHAIN = 28;

export interface PlainAppend {
  readonly chain: string;
  readonly rule: Rule;
}

export interface PlainLineOptions {
  readonly family: Family;
  /** Whether the counters in front are the rule's (`-c`); else they are skipped. */
  readonly counters: boolean;
  readonly hasChain: HasChain;
}

export class PlainLineReader {
  private readonly rules: PlainRuleReader;
  /** The chain of the line before: most lines go where that went. */
  private chain = '';

  constructor(private readonly options: PlainLineOptions) {
    this.rules = new PlainRuleReader(options.family, options.hasChain);
  }

  /** The rule that a line appends and its chain, which may not exist; undefined where the line is anything else, or not plain. */
  read({ source, start, end }: RawLine): PlainAppend | undefined {
    let at = start;
    let counters = ZERO_COUNTERS;
    if (source.charCodeAt(at) === BRACKET) {
      const close = plainWordEnd(source, at, end);
      const read = close < 0 ? undefined : bracketedCounters(source.slice(at, close));
      if (!read) return undefined;
      if (this.options.counters) counters = read;
      at = close + 1;
    }
    if (!source.startsWith('-A ', at)) return undefined;
    at += 3;
    if (this.chain === '' || source.charCodeAt(at + this.chain.length) !== BLANK || !source.startsWith(this.chain, at)) {
      const stop = plainWordEnd(source, at, end);
      const first = source.charCodeAt(at);
      if (stop < 0 || stop - at > LONGEST_CHAIN || first === DASH || first === BANG) return undefined;
      this.chain = source.slice(at, stop);
    }
    const { chain } = this;
    at += chain.length;
    // A rule without words ends with its chain; a blank at the end is not plain.
    if (at < end && ++at >= end) return undefined;
    const rule = this.rules.read(source, at, end, chain, counters);
    return rule && { chain, rule };
  }
}

/** `[12:3400]`, both numbers plain. */
function bracketedCounters(word: string): Counters | undefined {
  const colon = word.indexOf(':');
  if (colon < 0 || !word.endsWith(']')) return undefined;
  const packets = plainDecimal(word.slice(1, colon));
  const bytes = plainDecimal(word.slice(colon + 1, -1));
  if (packets === undefined || bytes === undefined) return undefined;
  return packets === 0 && bytes === 0 ? ZERO_COUNTERS : { packets: BigInt(packets), bytes: BigInt(bytes) };
}
