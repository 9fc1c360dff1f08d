/** The words of a line, typed by the option tables. */
import type { IptablesError, Span } from '../errors/errors.js';
import type { AnyMatch, AnyTarget, OptionSpec, OptionUse } from '../extensions/extension.js';
import type { ProtocolMatch } from '../ruleset/model.js';
import type { GeneralType } from './ast.js';

/** One `-m`, implicit match or `-j` with its options: filled while the line is interpreted. */
export interface LoadedExtension<Extension extends AnyMatch | AnyTarget = AnyMatch | AnyTarget> {
  readonly extension: Extension;
  readonly uses: OptionUse[];
  /** The line's `-p` when the first option was read: options that need one do not look further right. */
  protocol?: ProtocolMatch | undefined;
}

export type TokenType = GeneralType | 'word' | 'not' | 'option' | 'bad';

export interface Token {
  readonly type: TokenType;
  /** The word, or the part of it that is this token. */
  readonly text: string;
  /** Index of the word on the line, and where in it the token starts. */
  readonly word: number;
  readonly offset: number;
  /** What `-m`, `-j` and extension options refer to. */
  readonly loaded?: LoadedExtension;
  /** Of an extension's option. */
  readonly spec?: OptionSpec;
  /** Of a `bad` token: what to say when interpretation gets there. */
  readonly error?: IptablesError;
}

/** Turns a token into a place in its source. */
export type Locate = (token: Token) => Span;
