/** IPv4 prefixes as columns of numbers, and what they make of the address space: intervals with the payload of the most specific prefix. */
import { InternalFault } from '../../errors/errors.js';
import { IntervalWriter, type IntervalColumns } from './intervals.js';

/** Prefix n is values[n]/lengths[n]; its payload is what a lookup answers for addresses it is the most specific prefix of. */
export interface Prefixes {
  /** Host order; bits below the length are zero. */
  readonly values: Uint32Array;
  /** 0..32 */
  readonly lengths: Uint8Array;
  readonly payloads: Uint32Array;
}

const RADIX_BITS = 8;
const RADIX = 1 << RADIX_BITS;

/** Sorts indexes stably by the digit at `shift` of their keys; `order` holds them, `sorted` gets them. */
function sortByDigit(keys: Uint32Array | Uint8Array, shift: number, order: Uint32Array, sorted: Uint32Array): void {
  const next = new Uint32Array(RADIX + 1);
  for (let at = 0; at < order.length; at += 1) next[((keys[order[at]!]! >>> shift) & (RADIX - 1)) + 1]! += 1;
  for (let bin = 1; bin < RADIX; bin += 1) next[bin]! += next[bin - 1]!;
  for (let at = 0; at < order.length; at += 1) {
    const index = order[at]!;
    const bin = (keys[index]! >>> shift) & (RADIX - 1);
    sorted[next[bin]!] = index;
    next[bin]! += 1;
  }
}

/** The prefixes' indexes by value, the shorter prefix first. */
function inOrder({ values, lengths }: Prefixes): Uint32Array {
  let order = new Uint32Array(values.length);
  let sorted = new Uint32Array(values.length);
  for (let index = 0; index < values.length; index += 1) sorted[index] = index;
  sortByDigit(lengths, 0, sorted, order);
  for (let shift = 0; shift < 32; shift += RADIX_BITS) {
    sortByDigit(values, shift, order, sorted);
    [order, sorted] = [sorted, order];
  }
  return order;
}

/** Last address of a prefix. */
const lastOf = (value: number, length: number): number => value + 2 ** (32 - length) - 1;

/**
 * The address space cut where the most specific of the prefixes changes.
 * @param none payload where there is no prefix.
 * @throws InternalFault on a prefix given twice.
 */
export function intervalsOfPrefixes(prefixes: Prefixes, none: number): IntervalColumns {
  const { values, lengths, payloads } = prefixes;
  const intervals = new IntervalWriter(2 * values.length + 1);
  // The prefixes around the current address, outermost first: one of each length at most.
  const lasts = new Float64Array(33);
  const within = new Uint32Array(33);
  let depth = 0;
  intervals.add(0, none);
  const leave = (): void => {
    depth -= 1;
    const after = lasts[depth]! + 1;
    if (after <= 0xffff_ffff) intervals.add(after, depth === 0 ? none : within[depth - 1]!);
  };
  let [value, length] = [-1, -1];
  for (const index of inOrder(prefixes)) {
    if (values[index] === value && lengths[index] === length) throw new InternalFault(`prefix ${value}/${length} was given twice to a lookup table`);
    [value, length] = [values[index]!, lengths[index]!];
    while (depth > 0 && lasts[depth - 1]! < value) leave();
    intervals.add(value, payloads[index]!);
    lasts[depth] = lastOf(value, length);
    within[depth] = payloads[index]!;
    depth += 1;
  }
  while (depth > 0) leave();
  return intervals.columns();
}
