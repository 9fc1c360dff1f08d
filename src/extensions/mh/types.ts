/** The names of mobility header types, in the order in which iptables searches and lists them. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';
import { wholeNumber } from '../guided/number.js';
import { UINT8_MAX } from '../guided/uint.js';

/** Name and short name, by type. */
const NAMES: readonly (readonly [name: string, short: string])[] = [
  ['binding-refresh-request', 'brr'],
  ['home-test-init', 'hoti'],
  ['careof-test-init', 'coti'],
  ['home-test', 'hot'],
  ['careof-test', 'cot'],
  ['binding-update', 'bu'],
  ['binding-acknowledgement', 'ba'],
  ['binding-error', 'be'],
];

const SEARCHED = NAMES.flatMap((both, type) => both.map((name) => ({ name, type })));

/** A name or the beginning of one, any case: a whole name first, then the first that begins so. Else a number. */
export function readMobilityType(word: string, use: OptionUse): number {
  const wanted = word.toLowerCase();
  const found = SEARCHED.find(({ name }) => name === wanted) ?? SEARCHED.find(({ name }) => name.startsWith(wanted));
  const type = found?.type ?? wholeNumber(word, 0, UINT8_MAX);
  if (type === undefined) throw new ParameterProblem(`Invalid MH type \`${word}'`, use.span);
  return type;
}

export function mobilityTypeText(type: number, numeric: boolean): string {
  return (numeric ? undefined : NAMES[type]?.[0]) ?? String(type);
}

/** The list of `-m mh -h`. */
export function listMobilityTypes(): string {
  return NAMES.map(([name, short]) => `${name} (${short})\n`).join('');
}
