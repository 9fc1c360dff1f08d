/** Which commands go together on a line, and which options go with which command. */
import { ParameterProblem } from '../errors/errors.js';
import type { CommandType } from './ast.js';

/** A command as it stands on the line so far; `-D CHAIN N` and `-Z CHAIN N` are commands of their own. */
export type ActiveCommand = CommandType | 'deleteNumber' | 'zeroNumber';

const LETTERS: Readonly<Record<ActiveCommand, string>> = {
  insert: 'I', deleteRule: 'D', deleteNumber: 'D', replace: 'R', append: 'A', list: 'L', flush: 'F', zero: 'Z', newChain: 'N',
  deleteChain: 'X', policy: 'P', renameChain: 'E', listRules: 'S', zeroNumber: 'Z', check: 'C',
};

/** In this order the first one in the way is named. */
const TOGETHER: { readonly [command in ActiveCommand]?: readonly ActiveCommand[] } = {
  list: ['zero', 'zeroNumber'],
  listRules: ['zero', 'zeroNumber'],
  zero: ['list', 'listRules'],
};

/** @throws ParameterProblem where `next` may not stand beside what the line has already. */
export function checkTogether(next: CommandType, active: ReadonlySet<ActiveCommand>): void {
  for (const other of active) {
    if (TOGETHER[next]?.includes(other)) continue;
    throw new ParameterProblem(`Cannot use -${LETTERS[next]} with -${LETTERS[other]}`);
  }
}

export function commandLetter(command: ActiveCommand): string {
  return LETTERS[command];
}

/** Options by the letter iptables names them with; 0 is --line-numbers, and -g counts as j. */
export type OptionLetter = 'n' | 's' | 'd' | 'p' | 'j' | 'v' | 'x' | 'i' | 'o' | '0' | 'c' | 'f';

/** In this order the first illegal one is named. */
const ORDER: readonly OptionLetter[] = ['n', 's', 'd', 'p', 'j', 'v', 'x', 'i', 'o', '0', 'c', 'f'];

const RULE = 'sdpjviof';
const LEGAL: Readonly<Record<ActiveCommand, string>> = {
  insert: `${RULE}c`, replace: `${RULE}c`, append: `${RULE}c`, deleteRule: RULE, check: RULE,
  list: 'nvx0', policy: 'vc', listRules: 'v', flush: 'v', zero: 'v', zeroNumber: 'v', newChain: 'v', deleteChain: 'v',
  renameChain: 'v', deleteNumber: 'v',
};

/** An option is legal when any of the commands takes it. @throws ParameterProblem for the first that none takes. */
export function checkLegal(active: ReadonlySet<ActiveCommand>, given: ReadonlyMap<OptionLetter, unknown>): void {
  if (given.size === 0) return;
  for (const letter of ORDER) {
    if (!given.has(letter)) continue;
    if ([...active].some((command) => LEGAL[command].includes(letter))) continue;
    throw new ParameterProblem(`Illegal option \`-${letter}' with this command`);
  }
}
