/**
 * A table that answers the payload of a 32-bit value: that of the interval it is in, or of the most specific prefix around it. It has
 * one of a few forms, chosen by what is smallest and quickest for the set at hand:
 * - hosts: intervals of one address in a hash, where nearly all are such, but for what lies between them;
 * - the others (and hosts that found no place): nothing but a constant, a short list of intervals searched in order, or a tree.
 */
import { buildHostHash, type HostHash } from './host-hash.js';
import { buildIntervalTree, NODE_BYTES, type IntervalTree } from './interval-tree.js';
import { powerOfTwo } from '../power-of-two.js';
import { singles, without, type IntervalColumns } from './intervals.js';
import { intervalsOfPrefixes, type Prefixes } from './prefixes.js';

/** Fewer hosts than this are not worth a hash of their own. */
const FEWEST_HASHED = 32;
/** A hash pays where hosts are this many times as many as the intervals that are left: else most lookups walk the tree anyway. */
const HOSTS_PER_OTHER = 2;
/** More intervals than this are a tree. */
const LONGEST_LIST = 16;

export type SearchForm =
  | { readonly kind: 'constant'; readonly payload: number }
  /** First addresses of all intervals but the first, then their payloads, u32 each. */
  | { readonly kind: 'list'; readonly boundaries: number }
  | ({ readonly kind: 'tree' } & Omit<IntervalTree, 'bytes'>);

export interface PrefixTable {
  /** What lies at the table's offset of its map, which is a multiple of 64. */
  readonly bytes: Uint8Array;
  /** Generated code touches at most this many bytes from the table's offset; what lies behind `bytes` has no say in its answers. */
  readonly reach: number;
  /** The hash lies at the start of the table. */
  readonly hosts: Pick<HostHash, 'bits'> | undefined;
  readonly search: SearchForm;
  /** Where the search's bytes lie in the table. */
  readonly searchAt: number;
}

interface Search {
  readonly form: SearchForm;
  readonly bytes: Uint8Array;
  /** As in PrefixTable. */
  readonly reach: number;
}

/** A count of lanes is a number of 6 bits to the verifier: a value's address may seem this far behind its node's first. */
const VALUES_REACH = 64 * 4;
/** And a bucket's payload so far behind its last: all four places might hold the address. */
const PAYLOADS_REACH = 16;

function searchOf(intervals: IntervalColumns): Search {
  const boundaries = intervals.starts.length - 1;
  if (boundaries === 0) return { form: { kind: 'constant', payload: intervals.payloads[0]! }, bytes: new Uint8Array(0), reach: 0 };
  if (boundaries < LONGEST_LIST) {
    const words = new Uint32Array(2 * boundaries + 1);
    words.set(intervals.starts.subarray(1));
    words.set(intervals.payloads, boundaries);
    return { form: { kind: 'list', boundaries }, bytes: new Uint8Array(words.buffer), reach: words.byteLength };
  }
  const { bytes, ...tree } = buildIntervalTree(intervals);
  return { form: { kind: 'tree', ...tree }, bytes, reach: tree.nodesAt + powerOfTwo(tree.nodes) * NODE_BYTES + VALUES_REACH };
}

/** Builds the table of all values. */
export function buildIntervalTable(intervals: IntervalColumns): PrefixTable {
  const hosts = singles(intervals);
  const count = hosts.reduce((sum, one) => sum + one, 0);
  if (count < FEWEST_HASHED || count < without(intervals, hosts).starts.length * HOSTS_PER_OTHER) {
    const { form, bytes, reach } = searchOf(intervals);
    return { bytes, reach, hosts: undefined, search: form, searchAt: 0 };
  }
  const hash = buildHostHash(intervals, hosts);
  const { form, bytes: behind, reach } = searchOf(without(intervals, hash.hashed));
  const searchAt = Math.ceil(hash.bytes.length / NODE_BYTES) * NODE_BYTES;
  const bytes = new Uint8Array(searchAt + behind.length);
  bytes.set(hash.bytes);
  bytes.set(behind, searchAt);
  return { bytes, reach: Math.max(hash.bytes.length + PAYLOADS_REACH, searchAt + reach), hosts: { bits: hash.bits }, search: form, searchAt };
}

/**
 * Builds the table of the most specific prefixes.
 * @param options.none the payload where no prefix is.
 * @throws InternalFault on a prefix given twice.
 */
export function buildPrefixTable(prefixes: Prefixes, options: { readonly none: number }): PrefixTable {
  return buildIntervalTable(intervalsOfPrefixes(prefixes, options.none));
}
