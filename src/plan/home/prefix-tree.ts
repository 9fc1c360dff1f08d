/** The distinct prefixes of a field as a tree: a prefix stands under the longest other one that holds it. */

/** A prefix as one number that sorts by value, then by length. */
export function prefixKey(value: number, length: number): number {
  return value * 64 + length;
}

export const valueOf = (key: number): number => Math.floor(key / 64);
export const lengthOf = (key: number): number => key % 64;

export interface PrefixTree {
  /** prefixKey()s, ascending: each before those under it. */
  readonly keys: Float64Array;
  /** Index of the prefix above each, -1 for none. */
  readonly parent: Int32Array;
  /** One past the index of the last prefix under each (or itself). */
  readonly end: Int32Array;
}

/** @param keys in any order, with repetitions. */
export function buildPrefixTree(keys: Float64Array): PrefixTree {
  const sorted = keys.slice().sort();
  let count = 0;
  for (const key of sorted) if (count === 0 || key !== sorted[count - 1]) sorted[count++] = key;
  const distinct = sorted.slice(0, count);
  const parent = new Int32Array(count);
  const end = new Int32Array(count);
  const stack: number[] = [];
  const last: number[] = [];
  const close = (upTo: number): void => {
    end[stack.pop()!] = upTo;
    last.pop();
  };
  for (let index = 0; index < count; index += 1) {
    const key = distinct[index]!;
    const value = valueOf(key);
    while (stack.length > 0 && last[last.length - 1]! < value) close(index);
    parent[index] = stack.length === 0 ? -1 : stack[stack.length - 1]!;
    stack.push(index);
    last.push(value + 2 ** (32 - lengthOf(key)) - 1);
  }
  while (stack.length > 0) close(count);
  return { keys: distinct, parent, end };
}

/** Index of a key that is among the tree's. */
export function indexIn({ keys }: PrefixTree, key: number): number {
  let [low, high] = [0, keys.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
