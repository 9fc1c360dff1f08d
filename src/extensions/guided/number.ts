/** Numbers as xtables_strtoul() reads them: decimal, 0x hexadecimal, leading-0 octal, leading blanks and a plus; no minus, not even -0. */
import { plainDecimal } from '../../net/plain-number.js';

const NUMBER = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;
const ULONG_RANGE = 1n << 64n;

/** A number at the start of `text` and what follows it; undefined where there is none or it exceeds 64 bits. */
export function readNumber(text: string): { readonly value: bigint; readonly rest: string } | undefined {
  const found = NUMBER.exec(text);
  if (!found) return undefined;
  const digits = found[1]!;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (magnitude >= ULONG_RANGE) return undefined;
  return { value: magnitude, rest: text.slice(found[0].length) };
}

/** The whole of `text` as a number within min..max, or undefined (xtables_strtoui with no end pointer). */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  const plain = plainDecimal(text);
  if (plain !== undefined) return plain >= min && plain <= max ? plain : undefined;
  const read = readNumber(text);
  if (!read || read.rest !== '' || read.value < BigInt(min) || read.value > BigInt(max)) return undefined;
  return Number(read.value);
}

/** Digits of any base behind blanks and a sign. */
const SIGNED_NUMBER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/**
 * A number at the start of `text` as strtoul(3) with base 0 reads it: a minus negates within 64 bits. Undefined where there are no digits; `value` is undefined where it
 * exceeds 64 bits.
 */
export function readAnyNumber(text: string): { readonly value: bigint | undefined; readonly rest: string } | undefined {
  const found = SIGNED_NUMBER.exec(text);
  if (!found) return undefined;
  const digits = found[2]!;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = magnitude >= ULONG_RANGE ? undefined : BigInt.asUintN(64, found[1] === '-' ? -magnitude : magnitude);
  return { value, rest: text.slice(found[0].length) };
}
