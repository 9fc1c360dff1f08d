/**
 * The bitvector strategy (Lakshman and Stiliadis, "High-speed policy-based packet forwarding using efficient multi-dimensional
 * range matching", SIGCOMM 1998): per field a class lookup, per class a row of bits over all rules; the AND of a packet's rows
 * names the candidates, the lowest set bit is the next one.
 */
import type { RuleIr, RulesetIr } from '../../ir/chain-ir.js';
import type { FieldName } from '../../ir/field.js';
import { all, any, type Predicate } from '../../ir/predicate.js';
import { Bodies, require, type Body, type BodyStep } from './bodies.js';
import { classify, setBit, type FieldClasses, type Row } from './classes.js';
import { intersect, intervalsOf, soleField, type Intervals } from './intervals.js';
import { layOut, stackDepth, type Layout } from './positions.js';
import { splitRule, type SplitRule } from './split.js';

/** A field is looked up when at least this many rules ask for it; else they verify it one by one. */
const WORTH_A_LOOKUP = 3;
/** More pairs of protocol and hot-drop test than this: the protocols are left out. */
const MOST_ODD_TESTS = 32;

export interface PlannedPosition {
  /** Body to verify for ordinary and for odd packets: 0 = nothing, n = bodies[n - 1]. */
  readonly ordinary: number;
  readonly odd: number;
}

export interface BitvectorPlan {
  readonly kind: 'bitvector';
  readonly layout: Layout;
  readonly fields: readonly FieldClasses[];
  /** Fields whose rows may filter odd packets too: no rule asks for them behind a hot-drop test. */
  readonly filtersOdd: ReadonlySet<FieldName>;
  /** True for odd packets, those for which some hot-drop test may hold; undefined when there are none. */
  readonly odd: Predicate | undefined;
  readonly planned: readonly PlannedPosition[];
  readonly bodies: readonly Body[];
  /** Words of 64 bits in a row. */
  readonly words: number;
  readonly stackDepth: number;
}

interface Asked {
  readonly split: SplitRule;
  readonly rule: RuleIr;
  readonly position: number;
}

/** Every requirement a lookup may decide for ordinary packets. */
function lookable({ split }: Asked): Predicate[] {
  const guards = split.guards.filter((step) => step.kind === 'require').map((step) => step.predicate);
  return [...split.before, ...guards, ...split.after];
}

/** The field a lookup would decide the predicate by. */
function lookupField(predicate: Predicate): FieldName | undefined {
  const field = soleField(predicate);
  return field !== undefined && intervalsOf(predicate, field) !== undefined ? field : undefined;
}

function chooseFields(rules: readonly Asked[]): FieldName[] {
  const counts = new Map<FieldName, number>();
  for (const asked of rules) {
    for (const field of new Set(lookable(asked).map(lookupField))) if (field !== undefined) counts.set(field, (counts.get(field) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count >= WORTH_A_LOOKUP).map(([field]) => field).sort();
}

function classifyField(field: FieldName, rules: readonly Asked[], words: number, positions: number): FieldClasses {
  const accepted = new Map<number, Intervals>();
  for (const asked of rules) {
    for (const predicate of lookable(asked)) {
      if (lookupField(predicate) !== field) continue;
      const set = intervalsOf(predicate, field)!;
      const before = accepted.get(asked.position);
      accepted.set(asked.position, before === undefined ? set : intersect(before, set));
    }
  }
  const always: Row = new Uint32Array(words * 2);
  for (let position = 0; position < positions; position += 1) if (!accepted.has(position)) setBit(always, position);
  return classify(field, accepted, always);
}

/** The packets for which some rule's hot-drop test may hold, as far as its protocol requirement tells. */
function oddPackets(rules: readonly Asked[]): Predicate | undefined {
  const pairs = new Map<string, Predicate>();
  const bare = new Map<string, Predicate>();
  const text = (predicate: Predicate): string => JSON.stringify(predicate, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  for (const { split } of rules) {
    const protocol = split.before.filter((predicate) => soleField(predicate) === 'proto');
    const tests = split.guards.filter((step) => step.kind === 'hotdrop-if').map((step) => step.predicate);
    for (const test of tests) {
      const pair = all(...protocol, test);
      pairs.set(text(pair), pair);
      bare.set(text(test), test);
    }
  }
  if (bare.size === 0) return undefined;
  return any(...(pairs.size <= MOST_ODD_TESTS ? pairs : bare).values());
}

/** The body for an ordinary packet: what no lookup decides. */
function ordinaryBody({ split }: Asked, decided: (predicate: Predicate) => boolean): BodyStep[] {
  const guards = split.guards.filter((step) => step.kind === 'require').map((step) => step.predicate);
  return [...[...split.before, ...guards, ...split.after].filter((predicate) => !decided(predicate)).map(require), ...split.tail];
}

/** The body for an odd packet: guards as written, what stands before them and was not filtered, what stands behind. */
function oddBody({ split }: Asked, decided: (predicate: Predicate) => boolean, filtered: (predicate: Predicate) => boolean): BodyStep[] {
  const before = split.before.filter((predicate) => !filtered(predicate)).map(require);
  const lookAgain: BodyStep[] = split.after.some(decided) ? [{ kind: 'vectors' }] : [];
  return [...before, ...split.guards, ...lookAgain, ...split.after.filter((predicate) => !decided(predicate)).map(require), ...split.tail];
}

/** Plans a ruleset of any shape. */
export function planBitvector(ir: RulesetIr): BitvectorPlan {
  const layout = layOut(ir);
  const rules = layout.positions.flatMap((at, position): Asked[] => (at.kind === 'rule' ? [{ rule: at.rule, position, split: splitRule(at.rule) }] : []));
  const words = Math.ceil(layout.positions.length / 64);
  const fields = chooseFields(rules).map((field) => classifyField(field, rules, words, layout.positions.length));

  const looked = new Set(fields.map(({ field }) => field));
  const decided = (predicate: Predicate): boolean => {
    const field = lookupField(predicate);
    return field !== undefined && looked.has(field);
  };
  const behindHotdrop = rules.flatMap(({ split }) => [...split.guards.filter((step) => step.kind === 'require').map((step) => step.predicate), ...split.after]);
  const late = new Set(behindHotdrop.filter(decided).map(soleField));
  const filtersOdd = new Set([...looked].filter((field) => !late.has(field)));
  const filtered = (predicate: Predicate): boolean => decided(predicate) && filtersOdd.has(soleField(predicate)!);

  const bodies = new Bodies();
  const planned: PlannedPosition[] = layout.positions.map(() => ({ ordinary: 0, odd: 0 }));
  for (const asked of rules) {
    planned[asked.position] = {
      ordinary: bodies.idOf(asked.rule, ordinaryBody(asked, decided)),
      odd: bodies.idOf(asked.rule, oddBody(asked, decided, filtered)),
    };
  }
  return { kind: 'bitvector', layout, fields, filtersOdd, odd: oddPackets(rules), planned, bodies: bodies.list, words, stackDepth: stackDepth(ir) };
}
