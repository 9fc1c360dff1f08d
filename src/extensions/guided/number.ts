/** Numbers as strtoul(3) with base 0 reads them: decimal, 0x hexadecimal, leading-0 octal, leading blanks, a sign. */
import { plainDecimal } from '../../net/plain-number.js';

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;
const ULONG_RANGE = 1n << 64n;

/** A number at the start of `text` and what follows it; undefined where there is none or it exceeds 64 bits. */
export function readNumber(text: string): { readonly value: bigint; readonly rest: string } | undefined {
  const found = NUMBER.exec(text);
  if (!found) return undefined;
  const digits = found[2]!;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (magnitude >= ULONG_RANGE) return undefined;
  // strtoul negates in unsigned arithmetic: -1 is the largest value, which no range admits.
  const value = found[1] === '-' ? (ULONG_RANGE - magnitude) % ULONG_RANGE : magnitude;
  return { value, rest: text.slice(found[0].length) };
}

/** The whole of `text` as a number within min..max, or undefined (xtables_strtoui with no end pointer). */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  const plain = plainDecimal(text);
  if (plain !== undefined) return plain >= min && plain <= max ? plain : undefined;
  const read = readNumber(text);
  if (!read || read.rest !== '' || read.value < BigInt(min) || read.value > BigInt(max)) return undefined;
  return Number(read.value);
}
