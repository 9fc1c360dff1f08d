/**
 * The refusals of a ruleset operation, worded as iptables-legacy 1.8.9 words them (recorded from it): what follows "iptables: ".
 * An operation the kernel or libiptc answers with EINVAL carries the hint to look at dmesg; all have exit code 1.
 */
import { RulesetRefusal } from '../errors/errors.js';

export const NO_SUCH_CHAIN = 'No chain/target/match by that name.';
export const BAD_RULE = 'Bad rule (does a matching rule exist in that chain?).';
export const CHAIN_EXISTS = 'Chain already exists.';
export const NAME_TAKEN = 'File exists.';
export const STILL_REFERENCED = 'Too many links.';
export const NOT_EMPTY = 'Directory not empty.';
export const NOT_BUILT_IN = 'Bad built-in chain name.';
export const LOOP = 'Too many levels of symbolic links.';
export const INVALID_ARGUMENT = "Invalid argument. Run `dmesg' for more information.";

/** What a rule number that points behind the chain was meant for. */
export type NumberedOperation = 'insertion' | 'deletion' | 'replacement' | 'counter';

/** The refusal of a rule number behind the end of its chain. */
export function indexTooBig(operation: NumberedOperation): RulesetRefusal {
  return new RulesetRefusal(`Index of ${operation} too big.`);
}

/** A refusal with one of the texts above. */
export function refusal(text: string): RulesetRefusal {
  return new RulesetRefusal(text);
}
