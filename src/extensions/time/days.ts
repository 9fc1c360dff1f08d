/** Lists of days of the week and of the month as iptables' time match reads and prints them. Bit sets by number. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';

export const EVERY_MONTHDAY = 0xffff_fffe;
export const EVERY_WEEKDAY = 0xfe;

/** Monday is 1. */
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The words between commas, each cut to `length` characters, up to an empty end. */
function words(text: string, length: number): readonly string[] {
  const list = text.split(',');
  if (list.at(-1) === '') list.pop();
  return list.map((word) => word.slice(0, length));
}

/** strtoul(3) with base 0: undefined where something follows the number; 0 for an empty word. */
function wholeWord(word: string): bigint | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(word);
  if (!found) return word === '' ? 0n : undefined;
  const digits = found[2]!;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return BigInt.asUintN(32, found[1] === '-' ? -value : value);
}

/** A shift by so many bits, as the processor makes it: by the lowest five bits of the number. */
const bit = (number: bigint): number => (1 << Number(number & 31n)) >>> 0;

/** `1,15,31`: the first two characters of each word count. */
export function parseMonthdays(use: OptionUse): number {
  let days = 0;
  for (const word of words(use.values[0] ?? '', 2)) {
    const day = wholeWord(word);
    if (day === undefined || day > 31n) throw new ParameterProblem(`${word} is not a valid day for --monthdays`, use.span);
    days = (days | bit(day)) >>> 0;
  }
  return use.inverted ? (days ^ EVERY_MONTHDAY) >>> 0 : days;
}

/** `Mon,Tue` or `1,2`: of names the first two letters count, numbers are not checked. */
export function parseWeekdays(use: OptionUse): number {
  let days = 0;
  for (const word of words(use.values[0] ?? '', 3)) {
    const day = wholeWord(word);
    if (day === 0n) throw new ParameterProblem('No, the week does NOT begin with Sunday.', use.span);
    const named = WEEKDAYS.findIndex((name) => word.length >= 2 && name.startsWith(word.slice(0, 2))) + 1;
    if (day === undefined && named === 0) throw new ParameterProblem(`${word} is not a valid day specifier`, use.span);
    days |= bit(day ?? BigInt(named));
  }
  return (use.inverted ? days ^ EVERY_WEEKDAY : days) & 0xff;
}

const has = (days: number, day: number): boolean => ((days >>> day) & 1) !== 0;

export function printWeekdays(days: number): string {
  return WEEKDAYS.filter((_name, index) => has(days, index + 1)).join(',');
}

const ENDING: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };

/** `1,2`, or for readers `1st,2nd` (and 11st). */
export function printMonthdays(days: number, readable: boolean): string {
  const list = Array.from({ length: 31 }, (_, index) => index + 1).filter((day) => has(days, day));
  return list.map((day) => `${day}${readable ? (ENDING[day % 10] ?? 'th') : ''}`).join(',');
}

/** Words that give exactly these days again: printed lists leave out bit 0, and an empty one is no word. */
export function storedMonthdays(days: number): string {
  const list = [...(has(days, 0) ? ['0'] : []), printMonthdays(days, false)].filter((part) => part !== '');
  return list.length === 0 ? '""' : list.join(',');
}

/** The same of days of the week: numbers, 32 for bit 0. */
export function storedWeekdays(days: number): string {
  const list = [1, 2, 3, 4, 5, 6, 7].filter((day) => has(days, day));
  const all = has(days, 0) ? [...list, 32] : list;
  return all.length === 0 ? '""' : all.join(',');
}
