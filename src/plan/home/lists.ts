/**
 * Every rule at home in one list: that of its src prefix or that of its dst prefix, whichever holds the prefixes of fewer rules; a rule with neither in
 * the root list. A packet's rules are in the root list and in the lists of the prefixes that hold its addresses.
 */
import { indexIn, buildPrefixTree, prefixKey, type PrefixTree } from './prefix-tree.js';
import type { RuleFields } from './rule-fields.js';

export type Side = 'src' | 'dst';

/** Lists longer than this are filtered before their records are compared. */
const LONGEST_UNFILTERED = 16;

/** The root list's number: it comes first. */
export const ROOT = 0;

export interface SideLists {
  readonly tree: PrefixTree;
  /** The list of each prefix of the tree; ROOT for those that have none. */
  readonly listOf: Int32Array;
}

export interface Lists {
  /** Positions of all rules, list by list, ascending in each. */
  readonly members: Uint32Array;
  /** Where in `members` each list starts; one more at the end. The root list first, then those of src, then those of dst. */
  readonly start: Uint32Array;
  /** The list of the next shorter prefix that has one, ROOT where there is none. */
  readonly parent: Uint32Array;
  /** The first list of dst. */
  readonly firstOfDst: number;
  readonly src: SideLists;
  readonly dst: SideLists;
}

/** Whether a list is filtered. */
export function isLong({ start }: Lists, list: number): boolean {
  return start[list + 1]! - start[list]! > LONGEST_UNFILTERED;
}

function countPrefixes(values: Uint32Array, lengths: Uint8Array, rules: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const position of rules) {
    if (lengths[position] === 0) continue;
    const key = prefixKey(values[position]!, lengths[position]!);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const NOWHERE = 0;
const AT_SRC = 1;
const AT_DST = 2;

/** For each rule's prefix the number of rules whose prefixes it holds: as traffic goes, how many packets come by its list. 0 for rules without one. */
function countUnder(values: Uint32Array, lengths: Uint8Array, rules: Uint32Array): Uint32Array {
  const keys = new Float64Array(rules.length);
  let next = 0;
  for (const position of rules) if (lengths[position] !== 0) keys[next++] = prefixKey(values[position]!, lengths[position]!);
  const tree = buildPrefixTree(keys.subarray(0, next));
  const places = new Int32Array(rules.length);
  // Rules at prefixes before each place, so that a difference counts those under one.
  const before = new Uint32Array(tree.keys.length + 1);
  rules.forEach((position, index) => {
    if (lengths[position] === 0) return;
    places[index] = indexIn(tree, prefixKey(values[position]!, lengths[position]!));
    before[places[index]! + 1]! += 1;
  });
  for (let place = 1; place < before.length; place += 1) before[place]! += before[place - 1]!;
  return Uint32Array.from(rules, (position, index) => (lengths[position] === 0 ? 0 : before[tree.end[places[index]!]!]! - before[places[index]!]!));
}

/** For each rule (by index in `rules`) the side of its home. */
function chooseSides(fields: RuleFields, rules: Uint32Array): Uint8Array {
  const { src, srcLength, dst, dstLength } = fields;
  const srcCounts = countUnder(src, srcLength, rules);
  const dstCounts = countUnder(dst, dstLength, rules);
  return Uint8Array.from(rules, (position, index) => {
    const [bySrc, byDst] = [srcCounts[index]!, dstCounts[index]!];
    if (bySrc === 0) return byDst === 0 ? NOWHERE : AT_DST;
    if (byDst === 0) return AT_SRC;
    if (bySrc !== byDst) return bySrc < byDst ? AT_SRC : AT_DST;
    return srcLength[position]! >= dstLength[position]! ? AT_SRC : AT_DST;
  });
}

interface SideHomes {
  readonly tree: PrefixTree;
  /** Rules that have their home at each prefix of the tree. */
  readonly counts: Uint32Array;
}

/** @param others positions of rules at home on the other side whose prefixes are to be in the tree too. */
function sideHomes(values: Uint32Array, lengths: Uint8Array, homed: readonly number[], others: readonly number[]): SideHomes {
  const keys = new Float64Array(homed.length + others.length);
  let next = 0;
  for (const position of homed) keys[next++] = prefixKey(values[position]!, lengths[position]!);
  for (const position of others) if (lengths[position] !== 0) keys[next++] = prefixKey(values[position]!, lengths[position]!);
  const tree = buildPrefixTree(keys.subarray(0, next));
  const counts = new Uint32Array(tree.keys.length);
  for (const position of homed) counts[indexIn(tree, prefixKey(values[position]!, lengths[position]!))]! += 1;
  return { tree, counts };
}

/** Positions at home on a side whose list is long. */
function inLongLists(values: Uint32Array, lengths: Uint8Array, homed: readonly number[]): number[] {
  const counts = countPrefixes(values, lengths, Uint32Array.from(homed));
  return homed.filter((position) => counts.get(prefixKey(values[position]!, lengths[position]!))! > LONGEST_UNFILTERED);
}

/** @param rules positions of all rules, ascending. */
export function buildLists(fields: RuleFields, rules: Uint32Array): Lists {
  const sides = chooseSides(fields, rules);
  const atSrc: number[] = [];
  const atDst: number[] = [];
  let root = 0;
  rules.forEach((position, index) => {
    if (sides[index] === AT_SRC) atSrc.push(position);
    else if (sides[index] === AT_DST) atDst.push(position);
    else root += 1;
  });
  const { src: srcValues, srcLength, dst: dstValues, dstLength } = fields;
  const srcHomes = sideHomes(srcValues, srcLength, atSrc, inLongLists(dstValues, dstLength, atDst));
  const dstHomes = sideHomes(dstValues, dstLength, atDst, inLongLists(srcValues, srcLength, atSrc));

  const start: number[] = [0, root];
  const parent: number[] = [ROOT];
  const number = ({ tree, counts }: SideHomes): SideLists => {
    const listOf = new Int32Array(tree.keys.length);
    counts.forEach((count, index) => {
      const above = tree.parent[index]! < 0 ? ROOT : nearest[tree.parent[index]!]!;
      nearest[index] = above;
      if (count === 0) return;
      nearest[index] = listOf[index] = parent.length;
      parent.push(above);
      start.push(start[start.length - 1]! + count);
    });
    return { tree, listOf };
  };
  let nearest: number[] = [];
  const src = number(srcHomes);
  const firstOfDst = parent.length;
  nearest = [];
  const dst = number(dstHomes);

  const members = new Uint32Array(rules.length);
  const next = Uint32Array.from(start);
  rules.forEach((position, index) => {
    let list = ROOT;
    if (sides[index] === AT_SRC) list = src.listOf[indexIn(src.tree, prefixKey(srcValues[position]!, srcLength[position]!))]!;
    else if (sides[index] === AT_DST) list = dst.listOf[indexIn(dst.tree, prefixKey(dstValues[position]!, dstLength[position]!))]!;
    members[next[list]!++] = position;
  });
  return { members, start: Uint32Array.from(start), parent: Uint32Array.from(parent), firstOfDst, src, dst };
}
