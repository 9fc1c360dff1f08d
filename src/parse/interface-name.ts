/** `-i` and `-o` values. */
import { ParameterProblem } from '../errors/errors.js';
import { byteLength } from '../net/byte-text.js';
import type { InterfaceMatch } from '../ruleset/model.js';

const MAX_LENGTH = 15;

/** The warning for characters no device name can have, or undefined. */
export function interfaceWarning(name: string): string | undefined {
  if (!/[/ ]/.test(name)) return undefined;
  return `Warning: weird character in interface \`${name}' ('/' and ' ' are not allowed by the kernel).`;
}

/**
 * `NAME` or `PREFIX+`. The limit of 15 counts bytes.
 * @throws ParameterProblem for empty and too long names.
 */
export function interfaceMatch(text: string, invert: boolean): InterfaceMatch {
  if (text === '') throw new ParameterProblem('Empty interface is likely to be undesired');
  if (text.length > MAX_LENGTH / 3 && byteLength(text) > MAX_LENGTH) {
    throw new ParameterProblem(`interface name \`${text}' must be shorter than IFNAMSIZ (${MAX_LENGTH})`);
  }
  const wildcard = text.endsWith('+');
  return { name: wildcard ? text.slice(0, -1) : text, wildcard, invert };
}
