/** Reading a save file into the table, line by line, with iptables-restore's state machine and messages. */
import { InternalFault, IptablesError, OtherProblem, ParameterProblem, ResourceProblem, RulesetRefusal } from '../errors/errors.js';
import { formatCaret, formatPlace } from '../parse/caret.js';
import type { Command } from '../parse/command.js';
import { PlainLineReader } from '../parse/plain-line.js';
import { saveLines, type RawLine } from '../parse/save-lines.js';
import { parseSaveLine } from '../parse/parse-save.js';
import type { SaveLine } from '../parse/parse-save.js';
import { emptied, setPolicy, userChains } from '../ruleset/chain-edits.js';
import { isBuiltin } from '../ruleset/chains.js';
import { Draft } from '../ruleset/draft.js';
import { ZERO_COUNTERS } from '../ruleset/model.js';
import { commit } from './commit.js';
import { errorText, exitCodeOf, versionText } from './error-text.js';
import type { FilterStore } from './filter-store.js';
import { isForeignTable, isHarmless } from './foreign-table.js';
import { helpText } from './help-text.js';
import type { Host } from './host.js';
import { listing } from './listing.js';
import { isPrint, perform, performZeroAfter } from './perform.js';
import type { RestoreOptions } from './restore-options.js';
import { tableProblem } from './table.js';

/** Between `*table` and COMMIT. */
interface OpenTable {
  readonly name: string;
  readonly draft: Draft;
  readonly store: FilterStore;
  readonly release: () => void;
  /** Reads the common lines, those that add a rule as iptables-save prints it. */
  readonly plain: PlainLineReader;
  changed: boolean;
}

/** What the lines are read into: our table, one of the others, one that -T skips, or none. */
type State = OpenTable | { readonly name: string; readonly draft?: undefined } | 'skipped' | undefined;

/** -h or -V inside a file: iptables-restore answers and ends well. */
class Answered extends Error {}

export class RestoreFile {
  private state: State;
  /** Number of the line being read, from 1. */
  private line = 0;

  constructor(
    private readonly options: RestoreOptions,
    private readonly host: Host,
    private readonly program: string,
  ) {}

  /** Reads all of it. @returns the exit code; a table whose COMMIT was not reached is as before. */
  async run(content: Buffer): Promise<number> {
    let current: RawLine | undefined;
    try {
      for (const line of saveLines(content)) {
        current = line;
        this.line = line.number;
        if (this.appended(line)) continue;
        const printing = this.read(line.text, line.terminated);
        if (printing) await printing;
      }
      if (this.state === undefined || this.state === 'skipped') return 0;
      this.host.err(`${this.program}: COMMIT expected at line ${this.line + 1}\n`);
      return 1;
    } catch (error) {
      if (error instanceof Answered) return 0;
      this.complain(error, current?.text ?? '');
      return exitCodeOf(error);
    } finally {
      if (typeof this.state === 'object' && this.state.draft) this.state.release();
    }
  }

  private complain(error: unknown, source: string): void {
    const isRefusal = error instanceof RulesetRefusal || !(error instanceof IptablesError);
    this.host.err(isRefusal ? `${this.program}: line ${this.line} failed\n` : errorText(error, this.program, this.line));
    if (!(error instanceof Error)) throw new InternalFault('something that is no error was thrown', { cause: error });
    // No word of the file is to blame for a lock that another holds.
    if (error instanceof ResourceProblem) return;
    const whole = { line: this.line, column: 1, length: Math.max(1, source.length) };
    const span = { ...((error instanceof IptablesError ? error.span : undefined) ?? whole), line: this.line, file: this.options.file ?? '-' };
    this.host.err(`${formatPlace(span)}: ${error.message.trim()}\n${formatCaret(span, source)}\n`);
  }

  /** Takes a line that adds a rule in plain words; any other is left to read(). @throws RulesetRefusal */
  private appended(line: RawLine): boolean {
    const { state } = this;
    if (typeof state !== 'object' || !state.draft || this.options.verbose) return false;
    const append = state.plain.read(line);
    if (!append) return false;
    state.draft.appendRule(append.chain, append.rule);
    state.changed = true;
    return true;
  }

  /** One line. Gives a promise only where something is looked up for printing. */
  private read(text: string, terminated: boolean): Promise<void> | undefined {
    const { state } = this;
    if (state === 'skipped' && !text.startsWith('*') && !text.startsWith('#')) return undefined;
    if (typeof state === 'object' && !state.draft && isHarmless(text)) return undefined;
    const line = this.parse(text, terminated);
    switch (line.kind) {
      case 'comment':
        if (this.options.verbose) this.host.out(`${line.text}${terminated ? '\n' : ''}`);
        return undefined;
      case 'table':
        this.openTable(line.name);
        return undefined;
      case 'commit':
        this.closeTable();
        return undefined;
      case 'chain':
        this.readChain(line, this.ours());
        return undefined;
      case 'command':
        return this.readCommand(line.command, this.ours());
      case 'blank':
      case 'other-family':
        return undefined;
    }
  }

