/**
 * Map `walk`: the state of one packet's walk through the chains, per CPU. It is in map memory because the verifier then does not
 * follow its values, and the loop over candidates looks the same to it in every round.
 */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';
import type { WalkPlaces } from '../walk/machine.js';

export interface Walk extends WalkPlaces {
  readonly map: MapSpec;
  /** Byte offset of the u32 row offset of field `index`: the row that filters candidates. */
  filter(index: number): number;
  /** The same of the row that holds for the packet's value, also where it may not filter (odd packets only). */
  exact(index: number): number;
}

export function layOutWalk(plan: BitvectorPlan): Walk {
  const fields = plan.fields.length;
  const stack = 16 + fields * 8;
  // One entry more than jumps can nest: the base chain's end lies at the bottom.
  const entries = powerOfTwo(plan.stackDepth + 1);
  const size = Math.ceil((stack + entries * 4) / 8) * 8;
  return {
    map: { name: 'walk', type: 'percpu_array', keySize: 4, valueSize: size, maxEntries: 1, flags: 0, scope: 'generation' },
    position: 0,
    candidate: 4,
    height: 8,
    mode: 12,
    filter: (index) => 16 + index * 4,
    exact: (index) => 16 + (fields + index) * 4,
    stack,
    stackMask: entries * 4 - 4,
  };
}
