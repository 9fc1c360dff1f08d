/** Options that are numbers or ranges of numbers, as iptables' option parser reads, saves and lists them. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';
import { readNumber, wholeNumber } from './number.js';

export const UINT8_MAX = 0xff;
export const UINT16_MAX = 0xffff;
export const UINT32_MAX = 0xffffffff;

/** Inclusive; min > max is legal and holds no number. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** One number, 0 to `most` (XTTYPE_UINT8, 16, 32). */
export function readUint(extension: string, use: OptionUse, most: number): number {
  const value = wholeNumber(use.values[0] ?? '', 0, most);
  if (value === undefined) {
    throw new ParameterProblem(`${extension}: bad value for option "--${use.option}", or out of range (0-${most}).\n`, use.span);
  }
  return value;
}

/** `MIN`, `MIN:MAX`, `MIN:`, `:MAX`; the empty word is 0 (XTTYPE_UINT16RC, 32RC). */
export function readUintRange(extension: string, use: OptionUse, most: number): NumberRange {
  const problem = (what: string): ParameterProblem => new ParameterProblem(`${extension}: ${what}`, use.span);
  const values: number[] = [];
  let rest = use.values[0] ?? '';
  for (;;) {
    if (values.length === 2) throw problem(`Too many components for option "--${use.option}" (max: 2)\n`);
    if (rest === '' || rest.startsWith(':')) {
      values.push(values.length === 0 ? 0 : most);
    } else {
      const read = readNumber(rest);
      if (!read || read.value > BigInt(most)) throw problem(`bad value for option "--${use.option}" near "${rest}", or out of range (0-${most}).\n`);
      values.push(Number(read.value));
      rest = read.rest;
    }
    if (rest === '') break;
    if (!rest.startsWith(':')) throw problem(`Argument to "--${use.option}" has unexpected characters near "${rest}".\n`);
    rest = rest.slice(1);
  }
  const [min, max = min] = values as [number, number?];
  return { min, max };
}

/** `5`, `1:5` */
export function rangeText({ min, max }: NumberRange): string {
  return min === max ? String(min) : `${min}:${max}`;
}

/** Whether a number is in the range, or, inverted, is not. */
export function inRange(value: number, { min, max, invert }: InvertibleRange): boolean {
  return (value >= min && value <= max) !== invert;
}

export interface InvertibleRange extends NumberRange {
  readonly invert: boolean;
}

/** Every 32-bit number. */
export const ANY_UINT32: InvertibleRange = Object.freeze({ min: 0, max: UINT32_MAX, invert: false });

/** ` --OPTION 5`, ` ! --OPTION 1:5`; empty for all numbers, also inverted: iptables-save loses that one. */
export function saveUint32Range(option: string, range: InvertibleRange): string {
  if (range.min === 0 && range.max === UINT32_MAX) return '';
  return `${range.invert ? ' !' : ''} --${option} ${rangeText(range)}`;
}

/** `WORD:5`, `WORDs:!1:5`; empty for all numbers not inverted. */
export function listUint32Range(word: string, range: InvertibleRange): string {
  if (range.min === 0 && range.max === UINT32_MAX && !range.invert) return '';
  return `${word}${range.min === range.max ? '' : 's'}:${range.invert ? '!' : ''}${rangeText(range)}`;
}
