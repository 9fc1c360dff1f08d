/** Numbers for what is equal: values by their text, of which shared objects are asked for once, and sequences of them. */

/** Text that is equal for equal steps and predicates. */
export const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

/** Numbers for equal values, from 1. Shared objects are known by identity. */
export class Numbers<T extends object> {
  readonly list: T[] = [];
  private readonly byIdentity = new Map<T, number>();
  private readonly byKey = new Map<string, number>();

  numberOf(value: T): number {
    const known = this.byIdentity.get(value);
    if (known !== undefined) return known;
    const key = keyOf(value);
    let number = this.byKey.get(key);
    if (number === undefined) {
      this.list.push(value);
      number = this.list.length;
      this.byKey.set(key, number);
    }
    this.byIdentity.set(value, number);
    return number;
  }
}

/** Sequences of values as numbers: 0 is the empty one, others are one before and a value more. */
export class Sequences<T extends object> {
  private readonly values = new Numbers<T>();
  private readonly longer: Map<number, number>[] = [new Map()];
  private readonly before: number[] = [0];
  private readonly last: (T | undefined)[] = [undefined];

  and(sequence: number, value: T): number {
    const number = this.values.numberOf(value);
    const known = this.longer[sequence]!.get(number);
    if (known !== undefined) return known;
    this.before.push(sequence);
    this.last.push(value);
    this.longer.push(new Map());
    this.longer[sequence]!.set(number, this.before.length - 1);
    return this.before.length - 1;
  }

  /** The values of a sequence, first to last. */
  valuesOf(sequence: number): T[] {
    const values: T[] = [];
    for (let at = sequence; at !== 0; at = this.before[at]!) values.push(this.last[at]!);
    return values.reverse();
  }
}
