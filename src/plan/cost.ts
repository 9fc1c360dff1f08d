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
import type { RuleFields } from './home/rule-fields.js';

export interface Cost {
  readonly strategy: StrategyName;
  /** ns a packet. */
  readonly time: number;
  readonly bytes: number;
}

/** 13 to 22 ns at 64 rules, 25 to 40 at 200; a jump, a return or a rule without verdict adds 1.3 ns. */
const LINEAR = { base: 8, rule: 0.14 } as const;
/** Lookups and the search; each word of the vectors that has candidates; what leaves the first caches; each rule passed on the way (a jump and its return are two). */
const VECTORS = { base: 22, word: 6, cache: 8, cached: 250_000, step: 9 } as const;
/** Both lookups; then a record compared, and each list above the first; each rule passed on the way. */
const LISTS = { base: 20, record: 5, list: 20, step: 23 } as const;
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

/** Rulesets of more rules than this are not weighed in detail: counting words takes 64 looks at every rule. */
export const VECTORS_WEIGHED = 20_000;

/** @param prefixes different ones, of both addresses. */
export function bitvectorCost(rules: number, prefixes: number, way: { readonly words: number; readonly steps: number }): Cost {
  const bytes = VECTOR_RULE * rules + VECTOR_PREFIX * prefixes * rules;
  const time = VECTORS.base + VECTORS.word * way.words + VECTORS.cache * Math.log2(1 + bytes / VECTORS.cached) + VECTORS.step * way.steps;
  return { strategy: 'bitvector', time, bytes };
}

/** Rules looked at, at most, to see how well vectors tell rules apart. */
const SAMPLE = 64;

/** The mean number of words of 64 positions that hold a candidate up to a rule, for packets at the least corner of evenly spaced rules. */
export function wordsOf({ fields, layout }: HomePlan): number {
  const rules = layout.positions.flatMap((at, position) => (at.kind === 'rule' ? [position] : []));
  const step = Math.max(1, Math.ceil(rules.length / SAMPLE));
  let [words, packets] = [0, 0];
  for (let index = 0; index < rules.length; index += step) {
    words += wordsUpTo(fields, rules[index]!);
    packets += 1;
  }
  return packets === 0 ? 0 : words / packets;
}

const covers = (prefix: number, length: number, value: number): boolean => length === 0 || (prefix ^ value) >>> (32 - length) === 0;

/** The same for the packet at the least corner of the rule at `target`. */
function wordsUpTo(fields: RuleFields, target: number): number {
  const { src, dst, srcLength, dstLength, sportLo, sportHi, dportLo, dportHi } = fields;
  const [from, to, sport, dport] = [src[target]!, dst[target]!, sportLo[target]!, dportLo[target]!];
  let words = 0;
  for (let first = 0; first <= target; first += 64) {
    let met = 0;
    for (let position = first; position < first + 64 && position <= target; position += 1) {
      if (covers(src[position]!, srcLength[position]!, from)) met |= 1;
      if (covers(dst[position]!, dstLength[position]!, to)) met |= 2;
      if (sportLo[position]! <= sport && sport <= sportHi[position]!) met |= 4;
      if (dportLo[position]! <= dport && dport <= dportHi[position]!) met |= 8;
    }
    if (met === 15) words += 1;
  }
  return words;
}

/** Rules without addresses, ports and bodies that end nothing: every packet passes them, if their chain is a base chain. A jump comes back. */
export function stepsOf({ fields, lists, layout, planned }: HomePlan): number {
  let steps = 0;
  for (let index = lists.start[0]!; index < lists.start[1]!; index += 1) {
    const position = lists.members[index]!;
    const at = layout.positions[position]!;
    if (at.kind !== 'rule' || planned[position]!.ordinary !== 0 || fields.asksPort(position)) continue;
    if (at.rule.action.kind === 'jump') steps += 2;
    else if (at.rule.action.kind === 'continue' || at.rule.action.kind === 'effect') steps += 1;
  }
  return steps;
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

export function homeCost(rules: number, paths: { readonly lists: number; readonly records: number }, steps: number): Cost {
  return { strategy: 'home', time: LISTS.base + LISTS.record * paths.records + LISTS.list * Math.max(0, paths.lists - 1) + LISTS.step * steps, bytes: LIST_TABLES + LIST_RULE * rules };
}

/** As `explain` prints it. */
export function costText({ strategy, time, bytes }: Cost): string {
  return `${strategy} ${Math.round(time)} ns a packet, ${(bytes / 1e6).toFixed(2)} MB`;
}
