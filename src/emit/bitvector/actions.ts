/** Map `actions`: what to do at each position, 32 bytes each, padded to a power of two of entries. */
import { InternalFault } from '../../errors/errors.js';
import type { RuleIr } from '../../ir/chain-ir.js';
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import type { Position } from '../../plan/bitvector/positions.js';
import { COUNTER_BYTES } from '../counters.js';
import type { MapSpec } from '../spec.js';
import { powerOfTwo } from './rows.js';

export const ACTION_BYTES = 32;

/** Offsets within an entry: u32 each. `odd` follows `ordinary`: the walk's mode is added to its offset. */
export const ACTION = { type: 0, target: 4, counter: 8, ordinary: 12, odd: 16 } as const;

/** Values of `type`. `target`: a position (jump, goto), the reply (reject), the number of the effect. `end`: uncounted return. */
export const ACTION_TYPE = { accept: 0, drop: 1, continue: 2, jump: 3, goto: 4, return: 5, reject: 6, effect: 7, end: 8 } as const;

export interface Actions {
  readonly map: MapSpec;
  readonly entries: number;
  /** Rules with an effect, by its number. */
  readonly effects: readonly RuleIr[];
}

interface Entry {
  readonly type: number;
  readonly target: number;
  readonly slot: number;
}

function positionOf(places: ReadonlyMap<string, number>, chain: string): number {
  const position = places.get(chain);
  if (position === undefined) throw new InternalFault(`emitting a jump to the missing chain ${chain}`);
  return position;
}

function entryOf(plan: BitvectorPlan, at: Position, effects: RuleIr[]): Entry {
  if (at.kind === 'end') return { type: ACTION_TYPE.end, target: 0, slot: 0 };
  if (at.kind === 'policy') return { type: ACTION_TYPE[at.verdict], target: 0, slot: at.slot };
  const { action, slot } = at.rule;
  const type = ACTION_TYPE[action.kind];
  switch (action.kind) {
    case 'jump':
    case 'goto':
      return { type, slot, target: positionOf(plan.layout.start, action.chain) };
    case 'reject':
      return { type, slot, target: action.type };
    case 'effect':
      effects.push(at.rule);
      return { type, slot, target: effects.length - 1 };
    default:
      return { type, slot, target: 0 };
  }
}

export function buildActions(plan: BitvectorPlan): Actions {
  const entries = powerOfTwo(plan.layout.positions.length);
  const init = new Uint8Array(entries * ACTION_BYTES);
  const view = new DataView(init.buffer);
  const effects: RuleIr[] = [];
  plan.layout.positions.forEach((at, position) => {
    const entry = entryOf(plan, at, effects);
    const { ordinary, odd } = plan.planned[position]!;
    const words: readonly (readonly [number, number])[] = [
      [ACTION.type, entry.type],
      [ACTION.target, entry.target],
      [ACTION.counter, entry.slot * COUNTER_BYTES],
      [ACTION.ordinary, ordinary],
      [ACTION.odd, odd],
    ];
    for (const [offset, value] of words) view.setUint32(position * ACTION_BYTES + offset, value, true);
  });
  return {
    map: { name: 'actions', type: 'array', keySize: 4, valueSize: init.byteLength, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true },
    entries,
    effects,
  };
}
