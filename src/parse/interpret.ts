/**
 * Walks a line's clauses in the order written, as iptables' option loop does, and fills a Draft: what iptables refuses
 * while reading an option is refused here, so that of several mistakes the same one is reported.
 */
import { IptablesError, ParameterProblem } from '../errors/errors.js';
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import type { Clause, CommandType, LineTree } from './ast.js';
import { checkMatchName, checkNewChainName, checkTargetName } from './chain-name.js';
import { checkTogether, commandLetter, type OptionLetter } from './command-conflicts.js';
import type { Draft } from './draft.js';
import { implicitMatch, matchName } from './extension-lookup.js';
import { interfaceMatch, interfaceWarning } from './interface-name.js';
import type { LineContext } from './line-context.js';
import { badOptionValue } from './rule.js';
import { leadingInteger, leadingUnsigned, wholeNumber } from './numbers.js';
import { neverMatched, parseProtocol } from './protocol.js';
import type { LoadedExtension, Token } from './token.js';

const INVERTIBLE: ReadonlySet<OptionLetter> = new Set(['s', 'd', 'p', 'i', 'o', 'f']);
const MAX_RULE_NUMBER = 0x7fffffff;
const MAX_WAIT_INTERVAL = 999_999n;
/** @throws ParameterProblem. Base 0, as every rule number. */
function ruleNumber(text: string): number {
  const number = wholeNumber(text, 1, MAX_RULE_NUMBER);
  if (number === undefined) throw new ParameterProblem(`Invalid rule number \`${text}'`);
  return number;
}

class Interpreter {
  constructor(
    private readonly tokens: readonly Token[],
    private readonly draft: Draft,
    private readonly context: LineContext,
  ) {}

  run(tree: LineTree): void {
    if (this.context.table !== undefined) this.draft.table = this.context.table;
    for (const clause of tree.clauses) {
      try {
        this.clause(clause);
      } catch (error) {
        if (!(error instanceof IptablesError)) throw error;
        error.span ??= this.context.locate(this.blame(clause));
        throw badOptionValue(this.draft, this.context) ?? error;
      }
      if (this.draft.answer || this.draft.otherFamily) break;
    }
  }

  private blame(clause: Clause): Token {
    return this.tokens[clause.words[0] ?? clause.head]!;
  }

  private word(clause: Clause, at: number): string | undefined {
    const index = clause.words[at];
    return index === undefined ? undefined : this.tokens[index]!.text;
  }

  private clause(clause: Clause): void {
    const invert = clause.not >= 0;
    const token = this.tokens[clause.head]!;
    const value = this.word(clause, 0);
    const { draft, context } = this;
    switch (clause.kind) {
      case 'command':
        return this.command(token.type as CommandType, clause, invert);
      case 'option':
        return this.extensionOption(token, clause, invert);
      case 'bad':
        throw token.error!;
      case 'source':
        this.give('s', token, invert);
        draft.source = { text: value!, invert };
        return;
      case 'destination':
        this.give('d', token, invert);
        draft.destination = { text: value!, invert };
        return;
      case 'protocol':
        return this.protocol(token, value!, invert);
      case 'inInterface':
        draft.inInterface = this.interface('i', token, value!, invert);
        return;
      case 'outInterface':
        draft.outInterface = this.interface('o', token, value!, invert);
        return;
      case 'fragments':
        if (context.family === 'ipv6') throw new ParameterProblem("`-f' is not supported in IPv6, use -m frag instead");
        this.give('f', token, invert);
        draft.fragment = { invert };
        return;
      case 'match':
        return this.match(token, value!, invert);
      case 'jump':
      case 'goto':
        this.give('j', token, invert);
        checkTargetName(value!);
        draft.target = { name: value!, goto: clause.kind === 'goto', loaded: token.loaded as LoadedExtension<AnyTarget> | undefined };
        return;
      case 'numeric':
        return this.give('n', token, invert);
      case 'exact':
        return this.give('x', token, invert);
      case 'lineNumbers':
        return this.give('0', token, invert);
      case 'verbose':
        if (draft.verbose === 0) this.give('v', token, invert);
        draft.verbose++;
        return;
      case 'setCounters':
        return this.counters(token, clause, invert);
      case 'table':
        return this.table(value!, invert);
      case 'wait':
        return this.wait(value);
      case 'waitInterval':
        return this.waitInterval(value);
      case 'ipv4':
      case 'ipv6':
        if (clause.kind === context.family) return;
        if (!context.restore) throw new IptablesError('', 2, 'bare', 'try-help');
        draft.otherFamily = true;
        return;
      case 'help':
        return this.help();
      case 'version':
        draft.answer = { kind: 'version', inverted: invert };
        return;
      case 'modprobe':
        return;
    }
  }

  private give(letter: OptionLetter, token: Token, invert: boolean): void {
    if (this.draft.given.has(letter)) throw new ParameterProblem(`multiple -${letter} flags not allowed`);
    this.draft.given.set(letter, token);
    if (invert && !INVERTIBLE.has(letter)) throw new ParameterProblem(`cannot have ! before -${letter}`);
  }

  private add(type: CommandType, invert: boolean): void {
    if (invert) throw new ParameterProblem("unexpected '!' flag");
    checkTogether(type, this.draft.active);
    this.draft.active.add(type);
  }

