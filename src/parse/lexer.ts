/**
 * Words to tokens. Extensions are loaded as the words name them, because the options a word may be depend on what
 * stands left of it. Nothing is judged here: the interpreter reports what it meets first, in the order of the words.
 */
import { IptablesError, ParameterProblem } from '../errors/errors.js';
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import type { Family } from '../ruleset/model.js';
import { implicitMatch, matchName, type ExtensionLookup } from './extension-lookup.js';
import type { GeneralOption } from './general-options.js';
import { isGeneral, OptionTable, type AnyOption, type ExtensionOption } from './option-table.js';
import { OptionScanner } from './option-scanner.js';
import type { LoadedExtension, Token, TokenType } from './token.js';

export interface LexOptions {
  readonly family: Family;
  readonly programName: string;
  readonly extensions: ExtensionLookup;
  /** Names of chains that hide a target extension of the same name (those a restore file declares). */
  readonly hidesTarget?: ((name: string) => boolean) | undefined;
}

export interface LexedLine {
  readonly tokens: readonly Token[];
  readonly types: readonly TokenType[];
  /** Whether words are left behind a `--`. */
  readonly leftover: boolean;
}

/** How many operands may follow an option that has its first word already or takes none from getopt. */
const OPERANDS: { readonly [type in TokenType]?: number } = {
  deleteRule: 2, insert: 2, replace: 2, renameChain: 2, policy: 2,
  list: 2, listRules: 2, zero: 2, flush: 1, deleteChain: 1, wait: 1, waitInterval: 1, setCounters: 2,
};

/**
 * For these iptables-legacy 1.8.9 takes the whole last word as the value, also where name and value stand in one word:
 * `-ptcp` names the protocol `-ptcp`, `--jump=ACCEPT` the target `--jump=ACCEPT`. (Later versions take the value alone.)
 */
const WHOLE_WORD: ReadonlySet<TokenType> = new Set(['protocol', 'source', 'destination', 'inInterface', 'outInterface', 'jump']);

class Lexer {
  private readonly tokens: Token[] = [];
  private readonly types: TokenType[] = [];
  private readonly table: OptionTable;
  private readonly scanner: OptionScanner;
  private readonly instances = new Map<AnyMatch | AnyTarget, LoadedExtension>();
  /** The protocol as the line names it. */
  private protocol: string | undefined;
  private implicitTried = false;

  constructor(
    private readonly words: readonly string[],
    private readonly options: LexOptions,
  ) {
    this.table = new OptionTable(options.family);
    this.scanner = new OptionScanner(words, this.table);
  }

  run(): LexedLine {
    for (;;) {
      const scanned = this.scanner.next();
      if (scanned === 'end') break;
      const more = typeof scanned === 'string' ? this.notAnOption(scanned) : this.option(scanned);
      if (!more) return this.result(false);
    }
    return this.result(this.scanner.index < this.words.length);
  }

  private result(leftover: boolean): LexedLine {
    return { tokens: this.tokens, types: this.types, leftover };
  }

  private push(token: Token): void {
    this.tokens.push(token);
    this.types.push(token.type);
  }

  private notAnOption(scanned: 'word' | 'unknown' | 'missing'): boolean {
    const { scanner } = this;
    if (scanned === 'word') {
      const word = scanner.index - 1;
      if (scanner.argument === '!') {
        if (this.types.at(-1) === 'not') return this.bad(new ParameterProblem('multiple consecutive ! not allowed'), word);
        this.push({ type: 'not', text: '!', word, offset: 0 });
        return true;
      }
      return this.bad(new IptablesError(`Bad argument \`${scanner.argument}'`, 2, 'bare', 'try-help'), word);
    }
    if (this.loadImplicit()) {
      scanner.index--;
      return true;
    }
    const named = this.words[scanner.index - 1] ?? this.options.programName;
    return this.bad(new ParameterProblem(this.notUnderstood(scanned, named)), scanner.optionWord);
  }

