/** The published cross product: 10 source ports, 10 destination ports, 5 destinations, as many sources as it takes; UDP. */
import { UDP, type FlatRule } from '../flat-rule.js';

const SOURCES = 0xc0a80002;
const DESTINATIONS = 0xc0a80102;

export function gridRules(count: number): FlatRule[] {
  return Array.from({ length: count }, (_, index) => {
    const sport = 10_100 + (Math.floor(index / 10) % 10);
    const dport = 8080 + (index % 10);
    return {
      src: SOURCES + Math.floor(index / 500),
      srcLength: 32,
      dst: DESTINATIONS + (Math.floor(index / 100) % 5),
      dstLength: 32,
      proto: UDP,
      sportLow: sport,
      sportHigh: sport,
      dportLow: dport,
      dportHigh: dport,
    };
  });
}
