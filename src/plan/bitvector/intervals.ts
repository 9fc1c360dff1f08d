/**
 * Predicates as sets of field values: sorted, disjoint, non-adjacent closed intervals. What cannot be one (two fields, a mask with
 * holes on a wide field, TCP options) has no such form and stays a residual test.
 */
import { FIELDS, type FieldName } from '../../ir/field.js';
import type { Predicate } from '../../ir/predicate.js';

export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

export type Intervals = readonly Interval[];

/** Widest field whose masked tests are enumerated value by value. */
const ENUMERABLE_BITS = 8;

/** Largest value of a field. */
export function maximum(field: FieldName): bigint {
  return (1n << BigInt(FIELDS[field].bits)) - 1n;
}

/** Sorts and merges. */
function normalise(intervals: Interval[]): Interval[] {
  intervals.sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  const merged: Interval[] = [];
  for (const { lo, hi } of intervals) {
    const last = merged.at(-1);
    if (last === undefined || lo > last.hi + 1n) merged.push({ lo, hi });
    else if (hi > last.hi) merged[merged.length - 1] = { lo: last.lo, hi };
  }
  return merged;
}

/** All values of 0..max that are not in `intervals`. */
export function complement(intervals: Intervals, max: bigint): Interval[] {
  const gaps: Interval[] = [];
  let next = 0n;
  for (const { lo, hi } of intervals) {
    if (lo > next) gaps.push({ lo: next, hi: lo - 1n });
    next = hi + 1n;
  }
  if (next <= max) gaps.push({ lo: next, hi: max });
  return gaps;
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
  const fields = new Set(predicate.of.map(soleField));
  return fields.size === 1 ? [...fields][0] : undefined;
}

function testIntervals(test: Extract<Predicate, { kind: 'test' }>): Interval[] | undefined {
  const max = maximum(test.field);
  const hi = test.hi < max ? test.hi : max;
  if (test.lo > hi) return [];
  const mask = (test.mask ?? max) & max;
  const hole = max - mask;
  if ((hole & (hole + 1n)) === 0n) {
    // The mask keeps the upper bits: blocks of hole + 1 values.
    const first = ((test.lo + hole) / (hole + 1n)) * (hole + 1n);
    const last = (hi / (hole + 1n)) * (hole + 1n);
    return first > last ? [] : [{ lo: first, hi: last + hole }];
  }
  if (FIELDS[test.field].bits > ENUMERABLE_BITS) return undefined;
  const values: Interval[] = [];
  for (let value = 0n; value <= max; value += 1n) {
    const kept = value & mask;
    if (kept >= test.lo && kept <= hi) values.push({ lo: value, hi: value });
  }
  return normalise(values);
}

/** The values of `field` for which a predicate on that field alone holds; undefined when it has no such form. */
export function intervalsOf(predicate: Predicate, field: FieldName): Interval[] | undefined {
  const max = maximum(field);
  switch (predicate.kind) {
    case 'const':
      return predicate.value ? [{ lo: 0n, hi: max }] : [];
    case 'tcp-option':
      return undefined;
    case 'test':
      return predicate.field === field ? testIntervals(predicate) : undefined;
    case 'not': {
      const inner = intervalsOf(predicate.of, field);
      return inner && complement(inner, max);
    }
    case 'all': {
      let common: Interval[] = [{ lo: 0n, hi: max }];
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
