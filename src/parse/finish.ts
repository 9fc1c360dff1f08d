/** From a Draft to a Command: the checks iptables makes after its option loop, in its order, and the rules. */
import { IptablesError, ParameterProblem, RulesetRefusal } from '../errors/errors.js';
import { BUILTIN_CHAINS, type BuiltinChain, type Policy, type Rule } from '../ruleset/model.js';
import { checkChainLength } from './chain-name.js';
import { checkLegal, type ActiveCommand } from './command-conflicts.js';
import type { Command, CommandOptions } from './command.js';
import type { Draft } from './draft.js';
import type { LineContext } from './line-context.js';
import { expandRules, resolveAddresses, resolveExtensions, resolveTarget, type RuleCommand } from './rule.js';
import type { Token } from './token.js';

const RULE_COMMANDS: { readonly [command in ActiveCommand]?: RuleCommand } = {
  append: 'append', insert: 'insert', replace: 'replace', deleteRule: 'delete', check: 'check',
};

/** Chains packets reach before the out device is known, and those with no in device. */
const NO_OUT_INTERFACE: readonly string[] = ['PREROUTING', 'INPUT'];
const NO_IN_INTERFACE: readonly string[] = ['POSTROUTING', 'OUTPUT'];

function checkInterfaces(draft: Draft, command: ActiveCommand, context: LineContext): void {
  if (!RULE_COMMANDS[command] && command !== 'deleteNumber') return;
  const chain = draft.chain!;
  const refuse = (letter: 'i' | 'o', chains: readonly string[]) => {
    const token = draft.given.get(letter);
    if (token && chains.includes(chain)) throw new ParameterProblem(`Can't use -${letter} with ${chain}\n`, context.locate(token));
  };
  refuse('o', NO_OUT_INTERFACE);
  refuse('i', NO_IN_INTERFACE);
}

function checkNatDrop(draft: Draft): void {
  if (draft.table === 'nat' && (draft.policy === 'DROP' || draft.target?.name === 'DROP')) {
    throw new ParameterProblem('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
  }
}

function policyOf(draft: Draft): Policy {
  const { chain, policy, table } = draft;
  if (table === 'filter' && !BUILTIN_CHAINS.includes(chain as BuiltinChain)) throw new RulesetRefusal('Bad built-in chain name.');
  if (policy !== 'ACCEPT' && policy !== 'DROP') throw new RulesetRefusal("Bad policy name. Run `dmesg' for more information.");
  return policy;
}

function otherCommand(draft: Draft): { kind: Command['kind'] } & Record<string, unknown> {
  const { active, chain, position } = draft;
  const withChain = chain === undefined ? {} : { chain };
  const withPosition = position === undefined ? {} : { position };
  const listing = active.has('list') ? 'list' : active.has('listRules') ? 'list-rules' : undefined;
  if (listing) {
    const zero = active.has('zero') || active.has('zeroNumber');
    return { kind: listing, ...withChain, ...withPosition, zero, ...(active.has('zeroNumber') ? { zeroNumber: true } : {}) };
  }
  const [command] = active;
  switch (command) {
    case 'deleteNumber':
      return { kind: 'delete-number', chain, position };
    case 'flush':
      return { kind: 'flush', ...withChain };
    case 'zero':
    case 'zeroNumber':
      return { kind: 'zero', ...withChain, ...withPosition };
    case 'newChain':
      return { kind: 'new-chain', chain };
    case 'deleteChain':
      return { kind: 'delete-chain', ...withChain };
    case 'renameChain':
      return { kind: 'rename-chain', chain, to: draft.newName };
    default:
      return { kind: 'policy', chain, policy: policyOf(draft) };
  }
}

type WritableOptions = { -readonly [option in keyof CommandOptions]: CommandOptions[option] } & Pick<Command, 'warnings'>;

function optionsOf({ table, given, verbose, wait, counters, warnings }: Draft): WritableOptions {
  const options: WritableOptions = { table, numeric: given.has('n'), verbose, exact: given.has('x'), lineNumbers: given.has('0'), warnings };
  // -w alone is -1, given 0 the lock is waited for without limit too.
  if (wait !== undefined) options.wait = Math.max(wait, 0);
  if (counters) options.counters = counters;
  return options;
}

/** Fields are added one by one: every line of a big file comes through here, and a spread costs as much as the rest. */
function ruleCommand(options: WritableOptions, kind: RuleCommand, { chain, position }: Draft, rules: readonly Rule[]): Command {
  const command = options as unknown as { kind: RuleCommand; chain: string; rules: readonly Rule[]; position?: number };
  command.kind = kind;
  command.chain = chain!;
  command.rules = rules;
  if (kind === 'insert' || kind === 'replace') command.position = position!;
  return command as unknown as Command;
}

/** `danglingNot`: the `!` at the end of the line; `leftover`: words behind `--`. */
export interface LineEnd {
  readonly danglingNot?: Token | undefined;
  readonly leftover: boolean;
}

function checked(draft: Draft, end: LineEnd, context: LineContext): Command {
  checkNatDrop(draft);
  if (!draft.wait && draft.waitInterval) throw new ParameterProblem('--wait-interval only makes sense with --wait\n');
  const [command] = draft.active;
  const rule = command && RULE_COMMANDS[command];
  const extensions = resolveExtensions(draft, context);
  if (end.leftover) throw new ParameterProblem('unknown arguments found on commandline');
  if (!command) throw new ParameterProblem('no command specified');
  if (end.danglingNot) throw new ParameterProblem('nothing appropriate following !', context.locate(end.danglingNot));
  const addresses = resolveAddresses(draft, context);
  if (command === 'replace' && (addresses.sources.length !== 1 || addresses.destinations.length !== 1)) {
    throw new ParameterProblem('Replacement rule does not specify a unique address');
  }
  checkLegal(draft.active, draft.given);
  if (draft.chain !== undefined) checkChainLength(draft.chain);
  checkInterfaces(draft, command, context);
  const options = optionsOf(draft);
  if (!rule) return Object.assign(otherCommand(draft), options) as Command;
  const target = resolveTarget(draft, extensions, context);
  const rules = expandRules(draft, addresses, extensions.matches, target);
  return ruleCommand(options, rule, draft, rules);
}

/** @throws IptablesError with iptables' text. */
export function finishCommand(draft: Draft, end: LineEnd, context: LineContext): Command {
  try {
    return checked(draft, end, context);
  } catch (error) {
    if (error instanceof IptablesError && draft.chainToken) error.span ??= context.locate(draft.chainToken);
    throw error;
  }
}
