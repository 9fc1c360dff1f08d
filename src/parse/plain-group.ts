/**
 * An extension's words on a plain line: `tcp --dport 80`, `conntrack --ctstate NEW`. The extension itself says what they mean; equal words behind an
 * equal `-p` are asked about once, and then give the same object: what is made of a rule's parts later can be kept by identity.
 */
import { IptablesError } from '../errors/errors.js';
import type { AnyMatch, AnyTarget, OptionUse, ResolveContext } from '../extensions/extension.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import { noteGivenWords } from '../ruleset/given-words.js';
import type { Family, MatchUse, ProtocolMatch, Target } from '../ruleset/model.js';
import { ownOptions } from './option-table.js';
import { plainWordEnd, quotedWordEnd } from './plain-text.js';
import { RecentTexts } from './recent.js';
import { wordsOf } from './rule.js';

const BANG = 33;
const QUOTE = 34;
const DASH = 45;
/** Behind it in ASCII come all letters. */
const COLON = 58;

/** What an extension's words gave. */
interface Group {
  /** Whether the words mean this for ever: another database of services could give another meaning to a name. */
  readonly stable: boolean;
}

export interface MatchGroup extends Group {
  /** The use, as the only one of a rule: rules with the same words share the list too. */
  readonly alone: readonly [MatchUse];
}

export interface TargetGroup extends Group {
  readonly target: Target;
}

const NO_VALUES: readonly string[] = Object.freeze([]);

/** The groups that stand behind one `-p`. */
export class PlainGroups {
  private readonly matches: RecentTexts<MatchGroup | undefined>;
  private readonly targets: RecentTexts<TargetGroup | undefined>;
  private readonly context: ResolveContext;
  /** Of the extension resolved last: its options, whether it warned, and whether its words are stable. */
  private uses: readonly OptionUse[] = [];
  private warned = false;
  private stable = false;

  constructor(
    private readonly family: Family,
    protocol: ProtocolMatch | undefined,
  ) {
    this.context = { family, protocol, warn: () => (this.warned = true) };
    this.matches = new RecentTexts((words) => this.readMatch(words));
    this.targets = new RecentTexts((words) => this.readTarget(words));
  }

  /** The match whose words, those behind `-m`, stand in `text` from `start` to `end`. @param hash of them */
  match(text: string, start: number, end: number, hash: number): MatchGroup | undefined {
    return this.matches.of(text, start, end, hash);
  }

  /** The target extension whose words, those behind `-j`, stand there. */
  target(text: string, start: number, end: number, hash: number): TargetGroup | undefined {
    return this.targets.of(text, start, end, hash);
  }

  private readMatch(words: string): MatchGroup | undefined {
    const extension = matchExtension(firstWord(words), this.family);
    const data: unknown = extension && this.resolve(extension, words);
    if (!extension || data === undefined) return undefined;
    return { alone: [noteGivenWords({ name: extension.name, data }, wordsOf(this.uses))], stable: this.stable };
  }

  private readTarget(words: string): TargetGroup | undefined {
    const extension = targetExtension(firstWord(words), this.family);
    const data: unknown = extension && this.resolve(extension, words);
    if (!extension || data === undefined) return undefined;
    return { target: { kind: 'extension', name: extension.name, data }, stable: this.stable };
  }

  /** The data of an extension, and whether its words are `stable`; undefined where the words are not plain, warned of or refused. */
  private resolve(extension: AnyMatch | AnyTarget, words: string): unknown {
    const uses = optionUses(extension, words);
    if (!uses) return undefined;
    this.uses = uses;
    this.warned = false;
    try {
      const data: unknown = extension.resolve(uses, this.context);
      this.stable = isNumeric(uses) || words === extension.name + (extension.stored ?? extension.save)(data);
      return this.warned ? undefined : data;
    } catch (error) {
      if (error instanceof IptablesError) return undefined;
      throw error;
    }
  }
}

function firstWord(words: string): string {
  const blank = words.indexOf(' ');
  return blank < 0 ? words : words.slice(0, blank);
}

/** The options behind an extension's name: each by its whole long name, with all its values; undefined where anything else stands there. */
function optionUses(extension: AnyMatch | AnyTarget, words: string): readonly OptionUse[] | undefined {
  const uses: OptionUse[] = [];
  const options = ownOptions(extension);
  const end = words.length;
  let at = extension.name.length;
  while (at < end) {
    at++;
    const inverted = words.charCodeAt(at) === BANG;
    if (inverted) at += 2;
    const stop = plainWordEnd(words, at, end);
    if (stop < 0 || words.charCodeAt(at) !== DASH || words.charCodeAt(at + 1) !== DASH) return undefined;
    const spec = options.get(words.slice(at + 2, stop));
    if (!spec) return undefined;
    at = stop;
    let values: readonly string[] = NO_VALUES;
    for (let left = spec.arity; left > 0; left--) {
      const start = at + 1;
      at = start < end ? valueEnd(words, start, end) : -1;
      if (at < 0) return undefined;
      const value = words.charCodeAt(start) === QUOTE ? words.slice(start + 1, at - 1) : words.slice(start, at);
      values = values === NO_VALUES ? [value] : [...values, value];
    }
    uses.push({ option: spec.name, inverted, values });
  }
  return uses;
}

/** End of a value; -1 for what might be taken for an option or a `!`. */
function valueEnd(words: string, at: number, end: number): number {
  const quoted = words.charCodeAt(at) === QUOTE;
  const first = words.charCodeAt(quoted ? at + 1 : at);
  if (first === DASH || first === BANG) return -1;
  return quoted ? quotedWordEnd(words, at, end) : plainWordEnd(words, at, end);
}

/** Whether there is no letter in any value. */
function isNumeric(uses: readonly OptionUse[]): boolean {
  for (const { values } of uses) {
    for (const value of values) for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > COLON) return false;
  }
  return true;
}