  private notUnderstood(scanned: 'unknown' | 'missing', named: string): string {
    const { optionWord, optionOffset } = this.scanner;
    if (scanned === 'missing') return `option "${named}" requires an argument`;
    // A letter iptables has an option for, but no meaning.
    if (optionOffset > 0 && this.words[optionWord]![optionOffset] === 'b') return 'Unknown arg "(null)"';
    return `unknown option "${named}"`;
  }

  private bad(error: IptablesError, word: number): false {
    this.push({ type: 'bad', text: this.words[word] ?? '', word, offset: 0, error });
    return false;
  }

  /** `-p PROTO` loads its match when a word is met that nothing loaded so far knows; once per line. */
  private loadImplicit(): boolean {
    if (this.protocol === undefined || this.implicitTried) return false;
    this.implicitTried = true;
    const match = implicitMatch(this.protocol, this.options.family, this.options.extensions);
    if (!match) return false;
    this.load(match);
    return true;
  }

  private load(extension: AnyMatch | AnyTarget): LoadedExtension {
    this.table.load(extension);
    const loaded: LoadedExtension = { extension, uses: [] };
    this.instances.set(extension, loaded);
    return loaded;
  }

  /** False ends the line: help and version answer at once, and after a failed load nothing can be told. */
  private option(option: AnyOption): boolean {
    return isGeneral(option) ? this.general(option) : this.extensionOption(option);
  }

  private extensionOption({ owner, spec }: ExtensionOption): boolean {
    const { scanner } = this;
    const loaded = this.instances.get(owner)!;
    this.push({ type: 'option', text: this.words[scanner.optionWord]!, word: scanner.optionWord, offset: 0, loaded, spec });
    if (spec.arity > 0) this.argument();
    if (spec.arity > 1 && scanner.hasOperand()) this.operand();
    return true;
  }

  private general(option: GeneralOption): boolean {
    const { scanner } = this;
    const { type } = option;
    if (WHOLE_WORD.has(type) && scanner.argumentOffset > 0) scanner.wholeWord();
    const value = scanner.argument;
    const word = scanner.optionWord;
    const text = this.words[word]!;
    const loaded = value === undefined ? undefined : this.loadNamed(type, value);
    this.push(loaded ? { type, text, word, offset: 0, loaded } : { type, text, word, offset: 0 });
    let operands = OPERANDS[type] ?? 0;
    if (value !== undefined) {
      this.argument();
      operands--;
    }
    if (type === 'setCounters' && value!.indexOf(',', 1) >= 0) operands = 0;
    while (operands-- > 0 && scanner.hasOperand()) this.operand();
    if (type === 'protocol') this.protocol = value!.toLowerCase();
    return !(type === 'help' || type === 'version' || (type === 'match' && !loaded) || this.otherFamily(type));
  }

  private loadNamed(type: TokenType, name: string): LoadedExtension | undefined {
    const { extensions, family, hidesTarget } = this.options;
    if (type !== 'match' && (type !== 'jump' || hidesTarget?.(name))) return undefined;
    const extension = type === 'match' ? extensions.matchExtension(matchName(name), family) : extensions.targetExtension(name, family);
    return extension && this.load(extension);
  }

  private otherFamily(type: TokenType): boolean {
    return type === (this.options.family === 'ipv4' ? 'ipv6' : 'ipv4');
  }

  private argument(): void {
    const { argument, argumentWord, argumentOffset } = this.scanner;
    this.push({ type: 'word', text: argument!, word: argumentWord, offset: argumentOffset });
  }

  private operand(): void {
    const word = this.scanner.index++;
    this.push({ type: 'word', text: this.words[word]!, word, offset: 0 });
  }
}

/** The tokens of one command line, without the program name. Never throws for what a user can write: see `bad` tokens. */
export function lexLine(words: readonly string[], options: LexOptions): LexedLine {
  return new Lexer(words, options).run();
}
