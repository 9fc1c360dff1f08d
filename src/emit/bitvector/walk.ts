/**
 * Map `walk`: the state of one packet's walk through the chains, per CPU. It is in map memory because the verifier then does not
 * follow its values, and the loop over candidates looks the same to it in every round.
 */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import type { MapSpec } from '../spec.js';
import type { WalkPlaces } from '../walk/machine.js';
import { placeWalk, WALK_HEAD } from '../walk/places.js';

export interface Walk extends WalkPlaces {
  readonly map: MapSpec;
  /** Byte offset of the u32 row offset of field `index`: the row that filters candidates. */
  filter(index: number): number;
  /** The same of the row that holds for the packet's value, also where it may not filter (odd packets only). */
  exact(index: number): number;
}

export function layOutWalk(plan: BitvectorPlan): Walk {
  const fields = plan.fields.length;
  return {
    ...placeWalk(WALK_HEAD + fields * 8, plan.stackDepth),
    filter: (index) => WALK_HEAD + index * 4,
    exact: (index) => WALK_HEAD + (fields + index) * 4,
  };
}
