/** Dates and times of day as iptables' time match reads and prints them: UTC, whatever the host's time zone. */
import { OtherProblem, ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';

/** A number as strtoul(3) reads it, base 10: blanks and a sign before it, 0 where there is none. What follows it is `rest`. */
function leadingNumber(text: string): { readonly value: bigint; readonly rest: string } {
  const found = /^[ \t\n\v\f\r]*([+-]?)(\d+)/.exec(text);
  if (!found) return { value: 0n, rest: text };
  const value = BigInt(found[2]!);
  // As an unsigned long, then as an unsigned int.
  const long = value >> 64n !== 0n ? (1n << 64n) - 1n : BigInt.asUintN(64, found[1] === '-' ? -value : value);
  return { value: BigInt.asUintN(32, long), rest: text.slice(found[0].length) };
}

/** What ends each part of a date, and the largest value that it may have. */
const DATE_PARTS = [['-', 2038n], ['-', 12n], ['T', 31n], [':', 23n], [':', 59n], ['', 59n]] as const;
const FIRST_YEAR = 1970n;

/** Seconds since 1970. Days and months that are not there are counted on: 2025-02-30 is the second of March. */
export function parseDate(use: OptionUse): number {
  const text = use.values[0] ?? '';
  const refused = (): ParameterProblem => new ParameterProblem(`Invalid date "${text}" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, use.span);
  const parts = [1970, 1, 1, 0, 0, 0];
  let left = text;
  for (const [index, [end, most]] of DATE_PARTS.entries()) {
    const { value, rest } = leadingNumber(left);
    if ((rest !== '' && (end === '' || !rest.startsWith(end))) || value > most || (index === 0 && value < FIRST_YEAR)) throw refused();
    parts[index] = Number(value);
    if (rest === '') break;
    left = rest.slice(1);
  }
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  if (seconds < 0) throw new OtherProblem('mktime returned an error');
  return seconds;
}

/** `hh:mm[:ss]` in seconds. What is refused is named from the part that is wrong on. */
export function parseDaytime(use: OptionUse): number {
  const refused = (at: string): ParameterProblem => new ParameterProblem(`invalid time "${at}" specified, should be hh:mm[:ss] format and within the boundaries`, use.span);
  const text = use.values[0] ?? '';
  const hour = leadingNumber(text);
  if (!hour.rest.startsWith(':') || hour.value > 23n) throw refused(text);
  const minutes = hour.rest.slice(1);
  const minute = leadingNumber(minutes);
  if ((minute.rest !== '' && !minute.rest.startsWith(':')) || minute.value > 59n) throw refused(minutes);
  const seconds = minute.rest.slice(1);
  const second = leadingNumber(seconds);
  if (second.rest !== '' || second.value > 59n) throw refused(seconds);
  return Number(hour.value * 3600n + minute.value * 60n + second.value);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `hh:mm:ss` */
export function printDaytime(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
}

/** `YYYY-MM-DD` and `hh:mm:ss` with `between` between. */
export function printDate(seconds: number, between: string): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', between);
}
