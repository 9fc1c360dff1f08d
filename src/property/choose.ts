/** Values for fields: fulfilling wishes, or standing on their edges. */
import { fieldMask, fulfils, type FieldWish } from './constraints.js';
import type { Random } from './random.js';

/** The values at, just below and just above both bounds of a wish, `fill` in the bits its mask leaves free. Values the field cannot hold are left out. */
export function edgeValues(wish: FieldWish, fill: bigint): bigint[] {
  const all = fieldMask(wish.field);
  const edges = [wish.lo - 1n, wish.lo, wish.lo + 1n, wish.hi - 1n, wish.hi, wish.hi + 1n].filter((value) => value >= 0n && value <= all);
  return edges.map((value) => (value & wish.mask) | (fill & ~wish.mask & all));
}

/** How many spare values are looked at: a large ruleset has thousands. */
const SPARES = 6;

/** A value that fulfils all wishes about one field if one is found among their edges, values within, and `spare`; else one that fulfils most. */
export function fulfillingValue(wishes: readonly FieldWish[], spares: readonly bigint[], random: Random): bigint {
  const spare = spares.length > SPARES ? Array.from({ length: SPARES }, () => random.pick(spares)) : spares;
  const candidates = wishes.flatMap((wish) => {
    const all = fieldMask(wish.field);
    const fill = random.pick([0n, ...spare, random.bits(128)]) & all;
    const within = wish.lo + (random.bits(128) % (wish.hi - wish.lo + 1n));
    return [...edgeValues(wish, fill), (within & wish.mask) | (fill & ~wish.mask), ...edgeValues(wish, spare[0] ?? 0n), fill];
  });
  const scored = [...candidates, ...spare].map((value) => ({ value, score: wishes.filter((wish) => fulfils(wish, value)).length }));
  const best = Math.max(...scored.map(({ score }) => score));
  return random.pick(scored.filter(({ score }) => score === best)).value;
}
