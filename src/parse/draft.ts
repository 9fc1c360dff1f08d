/** A line on its way to a Command: what its clauses said, checked clause by clause, not yet put together. */
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import type { Counters, InterfaceMatch, ProtocolMatch } from '../ruleset/model.js';
import type { ActiveCommand, OptionLetter } from './command-conflicts.js';
import type { LoadedExtension, Token } from './token.js';

export interface TargetName {
  readonly name: string;
  readonly goto: boolean;
  readonly loaded?: LoadedExtension<AnyTarget> | undefined;
}

export class Draft {
  readonly active = new Set<ActiveCommand>();
  chain: string | undefined;
  chainToken: Token | undefined;
  position: number | undefined;
  newName: string | undefined;
  policy: string | undefined;
  /** Options given, with the token that gave them. */
  readonly given = new Map<OptionLetter, Token>();
  source: { readonly text: string; readonly invert: boolean } | undefined;
  destination: { readonly text: string; readonly invert: boolean } | undefined;
  inInterface: InterfaceMatch | undefined;
  outInterface: InterfaceMatch | undefined;
  protocol: ProtocolMatch | undefined;
  /** The protocol as the line names it, in lower case. */
  protocolWord: string | undefined;
  fragment: { readonly invert: boolean } | undefined;
  readonly matches: LoadedExtension<AnyMatch>[] = [];
  target: TargetName | undefined;
  verbose = 0;
  table = 'filter';
  wait: number | undefined;
  waitInterval = false;
  counters: Counters | undefined;
  readonly warnings: string[] = [];
  /** Set by -h and -V, which answer at once. */
  answer: { readonly kind: 'help'; readonly extensions: readonly string[] } | { readonly kind: 'version'; readonly inverted: boolean } | undefined;
  /** Set in a save file by -4 or -6 of the other family. */
  otherFamily = false;
}
