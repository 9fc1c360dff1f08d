/** Map `walk` of the home strategy: what one packet's search and walk hold, per CPU (see emit/bitvector/walk.ts for why in a map). */
import type { HomePlan } from '../../plan/home/plan-home.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';
import type { WalkPlaces } from '../walk/machine.js';

/** Positions collected at once; a power of two. */
export const SLOTS = 64;

/** A leg of the search: the lists along one address. */
export const LEG = { place: 0, address: 4, bucket: 8 } as const;
export const LEG_BYTES = 16;
export const LEGS = 3;

export interface HomeWalk extends WalkPlaces {
  readonly map: MapSpec;
  /** u64: the packet's lanes plus guards, and the guards that count for it. */
  readonly lanes: 16;
  readonly guards: 24;
  /** Positions below were not collected. */
  readonly lower: 32;
  /** Positions from here on need not be collected. */
  readonly bound: 36;
  /** The first matching position that found no slot. */
  readonly limit: 40;
  /** Bytes of slots used, all in all. */
  readonly used: 44;
  /** Offset of the next leg. */
  readonly leg: 48;
  /** In a filtered list: place of the parent, byte offset of the record of the word's first bit, of the three rows, bytes of rows left. */
  readonly parent: 52;
  readonly word: 56;
  readonly left: 60;
  readonly rows: readonly [64, 68, 72];
  readonly sportBucket: 76;
  readonly dportBucket: 80;
  /** u64: bits of the word still to be looked at. */
  readonly bits: 88;
  readonly legs: 96;
  readonly slots: number;
}

export function layOutHomeWalk(plan: HomePlan): HomeWalk {
  const slots = 96 + LEGS * LEG_BYTES;
  const stack = slots + SLOTS * 4;
  // One entry more than jumps can nest: the base chain's end lies at the bottom.
  const entries = powerOfTwo(plan.stackDepth + 1);
  const size = Math.ceil((stack + entries * 4) / 8) * 8;
  return {
    map: { name: 'walk', type: 'percpu_array', keySize: 4, valueSize: size, maxEntries: 1, flags: 0, scope: 'generation' },
    position: 0,
    candidate: 4,
    height: 8,
    mode: 12,
    lanes: 16,
    guards: 24,
    lower: 32,
    bound: 36,
    limit: 40,
    used: 44,
    leg: 48,
    parent: 52,
    word: 56,
    left: 60,
    rows: [64, 68, 72],
    sportBucket: 76,
    dportBucket: 80,
    bits: 88,
    legs: 96,
    slots,
    stack,
    stackMask: entries * 4 - 4,
  };
}
