/**
 * The bitvector strategy (Lakshman and Stiliadis, "High-speed policy-based packet forwarding using efficient multi-dimensional
 * range matching", SIGCOMM 1998): per field a class lookup, per class a row of bits over all rules; the AND of a packet's rows
 * names the candidates, the lowest set bit is the next one.
 */
import type { RulesetIr } from '../../ir/chain-ir.js';
import type { FieldName } from '../../ir/field.js';
import { all, any, type Predicate } from '../../ir/predicate.js';
import { Bodies, soleCall, type Body, type BodyStep } from './bodies.js';
import { classify, setBit, type FieldClasses, type Row } from './classes.js';
import { intersect, type Intervals } from './intervals.js';
import { layOut, stackDepth, type Layout } from './positions.js';
import { Numbers } from './sequences.js';
import { Requirements, requirementsOf, splitRule, type Requirement, type SplitRule } from './split.js';

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

/** Every requirement a lookup may decide for ordinary packets. */
function requirementsBeforeTail({ before, guards, after }: SplitRule): readonly Requirement[] {
  return guards.length === 0 && after.length === 0 ? before : [...before, ...requirementsOf(guards), ...after];
}

/** By field that rules ask for, and by position of these: the values accepted. */
function acceptedValues(rules: readonly SplitRule[], asked: readonly (readonly Requirement[])[]): Map<FieldName, Map<number, Intervals>> {
  const accepted = new Map<FieldName, Map<number, Intervals>>();
  rules.forEach(({ position }, index) => {
    for (const { lookup } of asked[index]!) {
      if (lookup === undefined) continue;
      let byPosition = accepted.get(lookup.field);
      if (byPosition === undefined) accepted.set(lookup.field, (byPosition = new Map()));
      const before = byPosition.get(position);
      byPosition.set(position, before === undefined ? lookup.values : intersect(before, lookup.values));
    }
  });
  return accepted;
}

function classifyField(field: FieldName, accepted: ReadonlyMap<number, Intervals>, words: number, positions: number): FieldClasses {
  const always: Row = new Uint32Array(words * 2);
  for (let position = 0; position < positions; position += 1) if (!accepted.has(position)) setBit(always, position);
  return classify(field, accepted, always);
}

/** The packets for which some rule's hot-drop test may hold, as far as its protocol requirement tells. */
function oddPackets(rules: readonly SplitRule[]): Predicate | undefined {
  const numbers = new Numbers<Predicate>();
  const pairs = new Map<string, Predicate>();
  const bare = new Map<number, Predicate>();
  for (const { before, guards } of rules) {
    if (guards.length === 0) continue;
    const protocol = before.filter(({ lookup }) => lookup?.field === 'proto').map(({ step }) => step.predicate);
    const protocolKey = protocol.map((predicate) => numbers.numberOf(predicate)).join(' ');
    for (const guard of guards) {
      if (guard.kind !== 'hotdrop-if') continue;
      const number = numbers.numberOf(guard.predicate);
      const pair = `${protocolKey} ${number}`;
      if (!pairs.has(pair)) pairs.set(pair, all(...protocol, guard.predicate));
      if (!bare.has(number)) bare.set(number, guard.predicate);
    }
  }
  if (bare.size === 0) return undefined;
  return any(...(pairs.size <= MOST_ODD_TESTS ? pairs : bare).values());
}

const LOOK_AGAIN: BodyStep = { kind: 'look-again' };

type Judgement = (requirement: Requirement) => boolean;

/** The steps for what `decided` leaves open. */
function open(requirements: readonly Requirement[], decided: Judgement): BodyStep[] {
  return requirements.filter((requirement) => !decided(requirement)).map(({ step }) => step);
}

/** The steps from the first call on. */
function tailOf({ rule, tail }: SplitRule): readonly BodyStep[] {
  if (soleCall(rule) === undefined) return tail;
  return tail.map((step) => (step.kind === 'call' ? { kind: 'sole-call', stub: step.stub, invert: step.invert } : step));
}

/** The body for an odd packet: what stands before the guards and did not filter, the guards as written, what stands behind. */
function oddBody(split: SplitRule, decided: Judgement, filtered: Judgement): BodyStep[] {
  const guards = split.guards.map((guard): BodyStep => (guard.kind === 'require' ? guard.requirement.step : guard));
  const lookAgain: BodyStep[] = split.after.some(decided) ? [LOOK_AGAIN] : [];
  return [...open(split.before, filtered), ...guards, ...lookAgain, ...open(split.after, decided), ...tailOf(split)];
}

/** Plans a ruleset of any shape. */
export function planBitvector(ir: RulesetIr): BitvectorPlan {
  const layout = layOut(ir);
  const requirements = new Requirements();
  const rules = layout.positions.flatMap((at, position) => (at.kind === 'rule' ? [splitRule(at.rule, position, requirements)] : []));
  const asked = rules.map(requirementsBeforeTail);
  const words = Math.ceil(layout.positions.length / 64);
  const fields = [...acceptedValues(rules, asked)]
    .filter(([, accepted]) => accepted.size >= WORTH_A_LOOKUP)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, accepted]) => classifyField(field, accepted, words, layout.positions.length));

  const looked = new Set(fields.map(({ field }) => field));
  const decided: Judgement = ({ lookup }) => lookup !== undefined && looked.has(lookup.field);
  const late = new Set(rules.flatMap(({ guards, after }) => [...requirementsOf(guards), ...after]).map(({ lookup }) => lookup?.field));
  const filtersOdd = new Set([...looked].filter((field) => !late.has(field)));
  const filtered: Judgement = ({ lookup }) => lookup !== undefined && filtersOdd.has(lookup.field);

  const bodies = new Bodies();
  const planned: PlannedPosition[] = layout.positions.map(() => ({ ordinary: 0, odd: 0 }));
  for (const [index, split] of rules.entries()) {
    const ordinary: BodyStep[] = [...open(asked[index]!, decided), ...tailOf(split)];
    planned[split.position] = {
      ordinary: bodies.idOf(split.rule, ordinary),
      odd: bodies.idOf(split.rule, oddBody(split, decided, filtered)),
    };
  }
  return { kind: 'bitvector', layout, fields, filtersOdd, odd: oddPackets(rules), planned, bodies: bodies.list, words, stackDepth: stackDepth(ir) };
}
