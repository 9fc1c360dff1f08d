/** The bytes of `--string` and `--hex-string`, and how iptables prints them. A pattern is a string of bytes, one character each. */
import { ParameterProblem, type Span } from '../../errors/errors.js';
import { bytesOfText } from '../../net/byte-text.js';

/** Of the word, however few bytes its digits stand for. */
const LONGEST = 128;

function tooLong(text: string, span?: Span): ParameterProblem {
  return new ParameterProblem(`STRING too long "${text}"`, span);
}

/** The word as it is. @throws ParameterProblem */
export function plainPattern(text: string, span?: Span): string {
  const bytes = Buffer.from(bytesOfText(text)).toString('latin1');
  if (bytes.length > LONGEST) throw tooLong(text, span);
  return bytes;
}

/** Two digits from `at` on, and one blank behind them. */
function hexByte(bytes: string, at: number, span?: Span): { byte: string; next: number } {
  const left = bytes.length - at;
  if (left < 2) throw new ParameterProblem('Odd number of hex digits', span);
  if (left < 3) throw new ParameterProblem('Invalid hex block', span);
  for (const digit of bytes.slice(at, at + 2)) if (!/[0-9a-fA-F]/.test(digit)) throw new ParameterProblem(`Invalid hex char '${digit}'`, span);
  const byte = String.fromCharCode(parseInt(bytes.slice(at, at + 2), 16));
  return { byte, next: at + (bytes[at + 2] === ' ' ? 3 : 2) };
}

/**
 * `a|20 62|c`: hexadecimal digits between bars, other characters as they are, `\` before one that is to be taken so. What follows a closing bar is taken as
 * it is, whatever it is. @throws ParameterProblem
 */
export function hexPattern(text: string, span?: Span): string {
  const bytes = Buffer.from(bytesOfText(text)).toString('latin1');
  if (bytes === '') throw new ParameterProblem('STRING must contain at least one char', span);
  if (bytes.length > LONGEST) throw tooLong(text, span);
  let pattern = '';
  let inHex = false;
  for (let at = 0; at < bytes.length; ) {
    let literal = false;
    if (bytes[at] === '\\') {
      if (inHex) throw new ParameterProblem('Cannot include literals in hex data', span);
      if (at + 1 === bytes.length) throw new ParameterProblem('Bad literal placement at end of string', span);
      literal = true;
      at += 1;
    } else if (bytes[at] === '|') {
      inHex = !inHex;
      at += 1;
      while (inHex && bytes[at] === ' ') at += 1;
      if (at >= bytes.length) break;
    }
    if (inHex && !literal) {
      const { byte, next } = hexByte(bytes, at, span);
      pattern += byte;
      at = next;
    } else {
      pattern += bytes[at]!;
      at += 1;
    }
  }
  return pattern;
}

/** `--string "..."`, or `--hex-string "|..|"` where it holds what cannot be printed, or ends with `\`. */
export function patternText(pattern: string): { readonly option: 'string' | 'hex-string'; readonly text: string } {
  if (/^[ -~]*$/.test(pattern) && !pattern.endsWith('\\')) return { option: 'string', text: `"${pattern.replace(/["\\]/g, '\\$&')}"` };
  return { option: 'hex-string', text: `"|${Buffer.from(pattern, 'latin1').toString('hex')}|"` };
}
