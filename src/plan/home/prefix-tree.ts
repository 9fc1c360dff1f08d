/** The distinct prefixes of a field as a tree: a prefix stands under the longest other one that holds it. */

export interface PrefixTree {
  /** Ascending by value, then by length: each before those under it. Host order. */
  readonly values: Uint32Array;
  readonly lengths: Uint8Array;
  /** Index of the prefix above each, -1 for none. */
  readonly parent: Int32Array;
  /** One past the index of the last prefix under each (or itself). */
  readonly end: Int32Array;
  /** For each of the prefixes given: its index; -1 for those of length 0. */
  readonly indexOf: Int32Array;
}

/** A prefix as one number that sorts by value, then by length. */
const keyOf = (value: number, length: number): number => value * 64 + length;

/** Index of a key that is there. */
function indexIn(keys: Float64Array, count: number, key: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param values, lengths columns of prefixes, in any order, with repetitions; those of length 0 are left out. */
export function buildPrefixTree(values: Uint32Array, lengths: Uint8Array): PrefixTree {
  const keys = new Float64Array(values.length);
  let given = 0;
  for (let row = 0; row < values.length; row += 1) if (lengths[row] !== 0) keys[given++] = keyOf(values[row]!, lengths[row]!);
  keys.subarray(0, given).sort();
  let count = 0;
  for (let row = 0; row < given; row += 1) if (row === 0 || keys[row] !== keys[row - 1]) keys[count++] = keys[row]!;

  const tree = { values: new Uint32Array(count), lengths: new Uint8Array(count), parent: new Int32Array(count), end: new Int32Array(count), indexOf: new Int32Array(values.length).fill(-1) };
  // The prefixes around the one at hand, and the last address of each.
  const open = new Int32Array(33);
  const last = new Float64Array(33);
  let depth = 0;
  for (let index = 0; index < count; index += 1) {
    const value = Math.floor(keys[index]! / 64);
    const length = keys[index]! - value * 64;
    while (depth > 0 && last[depth - 1]! < value) tree.end[open[--depth]!] = index;
    tree.values[index] = value;
    tree.lengths[index] = length;
    tree.parent[index] = depth === 0 ? -1 : open[depth - 1]!;
    open[depth] = index;
    last[depth++] = value + 2 ** (32 - length) - 1;
  }
  while (depth > 0) tree.end[open[--depth]!] = count;
  for (let row = 0; row < values.length; row += 1) if (lengths[row] !== 0) tree.indexOf[row] = indexIn(keys, count, keyOf(values[row]!, lengths[row]!));
  return tree;
}
