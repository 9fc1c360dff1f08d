/** One line of an iptables-save file. */
import { InternalFault, IptablesError, ParameterProblem, type Span } from '../errors/errors.js';
import type { Counters, Family } from '../ruleset/model.js';
import type { SaveTree } from './ast.js';
import { checkSavedChainName } from './chain-name.js';
import type { Command } from './command.js';
import type { ExtensionLookup } from './extension-lookup.js';
import grammar from './generated/save.js';
import { systemHosts, type HostLookup } from './host-lookup.js';
import { leadingUnsigned } from './numbers.js';
import { parseWords, REGISTRY } from './parse-command.js';
import { readRuleCounters, type RuleCounters } from './rule-counters.js';
import { MAX_WORDS, splitSavedWords, type SavedWords } from './save-words.js';
import { ShapeParser } from './shape.js';
import type { Token } from './token.js';

export type SaveLine =
  | { readonly kind: 'blank' | 'commit' | 'other-family' }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'table'; readonly name: string }
  /** `policy` undefined where it is `-`; any other word is given as it stands. Counters only where they are a pair of numbers. */
  | { readonly kind: 'chain'; readonly name: string; readonly policy?: string; readonly counters?: Counters }
  /** `counters` as they stand before the command, for those who asked for them (-c): then they are in the command as well. */
  | { readonly kind: 'command'; readonly command: Command; readonly counters?: Counters };

export interface SavePlace {
  readonly file?: string;
  /** Counts from 1. */
  readonly line: number;
  /** The table the line stands in, undefined outside of `*table` ... `COMMIT`. */
  readonly table: string | undefined;
  /** Whether the line ends in a newline; default true. A `COMMIT` without one is none. */
  readonly terminated?: boolean;
}

export interface SaveOptions {
  readonly family: Family;
  /** As it stands in messages: `iptables-restore`. */
  readonly programName: string;
  /** `-c`: counters must be good, and go to the commands. */
  readonly counters?: boolean;
  readonly hasChain?: (name: string) => boolean;
  readonly extensions?: ExtensionLookup;
  readonly hosts?: HostLookup;
}

export const saveShapes = new ShapeParser(grammar, (tree: SaveTree) => tree);

/** The words of a line that is no command, first letter off, as strtok(3) finds them. */
const WORDS = /[^ \t\n]+/g;

class SaveLineReader {
  private readonly text: string;
  private readonly terminated: boolean;
  private types: string[] = [];
  private words: { readonly text: string; readonly start: number }[] = [];

  constructor(
    line: string,
    private readonly place: SavePlace,
    private readonly options: SaveOptions,
  ) {
    const nul = line.indexOf('\0');
    this.text = nul < 0 ? line : line.slice(0, nul);
    this.terminated = nul < 0 && (place.terminated ?? true);
  }

  private span(start: number, end: number): Span {
    const { file, line } = this.place;
    const column = start + 1;
    const length = Math.max(1, end - start);
    return file === undefined ? { line, column, length } : { file, line, column, length };
  }

  read(): SaveLine {
    try {
      return this.line();
    } catch (error) {
      if (error instanceof IptablesError) error.span ??= this.span(0, this.text.length);
      throw error;
    }
  }

  private line(): SaveLine {
    this.lex();
    const tree = saveShapes.parse(this.types);
    if (!tree) throw new InternalFault(`grammar: no reading of "${this.types.join(' ')}"`);
    switch (tree.kind) {
      case 'blank':
      case 'commit':
        return { kind: tree.kind };
      case 'comment':
        return { kind: 'comment', text: this.text };
      case 'table':
        return { kind: 'table', name: this.named(tree.name, 'table name') };
      case 'chain':
        return this.chain(tree);
      case 'command':
        return this.command(tree.counters >= 0);
    }
  }

