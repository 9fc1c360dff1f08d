/** Map `walk` of the home strategy: what one packet's search and walk hold, per CPU (see emit/bitvector/walk.ts for why in a map). */
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { MapSpec } from '../spec.js';
import type { WalkPlaces } from '../walk/machine.js';
import { placeWalk } from '../walk/places.js';

/** Positions collected at once; a power of two. */
export const SLOTS = 64;

export interface HomeWalk extends WalkPlaces {
  readonly map: MapSpec;
  /** u64: the packet's lanes plus guards, and the guards that count for it. */
  readonly lanes: 16;
  readonly guards: 24;
  /** Positions below were not collected. */
  readonly lower: 32;
  /** Positions from here on need not be collected; where walks only go upward, it is itself the first that matches in full, or the chain's end. */
  readonly bound: 36;
  /** The first matching position that found no slot. */
  readonly limit: 40;
  /** Bytes of slots used, all in all. */
  readonly used: 44;
  /** Byte offsets of the first nodes of both chains. */
  readonly srcHead: 48;
  readonly dstHead: 52;
  /** The same of the next ones, and the lowest positions in them, while a match is dealt with. */
  readonly srcNext: 56;
  readonly dstNext: 60;
  readonly srcLowest: 64;
  readonly dstLowest: 68;
  /** The packet's addresses. */
  readonly srcAddress: 72;
  readonly dstAddress: 76;
  /** In a filtered list: byte offsets of the first record and of the word's first, of the next summary word in a row and of the first behind the summary; of the four rows. */
  readonly first: 80;
  readonly word: 84;
  readonly summaryAt: 144;
  readonly summaryEnd: 148;
  readonly rows: readonly [88, 92, 96, 100];
  /** u64: bits of the word, and of the summary word, still to be looked at. */
  readonly bits: 104;
  readonly summary: 152;
  readonly srcBucket: 112;
  readonly dstBucket: 116;
  readonly sportBucket: 120;
  readonly dportBucket: 124;
  readonly protoBucket: 128;
  /** The position of the final match that is the bound, NONE without one, and what is to be done about it (nodes.ts). */
  readonly finalPosition: 132;
  readonly final: 136;
  readonly slots: 160;
}

export function layOutHomeWalk(plan: HomePlan): HomeWalk {
  const slots = 160;
  return {
    ...placeWalk(slots + SLOTS * 4, plan.stackDepth),
    lanes: 16,
    guards: 24,
    lower: 32,
    bound: 36,
    limit: 40,
    used: 44,
    srcHead: 48,
    dstHead: 52,
    srcNext: 56,
    dstNext: 60,
    srcLowest: 64,
    dstLowest: 68,
    srcAddress: 72,
    dstAddress: 76,
    first: 80,
    word: 84,
    summaryAt: 144,
    summaryEnd: 148,
    rows: [88, 92, 96, 100],
    bits: 104,
    summary: 152,
    srcBucket: 112,
    dstBucket: 116,
    sportBucket: 120,
    dportBucket: 124,
    protoBucket: 128,
    finalPosition: 132,
    final: 136,
    slots,
  };
}
