/**
 * Every rule at home in one list: that of its src prefix or that of its dst prefix, whichever holds the prefixes of fewer rules; a rule with neither in
 * the root list. A packet's rules are in the root list and in the lists of the prefixes that hold its addresses.
 */
import { buildPrefixTree, type PrefixTree } from './prefix-tree.js';
import type { RuleFields } from './rule-fields.js';

export type Side = 'src' | 'dst';

/** Lists longer than this are filtered before their records are compared. */
const LONGEST_UNFILTERED = 16;

/** The root list's number: it comes first. */
export const ROOT = 0;

export interface SideLists {
  /** Of the prefixes of all rules; its indexOf is by position. */
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

/** For each prefix the number of rules whose prefixes it holds: as traffic goes, how many packets come by its list. */
function countUnder({ values, end, indexOf }: PrefixTree): Uint32Array {
  const before = new Uint32Array(values.length + 1);
  for (const index of indexOf) if (index >= 0) before[index + 1]! += 1;
  for (let index = 1; index < before.length; index += 1) before[index]! += before[index - 1]!;
  const under = new Uint32Array(values.length);
  for (let index = 0; index < under.length; index += 1) under[index] = before[end[index]!]! - before[index]!;
  return under;
}

const NOWHERE = 0;
const AT_SRC = 1;
const AT_DST = 2;

/** By position the side of each rule's home. */
function chooseSides(src: PrefixTree, dst: PrefixTree, rules: Uint32Array): Uint8Array {
  const underSrc = countUnder(src);
  const underDst = countUnder(dst);
  const sides = new Uint8Array(src.indexOf.length);
  for (const position of rules) {
    const bySrc = src.indexOf[position]!;
    const byDst = dst.indexOf[position]!;
    if (bySrc < 0) sides[position] = byDst < 0 ? NOWHERE : AT_DST;
    else if (byDst < 0 || underSrc[bySrc]! < underDst[byDst]!) sides[position] = AT_SRC;
    else if (underSrc[bySrc]! > underDst[byDst]!) sides[position] = AT_DST;
    else sides[position] = src.lengths[bySrc]! >= dst.lengths[byDst]! ? AT_SRC : AT_DST;
  }
  return sides;
}

/** Numbers lists and notes their sizes and parents. */
class Numbering {
  readonly sizes: number[];
  readonly parent: number[] = [ROOT];

  constructor(inRoot: number) {
    this.sizes = [inRoot];
  }

  /** @param counts rules at home at each prefix of the tree. */
  side(tree: PrefixTree, counts: Uint32Array): SideLists {
    const listOf = new Int32Array(counts.length);
    const nearest = new Int32Array(counts.length);
    for (let index = 0; index < counts.length; index += 1) {
      const above = tree.parent[index]! < 0 ? ROOT : nearest[tree.parent[index]!]!;
      nearest[index] = above;
      if (counts[index] === 0) continue;
      nearest[index] = listOf[index] = this.parent.length;
      this.parent.push(above);
      this.sizes.push(counts[index]!);
    }
    return { tree, listOf };
  }
}

/** @param rules positions of all rules, ascending. */
export function buildLists(fields: RuleFields, rules: Uint32Array): Lists {
  const srcTree = buildPrefixTree(fields.src, fields.srcLength);
  const dstTree = buildPrefixTree(fields.dst, fields.dstLength);
  const sides = chooseSides(srcTree, dstTree, rules);
  const atSrc = new Uint32Array(srcTree.values.length);
  const atDst = new Uint32Array(dstTree.values.length);
  let inRoot = 0;
  for (const position of rules) {
    if (sides[position] === AT_SRC) atSrc[srcTree.indexOf[position]!]! += 1;
    else if (sides[position] === AT_DST) atDst[dstTree.indexOf[position]!]! += 1;
    else inRoot += 1;
  }
  const numbering = new Numbering(inRoot);
  const src = numbering.side(srcTree, atSrc);
  const firstOfDst = numbering.parent.length;
  const dst = numbering.side(dstTree, atDst);

  const start = new Uint32Array(numbering.sizes.length + 1);
  numbering.sizes.forEach((size, list) => (start[list + 1] = start[list]! + size));
  const next = start.slice();
  const members = new Uint32Array(rules.length);
  for (const position of rules) {
    let list = ROOT;
    if (sides[position] === AT_SRC) list = src.listOf[srcTree.indexOf[position]!]!;
    else if (sides[position] === AT_DST) list = dst.listOf[dstTree.indexOf[position]!]!;
    members[next[list]!++] = position;
  }
  return { members, start, parent: Uint32Array.from(numbering.parent), firstOfDst, src, dst };
}
