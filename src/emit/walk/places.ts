/** Where a walk keeps what every strategy needs, in the map `walk`: four words first, the stack of positions last. */
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';
import type { WalkPlaces } from './machine.js';

/** Bytes of the words that come first; what a strategy adds stands from here to the stack. */
export const WALK_HEAD = 16;

/**
 * @param stack byte offset of the stack.
 * @param stackDepth the most return addresses a walk can hold at once.
 */
export function placeWalk(stack: number, stackDepth: number): WalkPlaces & { readonly map: MapSpec } {
  // One entry more than jumps can nest: the base chain's end lies at the bottom.
  const entries = powerOfTwo(stackDepth + 1);
  const size = Math.ceil((stack + entries * 4) / 8) * 8;
  return {
    map: { name: 'walk', type: 'percpu_array', keySize: 4, valueSize: size, maxEntries: 1, flags: 0, scope: 'generation' },
    position: 0,
    candidate: 4,
    height: 8,
    mode: 12,
    stack,
    stackMask: entries * 4 - 4,
  };
}
