/** What the grammars produce. Numbers are indices into the line's tokens, -1 for "not there"; spans are on the tokens. */

export type CommandType =
  | 'append' | 'check' | 'deleteRule' | 'insert' | 'replace'
  | 'list' | 'listRules' | 'zero' | 'flush'
  | 'newChain' | 'deleteChain' | 'renameChain' | 'policy';

export type FieldType = 'source' | 'destination' | 'inInterface' | 'outInterface' | 'protocol' | 'fragments';

export type ModifierType =
  | 'numeric' | 'verbose' | 'exact' | 'lineNumbers' | 'table' | 'modprobe' | 'wait' | 'waitInterval'
  | 'setCounters' | 'ipv4' | 'ipv6' | 'help' | 'version';

/** The general options, by token type. */
export type GeneralType = CommandType | FieldType | ModifierType | 'match' | 'jump' | 'goto';

export type ClauseKind = 'command' | FieldType | ModifierType | 'match' | 'jump' | 'goto' | 'option' | 'bad';

/** One option with its words, perhaps behind a `!`. */
export interface Clause {
  readonly kind: ClauseKind;
  /** The `!` before it. */
  readonly not: number;
  /** The option word. */
  readonly head: number;
  readonly words: readonly number[];
}

/** A command line: its clauses in the order written, and a `!` with nothing behind it. */
export interface LineTree {
  readonly clauses: readonly Clause[];
  readonly danglingNot: number;
}

/** Clauses last first: every prefix of a line is read as a line too, and shares its list. */
export interface ClauseList {
  readonly before: ClauseList | undefined;
  readonly clause: Clause;
}

/** A LineTree as the grammar makes it. */
export interface LineReading {
  readonly clauses: ClauseList | undefined;
  readonly danglingNot: number;
}

/** A line of a save file. */
export type SaveTree =
  | { readonly kind: 'blank' | 'comment' | 'commit' }
  | { readonly kind: 'table'; readonly name: number }
  | { readonly kind: 'chain'; readonly name: number; readonly policy: number; readonly counters: number }
  | { readonly kind: 'command'; readonly counters: number };

/** One element of `-s a/m,b,...`. */
export interface AddressItem {
  readonly host: number;
  readonly mask: number;
}

/** Elements last first, as clauses are. */
export interface AddressList {
  readonly before: AddressList | undefined;
  readonly item: AddressItem;
}