  /** Types of the line; words of lines that are no commands. */
  private lex(): void {
    const { text } = this;
    const inTable = this.place.table !== undefined;
    if (text === '' && this.terminated) this.types = [];
    else if (text.startsWith('#')) this.types = ['hash'];
    else if (text === 'COMMIT' && this.terminated && inTable) this.types = ['commit'];
    else if (text.startsWith('*') && !inTable) this.lexWords('star', 1);
    else if (text.startsWith(':') && inTable) this.lexWords('colon', 3);
    else if (inTable) this.types = text.startsWith('[') ? ['counters', 'command'] : ['command'];
    else throw new IptablesError(`line ${this.place.line} failed`, 1, 'plain');
  }

  private lexWords(first: string, most: number): void {
    this.types = [first];
    this.words = [{ text: this.text[0]!, start: 0 }];
    for (const found of this.text.slice(1).matchAll(WORDS)) {
      if (this.words.length > most) break;
      this.types.push('word');
      this.words.push({ text: found[0], start: found.index + 1 });
    }
  }

  private named(index: number, what: string): string {
    const word = this.words[index];
    if (!word) throw new ParameterProblem(`${this.options.programName}: line ${this.place.line} ${what} invalid`);
    return word.text;
  }

  private chain(tree: Extract<SaveTree, { kind: 'chain' }>): SaveLine {
    const name = this.named(tree.name, 'chain name');
    const at = this.words[tree.name]!;
    try {
      checkSavedChainName(name);
    } catch (error) {
      if (error instanceof IptablesError) error.span = this.span(at.start, at.start + name.length);
      throw error;
    }
    const policy = this.named(tree.policy, 'policy');
    if (policy === '-') return { kind: 'chain', name };
    const word = this.words[tree.counters];
    const counters = word && policyCounters(word.text);
    if (!counters && this.options.counters) throw new ParameterProblem(`invalid policy counters for chain '${name}'`);
    return counters ? { kind: 'chain', name, policy, counters } : { kind: 'chain', name, policy };
  }

  private command(withCounters: boolean): SaveLine {
    // An open quote takes the newline in.
    let line = this.terminated ? `${this.text}\n` : this.text;
    let counters: RuleCounters | undefined;
    if (withCounters) {
      counters = readRuleCounters(line, this.place.line);
      line = line.slice(0, counters.stop);
    }
    const prefix = this.options.counters && counters ? ['--set-counters', counters.packets, counters.bytes] : [];
    const saved = splitSavedWords(line, counters?.end ?? 0, MAX_WORDS - prefix.length);
    const command = this.parse(saved, prefix, counters?.end ?? 0);
    if (!command) return { kind: 'other-family' };
    const numbers = counters && pair(counters.packets, counters.bytes);
    return numbers ? { kind: 'command', command, counters: numbers } : { kind: 'command', command };
  }

  /** `prefix`: words to go before those of the line, from what ends at `prefixEnd`. */
  private parse({ words, starts, ends }: SavedWords, prefix: readonly string[], prefixEnd: number): Command | undefined {
    const { family, programName, hasChain, extensions = REGISTRY, hosts = systemHosts } = this.options;
    const locate = (token: Token): Span => {
      const index = token.word - prefix.length;
      if (index < 0) return this.span(0, prefixEnd);
      // A word with quotes is pointed at as a whole.
      const whole = ends[index]! - starts[index]! !== words[index]!.length;
      return this.span(whole ? starts[index]! : starts[index]! + token.offset, ends[index]!);
    };
    const context = { family, programName, restore: true, extensions, hosts, hasChain, locate, table: this.place.table };
    return parseWords(prefix.length > 0 ? [...prefix, ...words] : words, context);
  }
}

function pair(packetText: string, byteText: string): Counters | undefined {
  const packets = leadingUnsigned(packetText);
  const bytes = leadingUnsigned(byteText);
  return packets === undefined || bytes === undefined ? undefined : { packets, bytes };
}

/** What sscanf("[%llu:%llu]") finds. */
function policyCounters(word: string): Counters | undefined {
  const found = /^\[([+-]?\d+):([+-]?\d+)/.exec(word);
  return found ? pair(found[1]!, found[2]!) : undefined;
}

/**
 * @param line without its newline.
 * @throws IptablesError with iptables-restore's text; the span says file, line and column.
 */
export function parseSaveLine(line: string, place: SavePlace, options: SaveOptions): SaveLine {
  return new SaveLineReader(line, place, options).read();
}
