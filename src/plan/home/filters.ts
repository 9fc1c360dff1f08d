/**
 * Filters of long lists: for the address that is not the list's own, both ports and the protocol a row of bits per bucket, a bit per record: set when the
 * record accepts some value of the bucket. The AND of a packet's four rows names the records to compare.
 */
import { powerOfTwo } from '../power-of-two.js';
import { BucketCuts, type Buckets } from './buckets.js';
import { isLong, type Lists, type Side, type SideLists } from './lists.js';
import type { RuleFields } from './rule-fields.js';

const PORTS = 65536;
const PROTOCOLS = 256;

export interface Filters {
  /** Numbers of the lists that have filters, ascending. */
  readonly long: readonly number[];
  readonly sport: Buckets;
  readonly dport: Buckets;
  readonly proto: Buckets;
  /** By index in the side's tree plus one: the bucket of addresses whose most specific prefix that is; 0 for those outside all prefixes. */
  readonly src: Buckets;
  readonly dst: Buckets;
}

/** The side that a list's filter looks at; none for the root list, whose rules have no prefixes. */
export function otherSide({ firstOfDst }: Lists, list: number): Side | undefined {
  if (list === 0) return undefined;
  return list < firstOfDst ? 'dst' : 'src';
}

/** The places of the addresses in the prefix of the rule at `position`, among those of Filters.src or .dst. */
export function treeRange({ tree }: SideLists, position: number): readonly [number, number] {
  const index = tree.indexOf[position]!;
  return index < 0 ? [0, tree.values.length] : [index + 1, tree.end[index]!];
}

/** Rows that a list keeps for a field: no more than tell its records apart. A bucket's row is its number modulo this power of two. */
export function rowsFor(buckets: Buckets, members: number): number {
  return Math.min(powerOfTwo(buckets.count), powerOfTwo(members));
}

export function planFilters(fields: RuleFields, lists: Lists): Filters | undefined {
  const { start, members, src, dst } = lists;
  const long: number[] = [];
  const sport = new BucketCuts(PORTS);
  const dport = new BucketCuts(PORTS);
  const proto = new BucketCuts(PROTOCOLS);
  const cuts = { src: new BucketCuts(src.tree.values.length + 1), dst: new BucketCuts(dst.tree.values.length + 1) };
  for (let list = 0; list + 1 < start.length; list += 1) {
    if (!isLong(lists, list)) continue;
    long.push(list);
    const other = otherSide(lists, list);
    for (let index = start[list]!; index < start[list + 1]!; index += 1) {
      const position = members[index]!;
      sport.add(fields.sportLo[position]!, fields.sportHi[position]!);
      dport.add(fields.dportLo[position]!, fields.dportHi[position]!);
      proto.add(fields.protoLo[position]!, fields.protoHi[position]!);
      if (other === 'src') cuts.src.add(...treeRange(src, position));
      else if (other === 'dst') cuts.dst.add(...treeRange(dst, position));
    }
  }
  if (long.length === 0) return undefined;
  return { long, sport: sport.build(), dport: dport.build(), proto: proto.build(), src: cuts.src.build(), dst: cuts.dst.build() };
}