  private command(type: CommandType, clause: Clause, invert: boolean): void {
    const { draft } = this;
    const first = this.word(clause, 0);
    const second = this.word(clause, 1);
    if (type === 'newChain') checkNewChainName(first!, this.context.family);
    this.add(type, invert);
    if (first !== undefined) {
      draft.chain = first;
      draft.chainToken = this.tokens[clause.words[0]!];
    }
    switch (type) {
      case 'replace':
        if (second === undefined) throw new ParameterProblem(`-${commandLetter(type)} requires a rule number`);
        draft.position = ruleNumber(second);
        return;
      case 'insert':
        draft.position = second === undefined ? 1 : ruleNumber(second);
        return;
      case 'renameChain':
        if (second === undefined) throw new ParameterProblem(`-${commandLetter(type)} requires old-chain-name and new-chain-name`);
        draft.newName = second;
        return;
      case 'policy':
        if (second === undefined) throw new ParameterProblem(`-${commandLetter(type)} requires a chain and a policy`);
        draft.policy = second;
        return;
    }
    if (second === undefined) return;
    draft.position = ruleNumber(second);
    // These numbers make another command of it, and whatever stood before is forgotten.
    if (type === 'deleteRule' || type === 'zero') {
      draft.active.clear();
      draft.active.add(type === 'zero' ? 'zeroNumber' : 'deleteNumber');
    }
  }

  private protocol(token: Token, value: string, invert: boolean): void {
    this.give('p', token, invert);
    const name = value.toLowerCase();
    const number = parseProtocol(name);
    if (number === undefined) throw new ParameterProblem(`unknown protocol "${name}" specified`);
    if (number === 0 && invert) throw new ParameterProblem('rule would never match protocol');
    if (neverMatched(number, invert, this.context.family)) {
      this.draft.warnings.push(`Warning: never matched protocol: ${name}. use extension match instead.`);
    }
    this.draft.protocol = number === 0 && this.context.family === 'ipv4' ? undefined : { number, invert };
    this.draft.protocolWord = name;
  }

  private interface(letter: 'i' | 'o', token: Token, value: string, invert: boolean) {
    if (value !== '') this.give(letter, token, invert);
    const match = interfaceMatch(value, invert);
    const warning = interfaceWarning(value);
    if (warning !== undefined) this.draft.warnings.push(warning);
    return match;
  }

  private match(token: Token, name: string, invert: boolean): void {
    if (invert) throw new ParameterProblem('unexpected ! flag before --match');
    checkMatchName(name);
    if (!token.loaded) throw new ParameterProblem(`Couldn't load match \`${matchName(name)}':No such file or directory\n`);
    this.draft.matches.push(token.loaded as LoadedExtension<AnyMatch>);
  }

  private extensionOption(token: Token, clause: Clause, inverted: boolean): void {
    const { loaded, spec } = token;
    const { extension, uses } = loaded!;
    const values = clause.words.map((index) => this.tokens[index]!.text);
    if (extension.kind === 'match' && !this.draft.matches.includes(loaded as LoadedExtension<AnyMatch>)) {
      this.draft.matches.push(loaded as LoadedExtension<AnyMatch>);
    }
    if (uses.length === 0) loaded!.protocol = this.draft.protocol;
    uses.push({ option: spec!.name, inverted, values, span: this.context.locate(token) });
  }

  private counters(token: Token, clause: Clause, invert: boolean): void {
    this.give('c', token, invert);
    const first = this.word(clause, 0)!;
    const comma = first.indexOf(',', 1);
    const second = comma >= 0 ? first.slice(comma + 1) : this.word(clause, 1);
    if (second === undefined) throw new ParameterProblem('-c requires packet and byte counter');
    const packets = leadingUnsigned(first);
    if (packets === undefined) throw new ParameterProblem('-c packet counter not numeric');
    const bytes = leadingUnsigned(second);
    if (bytes === undefined) throw new ParameterProblem('-c byte counter not numeric');
    this.draft.counters = { packets, bytes };
  }

  private table(value: string, invert: boolean): void {
    const { restore, programName } = this.context;
    if (invert) throw new ParameterProblem('unexpected ! flag before --table');
    if (restore) throw new ParameterProblem(`The -t option cannot be used in ${programName}.\n`);
    this.draft.table = value;
  }

  private wait(value: string | undefined): void {
    if (this.context.restore) throw new ParameterProblem("You cannot use `-w' from iptables-restore");
    const seconds = value === undefined ? -1 : leadingInteger(value);
    if (seconds === undefined) throw new ParameterProblem('wait seconds not numeric');
    this.draft.wait = seconds;
  }

  private waitInterval(value: string | undefined): void {
    if (this.context.restore) throw new ParameterProblem("You cannot use `-W' from iptables-restore");
    if (value === undefined) throw new ParameterProblem('wait interval value required');
    const parsed = leadingUnsigned(value);
    if (parsed === undefined) throw new ParameterProblem('wait interval not numeric');
    const microseconds = BigInt.asUintN(32, parsed);
    if (microseconds > MAX_WAIT_INTERVAL) throw new ParameterProblem(`too long usec wait ${microseconds} > ${MAX_WAIT_INTERVAL} usec`);
    this.draft.warnings.push('Ignoring deprecated --wait-interval option.');
    this.draft.waitInterval = true;
  }

  /** Helps of the target and of the matches; `-p tcp -h` is as good as `-m tcp -h`. */
  private help(): void {
    const { draft, context } = this;
    const names = draft.matches.map(({ extension }) => extension.name);
    if (names.length === 0 && draft.protocolWord !== undefined) {
      const implied = implicitMatch(draft.protocolWord, context.family, context.extensions);
      if (implied) names.push(implied.name);
    }
    if (draft.target?.loaded) names.unshift(draft.target.loaded.extension.name);
    draft.answer = { kind: 'help', extensions: names };
  }
}

/** Fills the draft. @throws IptablesError with iptables' text for what it refuses while reading options; the span is the word's. */
export function interpret(tree: LineTree, tokens: readonly Token[], draft: Draft, context: LineContext): void {
  new Interpreter(tokens, draft, context).run(tree);
}
