/** What `-m ttl` and `-m hl` compare: the field `ttl`, which is the hop limit of IPv6. */
import { FALSE, eq, not, range, type Predicate } from '../../ir/predicate.js';
import { UINT8_MAX } from './uint.js';

export interface HopComparison {
  readonly compare: '==' | '!=' | '<' | '>';
  readonly hops: number;
}

export function hopsPredicate({ compare, hops }: HopComparison): Predicate {
  switch (compare) {
    case '==':
      return eq('ttl', hops);
    case '!=':
      return not(eq('ttl', hops));
    case '<':
      return hops === 0 ? FALSE : range('ttl', 0, hops - 1);
    case '>':
      return hops === UINT8_MAX ? FALSE : range('ttl', hops + 1, UINT8_MAX);
  }
}

/** ttl_mt() and hl_mt6() */
export function compareHops(found: number, { compare, hops }: HopComparison): boolean {
  switch (compare) {
    case '==':
      return found === hops;
    case '!=':
      return found !== hops;
    case '<':
      return found < hops;
    case '>':
      return found > hops;
  }
}