  private parse(text: string, terminated: boolean): SaveLine {
    const { state } = this;
    const open = typeof state === 'object' ? state : undefined;
    const { counters } = this.options;
    return parseSaveLine(
      text,
      { line: this.line, table: open?.name, terminated, ...(this.options.file === undefined ? {} : { file: this.options.file }) },
      { family: this.host.family, programName: this.program, counters, hasChain: (name) => open?.draft?.hasChain(name) ?? true },
    );
  }

  /** The open table when it is ours; a line that would change another is refused. */
  private ours(): OpenTable {
    const { state } = this;
    if (typeof state === 'object' && state.draft) return state;
    throw this.noTable(typeof state === 'object' ? state.name : '');
  }

  private noTable(name: string): ParameterProblem {
    return new ParameterProblem(`${this.program}: unable to initialize table '${name}'`);
  }

  private openTable(name: string): void {
    const { host, options } = this;
    if (options.table !== undefined && options.table !== name) {
      this.state = 'skipped';
      return;
    }
    const release = host.lock(options.wait);
    try {
      const isForeign = host.privileged && isForeignTable(name);
      if (!isForeign && tableProblem(name, host) !== undefined) throw this.noTable(name);
      if (isForeign) {
        this.state = { name };
        release();
        return;
      }
      const store = host.openStore();
      const draft = new Draft(store.read());
      const plain = new PlainLineReader({ family: host.family, counters: options.counters, hasChain: (chain) => draft.hasChain(chain) });
      this.state = { name, draft, store, release, plain, changed: !options.noflush };
      if (!options.noflush) this.empty(draft);
    } catch (error) {
      this.state = undefined;
      release();
      throw error;
    }
  }

  /** What comes before a table's lines without -n: all rules and user chains go, policies stay. */
  private empty(draft: Draft): void {
    const users = userChains(draft.ruleset);
    if (this.options.verbose) {
      const flushed = [...draft.ruleset.chains.keys()].map((name) => `Flushing chain \`${name}'\n`);
      this.host.out([...flushed, ...users.map((name) => `Deleting chain \`${name}'\n`)].join(''));
    }
    draft.ruleset = emptied(draft.ruleset);
  }

  private closeTable(): void {
    const { state } = this;
    if (typeof state === 'object' && state.draft) {
      if (state.changed && !this.options.test) commit(state.draft, state.store);
      state.release();
    }
    this.state = undefined;
  }

  private readChain(line: Extract<SaveLine, { kind: 'chain' }>, table: OpenTable): void {
    const { name, policy } = line;
    const { draft } = table;
    if (!isBuiltin(name)) {
      this.makeChain(name, draft);
      table.changed = true;
    }
    if (policy === undefined) return;
    const refuse = (why: string): OtherProblem => new OtherProblem(`Can't set policy \`${policy}' on \`${name}' line ${this.line}: ${why}`);
    if (!isBuiltin(name)) throw refuse('Bad built-in chain name');
    if (policy !== 'ACCEPT' && policy !== 'DROP') throw refuse('Bad policy name');
    draft.ruleset = setPolicy(draft.ruleset, name, policy, (this.options.counters && line.counters) || ZERO_COUNTERS);
    table.changed = true;
  }

  private makeChain(name: string, draft: Draft): void {
    if (this.options.noflush && draft.hasChain(name)) {
      draft.flushChain(name);
      return;
    }
    try {
      draft.addChain(name);
    } catch (error) {
      if (!(error instanceof RulesetRefusal)) throw error;
      throw new ParameterProblem(`error creating chain '${name}':File exists`);
    }
  }

  private readCommand(parsed: Command, table: OpenTable): Promise<void> | undefined {
    const { host, options } = this;
    host.err(parsed.warnings.map((warning) => `${warning}\n`).join(''));
    // Without -n, restore hands its own -v on to every line.
    const command = options.verbose && !options.noflush ? { ...parsed, verbose: parsed.verbose + 1 } : parsed;
    if (command.kind === 'version') host.out(`${versionText(this.program)}\n`);
    if (command.kind === 'help') host.out(helpText(this.program, command.extensions, host.family));
    if (command.kind === 'version' || command.kind === 'help') throw new Answered();
    if (isPrint(command)) {
      return listing(command, table.draft.ruleset, host).then((text) => {
        host.out(text);
        if (!command.zero) return;
        performZeroAfter(command, table.draft, (echo) => host.out(echo));
        table.changed = true;
      });
    }
    if (perform(command, table.draft, (echo) => host.out(echo))) table.changed = true;
    return undefined;
  }
}
