/**
 * The home strategy: each rule stands in one short list (lists.ts), with a record of its addresses, protocol and ports that is compared in full.
 * A packet visits the lists of the prefixes around its addresses and collects the positions whose records match; the walk through the chains then
 * takes the next of them. Long lists are filtered by bucketed bit vectors first (filters.ts).
 */
import type { RulesetIr } from '../../ir/chain-ir.js';
import type { Predicate } from '../../ir/predicate.js';
import type { Body } from '../bitvector/bodies.js';
import type { PlannedPosition } from '../bitvector/plan-bitvector.js';
import { layOut, stackDepth, type Layout } from '../bitvector/positions.js';
import { planFilters, type Filters } from './filters.js';
import { buildLists, type Lists } from './lists.js';
import { NOTHING, Residue } from './residue.js';
import { RuleFields } from './rule-fields.js';

/** A record has 20 bits for its position. */
export const MOST_POSITIONS = 2 ** 20;

export interface HomePlan {
  readonly kind: 'home';
  readonly layout: Layout;
  readonly fields: RuleFields;
  readonly lists: Lists;
  /** Of the lists that are long; undefined where none is. */
  readonly filters: Filters | undefined;
  /** By position: 1 where a match of the record accepts or drops an ordinary packet, so that positions behind it in the chain do not count. */
  readonly final: Uint8Array;
  /** No rule enters another chain: the walk goes upward only. */
  readonly flat: boolean;
  readonly odd: Predicate | undefined;
  readonly planned: readonly PlannedPosition[];
  readonly bodies: readonly Body[];
  readonly stackDepth: number;
}

/** @returns undefined where there are more rules than records can number. */
export function planHome(ir: RulesetIr): HomePlan | undefined {
  const layout = layOut(ir);
  const count = layout.positions.length;
  if (count > MOST_POSITIONS) return undefined;
  const fields = new RuleFields(count);
  const residue = new Residue(fields);
  const rules = new Uint32Array(count);
  const final = new Uint8Array(count);
  let [number, flat] = [0, true];
  const planned = layout.positions.map((at, position): PlannedPosition => {
    if (at.kind !== 'rule') return NOTHING;
    rules[number++] = position;
    const { kind } = at.rule.action;
    if (kind === 'jump' || kind === 'goto') flat = false;
    const bodies = residue.read(at.rule, position);
    if (bodies.ordinary === 0 && (kind === 'accept' || kind === 'drop')) final[position] = 1;
    return bodies;
  });
  const lists = buildLists(fields, rules.subarray(0, number));
  return {
    kind: 'home',
    layout,
    fields,
    lists,
    filters: planFilters(fields, lists),
    final,
    flat,
    odd: residue.oddPackets(),
    planned,
    bodies: residue.bodies,
    stackDepth: stackDepth(ir),
  };
}
