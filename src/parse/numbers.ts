/** Numbers as iptables reads them: strtoul(3) with base 0 for whole words (no minus sign), sscanf(3) for prefixes. */
import { plainDecimal } from '../net/plain-number.js';

const WHOLE = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
const PREFIX_UNSIGNED = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/;
const PREFIX_ANY_BASE = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

const U64 = 1n << 64n;

function digits(text: string): bigint {
  const octal = /^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text;
  return BigInt(octal);
}

/** A whole word as an unsigned number (decimal, 0x hexadecimal, 0 octal) between min and max, or undefined. */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  const plain = plainDecimal(text);
  if (plain !== undefined) return plain >= min && plain <= max ? plain : undefined;
  const found = WHOLE.exec(text);
  if (!found || found[1]!.length > 40) return undefined;
  const value = digits(found[1]!);
  return value >= BigInt(min) && value <= BigInt(max) ? Number(value) : undefined;
}

/** What sscanf("%llu") reads from the start of a word, or undefined where it reads nothing. Larger values saturate. */
export function leadingUnsigned(text: string): bigint | undefined {
  const found = PREFIX_UNSIGNED.exec(text);
  if (!found) return undefined;
  const value = found[2]!.length > 20 ? U64 - 1n : BigInt(found[2]!);
  if (value >= U64) return U64 - 1n;
  return found[1] === '-' ? (U64 - value) % U64 : value;
}

/** What sscanf("%i") reads from the start of a word as a 32-bit number, or undefined where it reads nothing. */
export function leadingInteger(text: string): number | undefined {
  const found = PREFIX_ANY_BASE.exec(text);
  if (!found) return undefined;
  const magnitude = digits(found[2]!.slice(0, 40));
  return Number(BigInt.asIntN(32, found[1] === '-' ? -magnitude : magnitude));
}
