/**
 * The rules that iptables' option parser lays over most extensions' options: used once, invertible or not, mandatory,
 * exclusive, requiring another. The message texts are interface; their trailing newline is iptables' own, so that an empty
 * line shows before the hint.
 */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionSpec, OptionUse } from '../extension.js';

/** An option with the rules of its use; names refer to other options of the same extension. */
export interface GuidedOption extends OptionSpec {
  /** The extension is refused without it. */
  readonly mandatory?: boolean;
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** Options that may not stand beside it. */
  readonly excludes?: readonly string[];
  /** Options that must stand beside it. */
  readonly requires?: readonly string[];
}

/** `EXTENSION: option "--NAME" WHAT` as a usage error (exit 2). */
export function optionProblem(extension: string, use: OptionUse, what: string): ParameterProblem {
  return new ParameterProblem(`${extension}: option "--${use.option}" ${what}`, use.span);
}

/** `EXTENSION: Bad value for "--NAME" option: "VALUE"` (exit 2). */
export function badValue(extension: string, use: OptionUse, value: string = use.values[0] ?? ''): ParameterProblem {
  return new ParameterProblem(`${extension}: Bad value for "--${use.option}" option: "${value}"`, use.span);
}

/**
 * Reads the uses in order, giving each to its reader after the checks that concern it alone, then makes the checks
 * that concern the whole set.
 * @throws ParameterProblem in the order in which iptables would find the problems.
 */
export function readOptions(
  extension: string,
  options: readonly GuidedOption[],
  uses: readonly OptionUse[],
  readers: Readonly<Record<string, (use: OptionUse) => void>>,
): void {
  const seen: string[] = [];
  for (const use of uses) {
    const option = options.find((o) => o.name === use.option);
    const read = readers[use.option];
    if (!option || !read) throw new Error(`${extension} has no option ${use.option}`);
    if (!option.multiple && seen.includes(use.option)) throw optionProblem(extension, use, 'can only be used once.\n');
    if (use.inverted && !option.invertible) throw optionProblem(extension, use, 'cannot be inverted.\n');
    read(use);
    seen.push(use.option);
  }
  for (const option of options) checkAgainstOthers(extension, option, seen);
}

function checkAgainstOthers(extension: string, option: GuidedOption, seen: readonly string[]): void {
  if (!seen.includes(option.name)) {
    if (option.mandatory) throw new ParameterProblem(`${extension}: option "--${option.name}" must be specified\n`);
    return;
  }
  if (option.requires) for (const other of option.requires) {
    if (!seen.includes(other)) throw new ParameterProblem(`${extension}: option "--${option.name}" also requires "--${other}".\n`);
  }
  if (option.excludes) for (const other of option.excludes) {
    if (seen.includes(other)) {
      throw new ParameterProblem(`${extension}: option "--${option.name}" cannot be used together with "--${other}".\n`);
    }
  }
}
