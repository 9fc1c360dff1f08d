/**
 * A field's values in at most 256 buckets, for the filters of long lists: neighbouring values in one bucket where there are more kinds of them. A
 * filter by bucket lets too many rules through, never too few: records are compared afterwards.
 */

const MOST_BUCKETS = 256;

export interface Buckets {
  /** The bucket of each value. */
  readonly of: Uint8Array;
  readonly count: number;
}

/** Collects the ranges that rules ask for. */
export class BucketCuts {
  private readonly cuts: Uint8Array;

  /** @param values 0 to values - 1. */
  constructor(private readonly values: number) {
    this.cuts = new Uint8Array(values);
  }

  /** Values from `lo` to `hi` are asked for by a rule, the others not. */
  add(lo: number, hi: number): void {
    this.cuts[lo] = 1;
    if (hi + 1 < this.values) this.cuts[hi + 1] = 1;
  }

  build(): Buckets {
    this.cuts[0] = 0;
    const kinds = this.cuts.reduce((sum, cut) => sum + cut, 1);
    const scale = Math.min(1, MOST_BUCKETS / kinds);
    let kind = 0;
    return { of: this.cuts.map((cut) => Math.floor((kind += cut) * scale)), count: Math.min(kinds, MOST_BUCKETS) };
  }
}
