/** Compares of 128-bit addresses, which lie in four fields of 32 bits, the most significant first. */
import { ADDRESS_WORDS, type FieldName } from '../../ir/field.js';
import { all, any, eq, masked, range, TRUE, type Predicate } from '../../ir/predicate.js';

const ALL_ONES = 0xffff_ffffn;

/** An address that fields name by their first word. */
export type WideField = keyof typeof ADDRESS_WORDS;

/** The four words of a number. */
function wordsOf(value: bigint): readonly bigint[] {
  return [96n, 64n, 32n, 0n].map((shift) => (value >> shift) & ALL_ONES);
}

/** What holds of all; nothing is asked where there is none. */
function every(tests: readonly Predicate[]): Predicate {
  const asked = tests.filter((test) => test !== TRUE);
  return asked.length === 0 ? TRUE : all(...asked);
}

/** (address & mask) === value. */
export function wideMasked(field: WideField, mask: bigint, value: bigint): Predicate {
  const values = wordsOf(value);
  return every(
    wordsOf(mask).map((bits, index) => {
      const name = ADDRESS_WORDS[field][index]!;
      return bits === 0n ? TRUE : bits === ALL_ONES ? eq(name, values[index]!) : masked(name, bits, values[index]!);
    }),
  );
}

/** The words from `fields` on are at least `words`, or with `most` at most. */
function bounded(fields: readonly FieldName[], words: readonly bigint[], most: boolean): Predicate {
  const end = most ? ALL_ONES : 0n;
  if (words.every((word) => word === end)) return TRUE;
  const [field, word] = [fields[0]!, words[0]!];
  const within = (from: bigint): Predicate => (most ? range(field, 0n, from) : range(field, from, ALL_ONES));
  const rest = bounded(fields.slice(1), words.slice(1), most);
  if (rest === TRUE) return within(word);
  const equal = all(eq(field, word), rest);
  return word === ALL_ONES - end ? equal : any(within(most ? word - 1n : word + 1n), equal);
}

/** lo <= address <= hi, inclusive, unsigned; lo is not beyond hi. Words that both have in common are compared once. */
export function wideRange(field: WideField, lo: bigint, hi: bigint): Predicate {
  const [fields, low, high] = [ADDRESS_WORDS[field], wordsOf(lo), wordsOf(hi)];
  const differ = low.findIndex((word, index) => word !== high[index]);
  if (differ < 0) return wideMasked(field, (1n << 128n) - 1n, lo);
  const common = fields.slice(0, differ).map((name, index) => eq(name, low[index]!));
  const [first, from, to] = [fields[differ]!, low[differ]!, high[differ]!];
  const behind = (words: readonly bigint[], most: boolean): Predicate => bounded(fields.slice(differ + 1), words.slice(differ + 1), most);
  const [floor, ceiling] = [behind(low, false), behind(high, true)];
  // Where a limit's rest asks for something, its first word alone is not enough.
  const inner: Predicate[] = [];
  const [least, greatest] = [floor === TRUE ? from : from + 1n, ceiling === TRUE ? to : to - 1n];
  if (least <= greatest) inner.push(range(first, least, greatest));
  if (floor !== TRUE) inner.push(all(eq(first, from), floor));
  if (ceiling !== TRUE) inner.push(all(eq(first, to), ceiling));
  return every([...common, any(...inner)]);
}
