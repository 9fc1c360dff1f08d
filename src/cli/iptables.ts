/** One `iptables` command line. */
import { parseCommand } from '../parse/parse-command.js';
import type { Command } from '../parse/command.js';
import { Draft } from '../ruleset/draft.js';
import { commit } from './commit.js';
import { errorText, exitCodeOf, versionText } from './error-text.js';
import type { FilterStore } from './filter-store.js';
import { helpText } from './help-text.js';
import { programName } from './host.js';
import type { Host } from './host.js';
import { listing } from './listing.js';
import { isPrint, perform, performZeroAfter } from './perform.js';
import { openTable } from './table.js';

/** Runs one command line (`argv` without the program's name). @returns the exit code; everything printed went through `host`. */
export async function runIptables(argv: readonly string[], host: Host): Promise<number> {
  try {
    await run(argv, host);
    return 0;
  } catch (error) {
    host.err(errorText(error, programName(host.family)));
    return exitCodeOf(error);
  }
}

async function run(argv: readonly string[], host: Host): Promise<void> {
  const program = programName(host.family);
  const parse = (hasChain?: (name: string) => boolean): Command =>
    parseCommand(argv, { family: host.family, programName: program, ...(hasChain ? { hasChain } : {}) });
  const first = parse();
  if (first.kind === 'version') return host.out(`${versionText(program)}\n`);
  if (first.kind === 'help') return host.out(helpText(program, first.extensions, host.family));

  const release = host.lock(first.wait);
  try {
    const store = openTable(first.table, host);
    const draft = new Draft(store.read());
    // Which words are chains is known only now; where it matters the line is read again with that knowledge.
    const command = namesTarget(first) ? parse((name) => draft.hasChain(name)) : first;
    host.err(command.warnings.map((line) => `${line}\n`).join(''));
    await execute(command, draft, store, host);
  } finally {
    release();
  }
}

/** Whether a rule of the command has a target that may be a chain or an extension. */
function namesTarget(command: Command): boolean {
  return 'rules' in command && command.rules.some(({ target }) => 'chain' in target || target.kind === 'extension');
}

async function execute(command: Command, draft: Draft, store: FilterStore, host: Host): Promise<void> {
  if (command.kind === 'version' || command.kind === 'help') return;
  if (isPrint(command)) {
    host.out(await listing(command, draft.ruleset, host));
    host.err(store.warnings().map((line) => `${line}\n`).join(''));
    if (!command.zero) return;
    performZeroAfter(command, draft, (text) => host.out(text));
    return commit(draft, store);
  }
  if (perform(command, draft, (text) => host.out(text))) commit(draft, store);
}
