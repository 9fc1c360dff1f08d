/** Map `actions`: what to do at each position, 32 bytes each, padded to a power of two of entries. */
import { InternalFault } from '../../errors/errors.js';
import { BPF_F_MMAPABLE } from '../../link/stage-maps.js';
import { soleCall } from '../../plan/bitvector/bodies.js';
import type { Position } from '../../plan/bitvector/positions.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import { COUNTER_BYTES } from '../counters.js';
import { effectOwner, stepOwner } from '../rule.js';
import type { MapSpec } from '../spec.js';
import type { StubSlots } from '../stubs.js';
import type { WalkPlan } from './machine.js';

export const ACTION_BYTES = 32;

/**
 * Offsets within an entry: u32 each. `odd` follows `ordinary`: the walk's mode is added to its offset. `call`: byte offset of the slot of the
 * rule's call, where it has one. `record`: byte offset of the rule's record, where the strategy has records. `end`: position of the chain's end.
 */
export const ACTION = { type: 0, target: 4, counter: 8, ordinary: 12, odd: 16, call: 20, record: 24, end: 28 } as const;

/**
 * Values of `type`. `target`: a position (jump, goto), the reply (reject), the byte offset of the effect's slot. `end`: uncounted return.
 * `effect` + n: the effect of the stub effects[n].
 */
export const ACTION_TYPE = { accept: 0, drop: 1, continue: 2, jump: 3, goto: 4, return: 5, reject: 6, end: 7, effect: 8 } as const;

export interface Actions {
  readonly map: MapSpec;
  readonly entries: number;
  /** Stubs of the effects that rules have. */
  readonly effects: readonly string[];
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

function effectType(stub: string, effects: string[]): number {
  if (!effects.includes(stub)) effects.push(stub);
  return ACTION_TYPE.effect + effects.indexOf(stub);
}

/** Byte offset of the slot of the rule's call, 0 without one. */
function callSlot(at: Position, stubs: StubSlots): number {
  const found = at.kind === 'rule' ? soleCall(at.rule) : undefined;
  if (at.kind !== 'rule' || found === undefined) return 0;
  return stubs.offset(found.call.stub, stepOwner(at.rule, found.index), found.call.config);
}

function entryOf(plan: WalkPlan, at: Position, effects: string[], stubs: StubSlots): Entry {
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
      return { type: effectType(action.stub, effects), slot, target: stubs.offset(action.stub, effectOwner(at.rule), action.config) };
    default:
      return { type, slot, target: 0 };
  }
}

/** @param recordAt by position: byte offset of the rule's record. */
export function buildActions(plan: WalkPlan, stubs: StubSlots, recordAt?: Uint32Array): Actions {
  const { positions } = plan.layout;
  const entries = powerOfTwo(positions.length);
  const init = new Uint8Array(entries * ACTION_BYTES);
  const words = new Uint32Array(init.buffer);
  const effects: string[] = [];
  let end = 0;
  for (let position = positions.length - 1; position >= 0; position -= 1) {
    const at = positions[position]!;
    if (at.kind !== 'rule') end = position;
    const entry = entryOf(plan, at, effects, stubs);
    const { ordinary, odd } = plan.planned[position]!;
    const first = (position * ACTION_BYTES) / 4;
    words[first + ACTION.type / 4] = entry.type;
    words[first + ACTION.target / 4] = entry.target;
    words[first + ACTION.counter / 4] = entry.slot * COUNTER_BYTES;
    words[first + ACTION.ordinary / 4] = ordinary;
    words[first + ACTION.odd / 4] = odd;
    // A rule with a call has a body.
    words[first + ACTION.call / 4] = ordinary === 0 ? 0 : callSlot(at, stubs);
    words[first + ACTION.record / 4] = recordAt?.[position] ?? 0;
    words[first + ACTION.end / 4] = end;
  }
  return {
    map: { name: 'actions', type: 'array', keySize: 4, valueSize: init.byteLength, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init, frozen: true },
    entries,
    effects,
  };
}
