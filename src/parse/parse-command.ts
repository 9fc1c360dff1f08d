/** One iptables command line to a Command. */
import { InternalFault, IptablesError } from '../errors/errors.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import type { Family } from '../ruleset/model.js';
import type { Clause, LineReading, LineTree } from './ast.js';
import type { Command } from './command.js';
import { Draft } from './draft.js';
import type { ExtensionLookup } from './extension-lookup.js';
import { finishCommand } from './finish.js';
import grammar from './generated/line.js';
import { systemHosts, type HostLookup } from './host-lookup.js';
import { interpret } from './interpret.js';
import { lexLine } from './lexer.js';
import type { LineContext } from './line-context.js';
import { ShapeParser } from './shape.js';
import type { Token } from './token.js';

export const REGISTRY: ExtensionLookup = { matchExtension, targetExtension };

function lineTree({ clauses, danglingNot }: LineReading): LineTree {
  const inOrder: Clause[] = [];
  for (let rest = clauses; rest; rest = rest.before) inOrder.push(rest.clause);
  return { clauses: inOrder.reverse(), danglingNot };
}

export const lineShapes = new ShapeParser(grammar, lineTree);

export interface ParseOptions {
  readonly family: Family;
  /** As it stands in messages: `iptables`, `ip6tables`. */
  readonly programName: string;
  /** Chains that exist in the table; without it every `-j NAME` that is no target is taken for a chain. */
  readonly hasChain?: (name: string) => boolean;
  readonly extensions?: ExtensionLookup;
  readonly hosts?: HostLookup;
}

/**
 * Words (without the program name) to a Command, or undefined for a line of a save file that is for the other family.
 * @throws IptablesError with iptables' text; the span is the word's.
 */
export function parseWords(words: readonly string[], context: LineContext): Command | undefined {
  const hidesTarget = context.restore ? context.hasChain : undefined;
  const { tokens, types, leftover } = lexLine(words, { ...context, hidesTarget });
  const tree = lineShapes.parse(types);
  if (!tree) throw new InternalFault(`grammar: no reading of "${types.join(' ')}"`);
  const draft = new Draft();
  try {
    interpret(tree, tokens, draft, context);
    const danglingNot = tree.danglingNot < 0 ? undefined : tokens[tree.danglingNot];
    if (draft.otherFamily) return undefined;
    return answerOf(draft) ?? finishCommand(draft, { danglingNot, leftover }, context);
  } catch (error) {
    if (error instanceof IptablesError) error.warnings = draft.warnings;
    throw error;
  }
}

/** Help and version answer at once. */
function answerOf({ answer, table, verbose, warnings }: Draft): Command | undefined {
  return answer && { ...answer, table, numeric: false, verbose, exact: false, lineNumbers: false, warnings };
}

/** Columns as if the words stood on one line with a space between. */
function columnOf(words: readonly string[], token: Token): number {
  let column = 1 + token.offset;
  for (let i = 0; i < token.word; i++) column += words[i]!.length + 1;
  return column;
}

/**
 * @param argv the words behind the program name.
 * @throws IptablesError with iptables' text and exit code; nothing else for anything a user can write.
 */
export function parseCommand(argv: readonly string[], options: ParseOptions): Command {
  const { family, programName, hasChain, extensions = REGISTRY, hosts = systemHosts } = options;
  const locate = (token: Token) => ({ line: 1, column: columnOf(argv, token), length: Math.max(1, token.text.length) });
  return parseWords(argv, { family, programName, restore: false, extensions, hosts, hasChain, locate })!;
}
