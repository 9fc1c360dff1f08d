/**
 * The cost model: what a packet and a ruleset cost with each strategy, from a few numbers of the ruleset. ns over a program without rules, traffic
 * uniform over the rules; bytes of all maps with two CPUs.
 *
 * The constants are fitted by hand to what `compat-tests/bench/classify` measures with every strategy forced (shapes grid, acl1, fw1, ipc1, half and
 * exact, 16 to 10,000 rules, the machine of docs/performance.md). They are for choosing, not for promising: long filtered lists are overrated, and
 * strategies within a half of each other may stand in the wrong order.
 */
import type { StrategyName } from './plan.js';
import type { HomePlan } from './home/plan-home.js';

export interface Cost {
  readonly strategy: StrategyName;
  /** ns a packet. */
  readonly time: number;
  readonly bytes: number;
}

/** 13 to 22 ns at 64 rules, 25 to 40 at 200; a jump, a return or a rule without verdict adds 1.3 ns. */
const LINEAR = { base: 8, rule: 0.14 } as const;
/** Lookups and the search; then words of vectors, more of which have candidates as rules grow in number. */
const VECTORS = { base: 25, rule: 0.04 } as const;
/** Both lookups; then a record compared, and each list above the first. */
const LISTS = { base: 20, record: 5, list: 20 } as const;
/** A filtered list costs as much as this many records, and this many more for each rule that no record tells from its neighbours. */
const FILTERED = 4;
const FILTERED_BODY = 3;

/** Counters of a rule. */
const COUNTER = 32;
/** Counters, action; of vectors also what each looked-up prefix adds to the row of every rule, in bytes (four rows of one bit). */
const VECTOR_RULE = 96;
const VECTOR_PREFIX = 0.5;
/** Tables of prefixes and ports; counters, action, record. */
const LIST_TABLES = 160_000;
const LIST_RULE = 190;

/** @param rules with user chains expanded. */
export function linearCost(rules: number): Cost {
  return { strategy: 'linear', time: LINEAR.base + LINEAR.rule * rules, bytes: COUNTER * rules };
}

/**
 * More rules than this are no straight-line code, though it would still be fast: the verifier takes 0.1 ms of every commit for a rule of five fields, 1 ms with a multiport match, 7 ms with `limit`
 * and LOG.
 */
export const LINEAR_UP_TO = 64;

/**
 * Vectors that take more memory than this are not taken where lists can be: they leave the caches (ClassBench fw1, 9379 rules: 19 MB and 261 ns, lists
 * 2.7 MB and 178 ns), and grow with the square of the rules.
 */
export const VECTORS_UP_TO = 4_000_000;

/** @param prefixes different ones, of both addresses. */
export function bitvectorCost(rules: number, prefixes: number): Cost {
  return { strategy: 'bitvector', time: VECTORS.base + VECTORS.rule * rules, bytes: VECTOR_RULE * rules + VECTOR_PREFIX * prefixes * rules };
}

/** The mean over all rules of the lists that lead to a rule, and of the records to compare there. */
export function pathsOf({ lists, filters, planned, fields }: HomePlan): { readonly lists: number; readonly records: number } {
  const long = new Set(filters?.long);
  // A list's parent comes before it or is the root, number 0, which every packet visits.
  const depth = new Float64Array(lists.parent.length);
  const compared = new Float64Array(lists.parent.length);
  let [rules, depths, records] = [0, 0, 0];
  for (let list = 0; list < depth.length; list += 1) {
    const [from, to] = [lists.start[list]!, lists.start[list + 1]!];
    const count = to - from;
    let own = count;
    if (long.has(list)) {
      own = FILTERED;
      for (let at = from; at < to; at += 1) {
        const position = lists.members[at]!;
        const told = fields.asksPort(position) || (fields.srcLength[position] !== 0 && fields.dstLength[position] !== 0);
        if (!told && planned[position]!.ordinary !== 0) own += FILTERED_BODY;
      }
    }
    const above = list === 0 ? 0 : lists.parent[list]!;
    depth[list] = (list === 0 ? 0 : depth[above]!) + (count === 0 ? 0 : 1);
    compared[list] = (list === 0 ? 0 : compared[above]!) + own;
    rules += count;
    depths += count * depth[list]!;
    records += count * compared[list]!;
  }
  return rules === 0 ? { lists: 0, records: 0 } : { lists: depths / rules, records: records / rules };
}

export function homeCost(rules: number, paths: { readonly lists: number; readonly records: number }): Cost {
  return { strategy: 'home', time: LISTS.base + LISTS.record * paths.records + LISTS.list * Math.max(0, paths.lists - 1), bytes: LIST_TABLES + LIST_RULE * rules };
}

/** As `explain` prints it. */
export function costText({ strategy, time, bytes }: Cost): string {
  return `${strategy} ${Math.round(time)} ns a packet, ${(bytes / 1e6).toFixed(2)} MB`;
}
