/**
 * The walk through the chains, the same for every strategy that finds candidates by tables: verify a candidate, count, act. The strategy gives
 * the search for the next candidate, at NEXT.
 */
import type { Code } from '../../asm/code.js';
import type { Body } from '../../plan/bitvector/bodies.js';
import type { PlannedPosition } from '../../plan/bitvector/plan-bitvector.js';
import type { Layout } from '../../plan/bitvector/positions.js';
import type { Predicate } from '../../ir/predicate.js';
import type { Actions } from './actions.js';

/** Label of the search for the candidate at or after walk.position. */
export const NEXT = 'next';
/** Label of a candidate that holds in full. */
export const MATCHED = 'matched';

/** `mode` of the walk of an odd packet (plan/bitvector/split.ts). */
export const ODD_MODE = 4;

/** Byte offsets in the map `walk`, u32 each. */
export interface WalkPlaces {
  /** Next position to look at. */
  readonly position: number;
  readonly candidate: number;
  /** Height of the stack in bytes. */
  readonly height: number;
  /** 0 = ordinary packet, ODD_MODE = odd. */
  readonly mode: number;
  /** The stack of positions, and the mask for a height. */
  readonly stack: number;
  readonly stackMask: number;
}

/** The part of a plan that says what to do at each position. */
export interface WalkPlan {
  readonly layout: Layout;
  /** True for odd packets; undefined when there are none. */
  readonly odd: Predicate | undefined;
  readonly planned: readonly PlannedPosition[];
  readonly bodies: readonly Body[];
}

export interface Machine {
  readonly plan: WalkPlan;
  readonly actions: Actions;
  readonly walk: WalkPlaces;
  /** Goes to NEXT when the tables say that the candidate's rule does not match the packet, also where they may not filter. Clobbers R0-R5. */
  lookAgain(code: Code): void;
}
