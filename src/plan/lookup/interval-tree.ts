/**
 * Intervals of addresses as a table of the 65536 upper halves, each with a search tree over the lower halves.
 *
 * The table holds the number of a root node. A node is one cache line: boundaries first, three of 21 bits to a word of 64 bits, each as
 * 65536 - boundary; then values, one more than boundaries. Adding the lower half to every lane sets bit 16 of those whose boundary is not
 * above it, so their number, the index of the value, comes without a branch. A lane without boundary is 0. A value is the
 * payload in a leaf, the number of a child in an inner node.
 *
 * Nodes are numbered: inner roots, leaves that are roots, other inner nodes, other leaves. So a node's number tells its kind. Upper halves
 * without boundaries share one root for each payload.
 */
import type { IntervalColumns } from './intervals.js';

export const NODE_BYTES = 64;
const NODE_WORDS = NODE_BYTES / 4;
export const LANES = 3;
export const LANE_BITS = 21;
/** The lower half of an address, and the bit a lane gets when its boundary is not above it. */
const HALF_BITS = 16;
const HALF = 1 << HALF_BITS;

/** Narrow nodes have 2-byte values and 12 boundaries, wide ones 4-byte values and 9. */
export interface NodeShape {
  readonly words: number;
  readonly valueBytes: 2 | 4;
}

export const NARROW: NodeShape = { words: 4, valueBytes: 2 };
export const WIDE: NodeShape = { words: 3, valueBytes: 4 };

/** Values of a node. */
const fanOut = (shape: NodeShape): number => shape.words * LANES + 1;

export interface IntervalTree {
  readonly shape: NodeShape;
  /** Bytes of an entry of the table of upper halves. */
  readonly entryBytes: 1 | 2 | 4;
  /** Roots from this number on are leaves. */
  readonly firstLeafRoot: number;
  /** Nodes that are no roots are leaves from this number on. */
  readonly firstLeaf: number;
  readonly nodes: number;
  /** Nodes on the longest way. */
  readonly depth: number;
  /** The table of upper halves, then the nodes at `nodesAt` (a multiple of 64). */
  readonly bytes: Uint8Array;
  readonly nodesAt: number;
}

/** What a whole set of intervals needs, counted before anything is written. */
interface Census {
  /** Nodes by kind, in the order of their numbers. */
  readonly innerRoots: number;
  readonly leafRoots: number;
  readonly innerOthers: number;
  readonly leafOthers: number;
  readonly depth: number;
  /** Root of the upper halves that have one payload throughout, by payload: counted from the first leaf root. */
  readonly plain: ReadonlyMap<number, number>;
}

interface Visitor {
  /** The upper halves from..to - 1 lie in `interval` throughout. */
  plain(from: number, to: number, interval: number): void;
  /** In `upper` the intervals first..last, more than one, follow each other. */
  cut(upper: number, first: number, last: number): void;
}

/** Visits all upper halves in ascending order. */
function forUppers({ starts }: IntervalColumns, visitor: Visitor): void {
  const startOf = (interval: number): number => (interval < starts.length ? starts[interval]! : HALF * HALF);
  let interval = 0;
  let upper = 0;
  while (upper < HALF) {
    const until = Math.floor(startOf(interval + 1) / HALF);
    if (until > upper) {
      visitor.plain(upper, until, interval);
      upper = until;
    } else {
      const first = interval;
      const end = (upper + 1) * HALF;
      while (startOf(interval + 1) < end) interval += 1;
      visitor.cut(upper, first, interval);
      upper += 1;
    }
    if (startOf(interval + 1) === upper * HALF) interval += 1;
  }
}

function takeCensus(intervals: IntervalColumns, fan: number): Census {
  const plain = new Map<number, number>();
  let [innerRoots, ownLeafRoots, innerOthers, leafOthers, depth] = [0, 0, 0, 0, 1];
  forUppers(intervals, {
    plain: (_from, _to, interval) => {
      const payload = intervals.payloads[interval]!;
      if (!plain.has(payload)) plain.set(payload, plain.size);
    },
    cut: (_, first, last) => {
      let nodes = Math.ceil((last - first + 1) / fan);
      if (nodes === 1) {
        ownLeafRoots += 1;
        return;
      }
      innerRoots += 1;
      leafOthers += nodes;
      let levels = 1;
      while (nodes > 1) {
        nodes = Math.ceil(nodes / fan);
        levels += 1;
        if (nodes > 1) innerOthers += nodes;
      }
      depth = Math.max(depth, levels);
    },
  });
  return { innerRoots, leafRoots: plain.size + ownLeafRoots, innerOthers, leafOthers, depth, plain };
}

/** Writes nodes. */
class Nodes {
  private readonly halves: Uint16Array;

  constructor(
    private readonly shape: NodeShape,
    private readonly words: Uint32Array,
  ) {
    this.halves = new Uint16Array(words.buffer, words.byteOffset, words.length * 2);
  }

