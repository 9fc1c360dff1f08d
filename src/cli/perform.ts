/** Carries out one changing command (or -C) on a draft ruleset, with the lines iptables echoes under -v. */
import type { IptablesError } from '../errors/errors.js';
import { RulesetRefusal } from '../errors/errors.js';
import type { Command } from '../parse/command.js';
import { chainsMeant, deleteChain, flush, newChain, renameChain, setPolicy, userChains, zero } from '../ruleset/chain-edits.js';
import type { Draft } from '../ruleset/draft.js';
import { echoedRule } from '../ruleset/print/columns.js';
import { checkRules, deleteRuleAt, deleteRules, insertRules, replaceRule, zeroRule } from '../ruleset/rule-edits.js';

/** The commands of iptables that print a table, or text, instead of changing something. */
type Printing = 'list' | 'list-rules' | 'help' | 'version';
export type PrintCommand = Extract<Command, { kind: 'list' | 'list-rules' }>;
export type EditCommand = Exclude<Command, { kind: Printing }>;

export function isPrint(command: Command): command is PrintCommand {
  return command.kind === 'list' || command.kind === 'list-rules';
}

/**
 * Does it. `out` gets what -v echoes, before the deed as iptables does.
 * @returns whether the draft is to be committed
 * @throws RulesetRefusal; the draft is then as it was, except after a failing -X of all chains, which the caller must not commit
 */
export function perform(command: EditCommand, draft: Draft, out: (text: string) => void): boolean {
  const echo = (lines: readonly string[]): void => {
    if (command.verbose > 0) out(lines.map((line) => `${line}\n`).join(''));
  };
  if ('rules' in command && command.verbose > 0) echo(command.rules.map((rule) => echoedRule(rule, draft.family)));
  switch (command.kind) {
    case 'append':
      draft.append(command.chain, command.rules);
      return true;
    case 'insert':
      draft.ruleset = insertRules(draft.ruleset, command.chain, command.position, command.rules);
      return true;
    case 'replace':
      draft.ruleset = replaceRule(draft.ruleset, command.chain, command.position, command.rules[0]!);
      return true;
    case 'delete':
      draft.ruleset = deleteRules(draft.ruleset, command.chain, command.rules);
      return true;
    case 'delete-number':
      draft.ruleset = deleteRuleAt(draft.ruleset, command.chain, command.position);
      return true;
    case 'check':
      checkRules(draft.ruleset, command.chain, command.rules);
      return false;
    case 'flush':
      echo(namesMeant(draft, command.chain).map((name) => `Flushing chain \`${name}'`));
      draft.ruleset = flush(draft.ruleset, command.chain);
      return true;
    case 'zero':
      return performZero(command, draft, echo);
    case 'new-chain':
      draft.ruleset = newChain(draft.ruleset, command.chain);
      return true;
    case 'delete-chain':
      return performDeleteChain(command.chain, draft, echo);
    case 'rename-chain':
      draft.ruleset = renameChain(draft.ruleset, command.chain, command.to);
      return true;
    case 'policy':
      draft.ruleset = setPolicy(draft.ruleset, command.chain, command.policy, command.counters);
      return true;
  }
}

/** Zeroes after -L or -S with -Z. */
export function performZeroAfter(command: PrintCommand, draft: Draft, out: (text: string) => void): void {
  if (command.verbose > 0) out(namesMeant(draft, command.chain).map((name) => `Zeroing chain \`${name}'\n`).join(''));
  draft.ruleset = zero(draft.ruleset, command.chain);
}

function performZero(command: Extract<EditCommand, { kind: 'zero' }>, draft: Draft, echo: (lines: readonly string[]) => void): boolean {
  if (command.chain !== undefined && command.position !== undefined) {
    draft.ruleset = zeroRule(draft.ruleset, command.chain, command.position);
    return true;
  }
  echo(namesMeant(draft, command.chain).map((name) => `Zeroing chain \`${name}'`));
  draft.ruleset = zero(draft.ruleset, command.chain);
  return true;
}

/** Without a name every user chain is tried; one that cannot go spoils the command, and the last such says why. */
function performDeleteChain(name: string | undefined, draft: Draft, echo: (lines: readonly string[]) => void): boolean {
  const names = name === undefined ? userChains(draft.ruleset) : [name];
  let refused: IptablesError | undefined;
  for (const each of names) {
    echo([`Deleting chain \`${each}'`]);
    try {
      draft.ruleset = deleteChain(draft.ruleset, each);
    } catch (error) {
      if (!(error instanceof RulesetRefusal)) throw error;
      refused = error;
    }
  }
  if (refused) throw refused;
  return names.length > 0;
}

/** A missing chain is echoed like any other, before it is refused. */
function namesMeant(draft: Draft, name: string | undefined): readonly string[] {
  return name === undefined ? chainsMeant(draft.ruleset, undefined).map((chain) => chain.name) : [name];
}
