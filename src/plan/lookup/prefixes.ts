/** IPv4 prefixes as columns of numbers, and what they make of the address space: intervals with the payload of the most specific prefix. */
import { InternalFault } from '../../errors/errors.js';

/** Prefix n is values[n]/lengths[n]; its payload is what a lookup answers for addresses it is the most specific prefix of. */
export interface Prefixes {
  /** Host order; bits below the length are zero. */
  readonly values: Uint32Array;
  /** 0..32 */
  readonly lengths: Uint8Array;
  readonly payloads: Uint32Array;
}

/** Interval n covers starts[n] to starts[n + 1] - 1 (the last one to 255.255.255.255); starts[0] is 0, neighbours have different payloads. */
export interface IntervalColumns {
  readonly starts: Uint32Array;
  readonly payloads: Uint32Array;
}

const RADIX_BITS = 8;
const RADIX = 1 << RADIX_BITS;

/** `order` sorted stably by digit(index). */
function sortedBy(order: Uint32Array, digit: (index: number) => number): Uint32Array {
  const next = new Uint32Array(RADIX + 1);
  for (let at = 0; at < order.length; at += 1) next[digit(order[at]!) + 1]! += 1;
  for (let bin = 1; bin < RADIX; bin += 1) next[bin]! += next[bin - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at += 1) {
    const index = order[at]!;
    const bin = digit(index);
    sorted[next[bin]!] = index;
    next[bin]! += 1;
  }
  return sorted;
}

/** Indexes of `which` by value, the shorter prefix first. */
function inOrder({ values, lengths }: Prefixes, which: Uint32Array): Uint32Array {
  let order = sortedBy(which, (index) => lengths[index]!);
  for (let shift = 0; shift < 32; shift += RADIX_BITS) order = sortedBy(order, (index) => (values[index]! >>> shift) & (RADIX - 1));
  return order;
}

/** Last address of a prefix. */
const lastOf = (value: number, length: number): number => value + 2 ** (32 - length) - 1;

/** Intervals being written in ascending order; a second one at the same start replaces the first, equal neighbours become one. */
class Intervals {
  private readonly starts: Uint32Array;
  private readonly payloads: Uint32Array;
  private count = 0;

  constructor(most: number) {
    this.starts = new Uint32Array(most);
    this.payloads = new Uint32Array(most);
  }

  add(start: number, payload: number): void {
    if (this.count > 0 && this.starts[this.count - 1] === start) this.count -= 1;
    if (this.count > 0 && this.payloads[this.count - 1] === payload) return;
    this.starts[this.count] = start;
    this.payloads[this.count] = payload;
    this.count += 1;
  }

  columns(): IntervalColumns {
    return { starts: this.starts.subarray(0, this.count), payloads: this.payloads.subarray(0, this.count) };
  }
}

/**
 * The address space cut where the most specific of the prefixes changes.
 * @param which indexes of the prefixes that count.
 * @param none payload where there is no prefix.
 * @throws InternalFault on a prefix given twice.
 */
export function intervalsOfPrefixes(prefixes: Prefixes, which: Uint32Array, none: number): IntervalColumns {
  const { values, lengths, payloads } = prefixes;
  const intervals = new Intervals(2 * which.length + 1);
  // The prefixes around the current address, outermost first: no deeper than there are lengths.
  const lasts: number[] = [];
  const within: number[] = [];
  intervals.add(0, none);
  const leave = (): void => {
    const after = lasts.pop()! + 1;
    within.pop();
    if (after <= 0xffff_ffff) intervals.add(after, within.at(-1) ?? none);
  };
  let [value, length] = [-1, -1];
  for (const index of inOrder(prefixes, which)) {
    if (values[index] === value && lengths[index] === length) throw new InternalFault(`prefix ${value}/${length} was given twice to a lookup table`);
    [value, length] = [values[index]!, lengths[index]!];
    while (lasts.length > 0 && lasts.at(-1)! < value) leave();
    intervals.add(value, payloads[index]!);
    lasts.push(lastOf(value, length));
    within.push(payloads[index]!);
  }
  while (lasts.length > 0) leave();
  return intervals.columns();
}
