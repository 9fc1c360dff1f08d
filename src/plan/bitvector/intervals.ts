/**
 * Predicates as sets of field values: sorted, disjoint, non-adjacent closed intervals. What cannot be one (two fields, a mask with
 * holes on a wide field, TCP options) has no such form and stays a residual test.
 */
import { FIELDS, type FieldName } from '../../ir/field.js';
import type { Predicate } from '../../ir/predicate.js';

/** A field's value: a number, for fields wider than 32 bits a bigint. All values of one field are of one kind. */
export type Value = number | bigint;

export interface Interval {
  readonly lo: Value;
  readonly hi: Value;
}

export type Intervals = readonly Interval[];

/** Widest field whose masked tests are enumerated value by value. */
const ENUMERABLE_BITS = 8;

/** Widest field whose values are numbers. */
const NUMBER_BITS = 32;

const MAXIMA = new Map<FieldName, Value>(
  (Object.keys(FIELDS) as FieldName[]).map((field) => {
    const { bits } = FIELDS[field];
    return [field, bits > NUMBER_BITS ? (1n << BigInt(bits)) - 1n : 2 ** bits - 1];
  }),
);

/** Largest value of a field. */
export function maximum(field: FieldName): Value {
  return MAXIMA.get(field)!;
}

/** The value after this one. */
export function after(value: Value): Value {
  return typeof value === 'bigint' ? value + 1n : value + 1;
}

function before(value: Value): Value {
  return typeof value === 'bigint' ? value - 1n : value - 1;
}

/** Sorts and merges. */
function normalise(intervals: Interval[]): Interval[] {
  if (intervals.length < 2) return intervals;
  intervals.sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  const merged: Interval[] = [];
  for (const { lo, hi } of intervals) {
    const last = merged.at(-1);
    if (last === undefined || lo > after(last.hi)) merged.push({ lo, hi });
    else if (hi > last.hi) merged[merged.length - 1] = { lo: last.lo, hi };
  }
  return merged;
}

/** All values of `field` that are not in `intervals`. */
function complement(intervals: Intervals, field: FieldName): Interval[] {
  const max = maximum(field);
  const gaps: Interval[] = [];
  let next = zero(max);
  for (const { lo, hi } of intervals) {
    if (lo > next) gaps.push({ lo: next, hi: before(lo) });
    next = after(hi);
  }
  if (next <= max) gaps.push({ lo: next, hi: max });
  return gaps;
}

/** The least value, of the kind that `like` is. */
function zero(like: Value): Value {
  return typeof like === 'bigint' ? 0n : 0;
}

/** Values in both. */
export function intersect(a: Intervals, b: Intervals): Interval[] {
  const both: Interval[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i]!, b[j]!];
    const lo = x.lo > y.lo ? x.lo : y.lo;
    const hi = x.hi < y.hi ? x.hi : y.hi;
    if (lo <= hi) both.push({ lo, hi });
    if (x.hi < y.hi) i += 1;
    else j += 1;
  }
  return both;
}

/** The field a predicate tests, if it tests exactly one and no TCP options. */
export function soleField(predicate: Predicate): FieldName | undefined {
  if (predicate.kind === 'test') return predicate.field;
  if (predicate.kind === 'not') return soleField(predicate.of);
  if (predicate.kind === 'const' || predicate.kind === 'tcp-option') return undefined;
  const [first, ...others] = predicate.of;
  const field = first && soleField(first);
  return field !== undefined && others.every((other) => soleField(other) === field) ? field : undefined;
}

type Test = Extract<Predicate, { kind: 'test' }>;

function testIntervals(test: Test): Interval[] | undefined {
  const max = maximum(test.field);
  return typeof max === 'bigint' ? wideIntervals(test, max) : narrowIntervals(test, max);
}

/** Values of a field of up to 32 bits. */
function narrowIntervals(test: Test, max: number): Interval[] | undefined {
  const lo = Number(test.lo);
  const hi = test.hi === test.lo ? lo : Number(test.hi);
  if (lo > hi || lo > max) return [];
  const top = hi < max ? hi : max;
  if (test.mask === undefined) return [{ lo, hi: top }];
  const mask = Number(BigInt.asUintN(NUMBER_BITS, test.mask)) % (max + 1);
  const block = max - mask + 1;
  if ((block & (block - 1)) === 0) {
    // The mask keeps the upper bits: blocks of this many values.
    const first = Math.ceil(lo / block) * block;
    const last = Math.floor(top / block) * block;
    return first > last ? [] : [{ lo: first, hi: last + block - 1 }];
  }
  if (FIELDS[test.field].bits > ENUMERABLE_BITS) return undefined;
  const values: Interval[] = [];
  for (let value = 0; value <= max; value += 1) {
    const kept = value & mask;
    if (kept >= lo && kept <= top) values.push({ lo: value, hi: value });
  }
  return normalise(values);
}

function wideIntervals(test: Test, max: bigint): Interval[] | undefined {
  const hi = test.hi < max ? test.hi : max;
  if (test.lo > hi) return [];
  const block = max - ((test.mask ?? max) & max) + 1n;
  if ((block & (block - 1n)) !== 0n) return undefined;
  const first = ((test.lo + block - 1n) / block) * block;
  const last = (hi / block) * block;
  return first > last ? [] : [{ lo: first, hi: last + block - 1n }];
}

/** The values of `field` for which a predicate on that field alone holds; undefined when it has no such form. */
export function intervalsOf(predicate: Predicate, field: FieldName): Interval[] | undefined {
  switch (predicate.kind) {
    case 'const':
      return predicate.value ? complement([], field) : [];
    case 'tcp-option':
      return undefined;
    case 'test':
      return predicate.field === field ? testIntervals(predicate) : undefined;
    case 'not': {
      const inner = intervalsOf(predicate.of, field);
      return inner && complement(inner, field);
    }
    case 'all': {
      let common = complement([], field);
      for (const part of predicate.of) {
        const set = intervalsOf(part, field);
        if (set === undefined) return undefined;
        common = intersect(common, set);
      }
      return common;
    }
    case 'any': {
      const union: Interval[] = [];
      for (const part of predicate.of) {
        const set = intervalsOf(part, field);
        if (set === undefined) return undefined;
        union.push(...set);
      }
      return normalise(union);
    }
  }
}

/** A predicate as a conjunction: nested `all`s opened, `not any` turned into `all not`. */
export function conjuncts(predicate: Predicate): Predicate[] {
  if (predicate.kind === 'all') return predicate.of.flatMap(conjuncts);
  if (predicate.kind !== 'not') return [predicate];
  const inner = predicate.of;
  if (inner.kind === 'not') return conjuncts(inner.of);
  if (inner.kind === 'any') return inner.of.flatMap((part) => conjuncts({ kind: 'not', of: part }));
  return [predicate];
}