  /** Boundary `lane` (0 = first) of `node`: 1..65535. */
  boundary(node: number, lane: number, boundary: number): void {
    const at = node * NODE_WORDS + 2 * Math.floor(lane / LANES);
    const complement = HALF - boundary;
    const place = lane % LANES;
    if (place === 0) this.words[at]! |= complement;
    else if (place === 1) {
      this.words[at]! |= complement << LANE_BITS;
      this.words[at + 1]! |= complement >>> (32 - LANE_BITS);
    } else this.words[at + 1]! |= complement << (2 * LANE_BITS - 32);
  }

  value(node: number, index: number, value: number): void {
    const { words, valueBytes } = this.shape;
    if (valueBytes === 2) this.halves[node * NODE_WORDS * 2 + words * 4 + index] = value;
    else this.words[node * NODE_WORDS + words * 2 + index] = value;
  }
}

/** The numbers given out so far, by kind. */
interface Numbers {
  innerRoot: number;
  leafRoot: number;
  innerOther: number;
  leafOther: number;
}

/**
 * Writes the tree of the intervals first..last, which are more than one and lie in one upper half, leaves first.
 * @returns its root's number.
 */
function writeTree(nodes: Nodes, { starts, payloads }: IntervalColumns, fan: number, numbers: Numbers, first: number, last: number): number {
  const count = last - first + 1;
  let wide = Math.ceil(count / fan);
  const height1 = wide === 1;
  let base = height1 ? numbers.leafRoot : numbers.leafOther;
  if (height1) numbers.leafRoot += 1;
  else numbers.leafOther += wide;
  for (let index = 0; index < count; index += 1) {
    const node = base + Math.floor(index / fan);
    const place = index % fan;
    nodes.value(node, place, payloads[first + index]!);
    if (place > 0) nodes.boundary(node, place - 1, starts[first + index]! & (HALF - 1));
  }
  // Intervals under one node of the level just written.
  let span = fan;
  while (wide > 1) {
    const below = wide;
    const children = base;
    wide = Math.ceil(below / fan);
    base = wide === 1 ? numbers.innerRoot : numbers.innerOther;
    if (wide === 1) numbers.innerRoot += 1;
    else numbers.innerOther += wide;
    for (let child = 0; child < below; child += 1) {
      const node = base + Math.floor(child / fan);
      const place = child % fan;
      nodes.value(node, place, children + child);
      if (place > 0) nodes.boundary(node, place - 1, starts[first + child * span]! & (HALF - 1));
    }
    span *= fan;
  }
  return base;
}

function census(intervals: IntervalColumns, widest: number): { readonly shape: NodeShape; readonly counts: Census } {
  if (widest < HALF) {
    const counts = takeCensus(intervals, fanOut(NARROW));
    if (counts.innerRoots + counts.leafRoots + counts.innerOthers + counts.leafOthers <= HALF) return { shape: NARROW, counts };
  }
  return { shape: WIDE, counts: takeCensus(intervals, fanOut(WIDE)) };
}

export function buildIntervalTree(intervals: IntervalColumns): IntervalTree {
  let widest = 0;
  for (let index = 0; index < intervals.payloads.length; index += 1) widest = Math.max(widest, intervals.payloads[index]!);
  const { shape, counts } = census(intervals, widest);
  const fan = fanOut(shape);
  const roots = counts.innerRoots + counts.leafRoots;
  const entryBytes = roots <= 256 ? 1 : roots <= HALF ? 2 : 4;
  const nodesAt = HALF * entryBytes;
  const firstLeaf = roots + counts.innerOthers;
  const total = firstLeaf + counts.leafOthers;
  const bytes = new Uint8Array(nodesAt + total * NODE_BYTES);
  const entries = entryBytes === 1 ? bytes : entryBytes === 2 ? new Uint16Array(bytes.buffer, 0, HALF) : new Uint32Array(bytes.buffer, 0, HALF);
  const nodes = new Nodes(shape, new Uint32Array(bytes.buffer, nodesAt));
  for (const [payload, root] of counts.plain) nodes.value(counts.innerRoots + root, 0, payload);
  const numbers: Numbers = { innerRoot: 0, leafRoot: counts.innerRoots + counts.plain.size, innerOther: roots, leafOther: firstLeaf };
  forUppers(intervals, {
    plain: (from, to, interval) => void entries.fill(counts.innerRoots + counts.plain.get(intervals.payloads[interval]!)!, from, to),
    cut: (upper, first, last) => {
      entries[upper] = writeTree(nodes, intervals, fan, numbers, first, last);
    },
  });
  return { shape, entryBytes, firstLeafRoot: counts.innerRoots, firstLeaf, nodes: total, depth: counts.depth, bytes, nodesAt };
}
