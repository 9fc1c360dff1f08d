/** All 32-bit values as intervals with payloads, in columns of numbers. */

/** Interval n covers starts[n] to starts[n + 1] - 1 (the last one to 2 ** 32 - 1); starts[0] is 0, neighbours have different payloads. */
export interface IntervalColumns {
  readonly starts: Uint32Array;
  readonly payloads: Uint32Array;
}

/** Writes intervals in ascending order; a second one at the same start replaces the first, equal neighbours become one. */
export class IntervalWriter {
  private readonly starts: Uint32Array;
  private readonly payloads: Uint32Array;
  private count = 0;

  /** @param most calls of `add` that will be. */
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

/** For each interval, 1 where it is of one value only. */
export function singles({ starts }: IntervalColumns): Uint8Array {
  const marks = new Uint8Array(starts.length);
  for (let index = 0; index < marks.length; index += 1) {
    const next = index + 1 < starts.length ? starts[index + 1]! : 2 ** 32;
    if (next === starts[index]! + 1) marks[index] = 1;
  }
  return marks;
}

/** The intervals without those marked with 1: their values go to whichever neighbour. Not all may be marked. */
export function without({ starts, payloads }: IntervalColumns, marks: Uint8Array): IntervalColumns {
  const writer = new IntervalWriter(starts.length);
  let first = true;
  for (let index = 0; index < starts.length; index += 1) {
    if (marks[index] === 1) continue;
    writer.add(first ? 0 : starts[index]!, payloads[index]!);
    first = false;
  }
  return writer.columns();
}
