/** What the data of matches name: numbers, addresses, strings. Packets carry them where a match that no field speaks for may look. */
import type { Ruleset, Rule } from '../ruleset/model.js';
import type { Random } from './random.js';

export interface Hints {
  /** Up to 32 bits. */
  readonly numbers: readonly number[];
  /** Of 128 bits. */
  readonly addresses: readonly bigint[];
  readonly strings: readonly Uint8Array[];
}

export const NO_HINTS: Hints = { numbers: [], addresses: [], strings: [] };

const WIDEST_NUMBER = 0xffff_ffffn;

/** What the matches of these rules name. */
export function hintsOf(rules: Iterable<Rule>): Hints {
  const numbers = new Set<number>();
  const addresses = new Set<bigint>();
  const strings = new Map<string, Uint8Array>();
  const take = (value: unknown): void => {
    if (typeof value === 'number') numbers.add(value);
    else if (typeof value === 'bigint') void (value > WIDEST_NUMBER ? addresses.add(value) : numbers.add(Number(value)));
    else if (typeof value === 'string') strings.set(value, Buffer.from(value, 'latin1'));
    else if (value instanceof Uint8Array) strings.set(Buffer.from(value).toString('latin1'), value);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(take);
  };
  for (const rule of rules) for (const { data } of rule.matches) take(data);
  return { numbers: [...numbers].filter((value) => Number.isInteger(value) && value >= 0), addresses: [...addresses], strings: [...strings.values()].filter(({ length }) => length > 0) };
}

/** The rules of a whole ruleset. */
export function* allRules(ruleset: Ruleset): Generator<Rule> {
  for (const chain of ruleset.chains.values()) yield* chain.rules;
}

/** A number of `bits` bits: mostly one that is named, or a neighbour of it; else one of `usual`, or any. */
export function hintedNumber({ numbers }: Hints, bits: number, random: Random, usual: readonly number[] = []): number {
  const most = 2 ** bits - 1;
  if (numbers.length > 0 && random.chance(0.6)) {
    const value = random.pick(numbers) + random.pick([0, 0, 0, 0, -1, 1]);
    if (value >= 0 && value <= most) return value;
  }
  return usual.length > 0 && random.chance(0.8) ? random.pick(usual) : random.below(most + 1);
}
