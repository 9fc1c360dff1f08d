/** Extension headers of generated IPv6 packets: chains as they should be, in any order, and some that say of themselves what is not so. */
import { be16, be32, concatBytes } from '../net/bytes.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, rawHeader, routingHeader, segmentRouting, sourceRoute, IPV6_HEADER } from '../net/ipv6-extensions.js';
import type { ExtensionHeader } from '../net/ipv6.js';
import { hintedNumber, type Hints } from './hints.js';
import type { Random } from './random.js';

export interface ChainWishes {
  readonly hints: Hints;
  /** Of the fragment header, which is left out where it is 0 and there is no more. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly addresses: readonly bigint[];
}

/** None half of the time, else up to four, a fragment header among them where it is wished (or now and then without a fragment). */
export function generateExtensions(wishes: ChainWishes, random: Random): ExtensionHeader[] {
  const count = random.pick([0, 0, 0, 1, 1, 2, 4]);
  const headers = Array.from({ length: count }, () => anyHeader(wishes, random));
  const { fragmentOffset: offset, moreFragments: more, hints } = wishes;
  if (offset > 0 || more || random.chance(0.05)) {
    const odd = random.chance(0.2) ? { reserved: random.below(256), reservedBits: random.below(4) } : {};
    headers.splice(random.below(headers.length + 1), 0, fragmentHeader({ id: hintedNumber(hints, 32, random), offset, more, ...odd }));
  }
  return headers;
}

function anyHeader(wishes: ChainWishes, random: Random): ExtensionHeader {
  const { hints } = wishes;
  const any = (bits: number, usual: readonly number[] = []): number => hintedNumber(hints, bits, random, usual);
  const length = random.chance(0.04) ? [any(8, [0, 1, 2, 30])] : [];
  switch (random.weighted({ hopByHop: 4, destination: 4, routing: 5, ah: 3, raw: 1 })) {
    case 'hopByHop':
      return hopByHop(options(hints, random), ...length);
    case 'destination':
      return destinationOptions(options(hints, random), ...length);
    case 'routing':
      return routing(wishes, random);
    case 'ah':
      return authentication({ spi: any(32), reserved: any(16, [0]), icv: new Uint8Array(random.pick([0, 12, 12, 16])), ...(length.length === 0 ? {} : { length: length[0]! }) });
    case 'raw':
      return rawHeader(random.pick([IPV6_HEADER.routing, IPV6_HEADER.destination, IPV6_HEADER.ah]), new Uint8Array(8 * random.between(1, 3)).map((_, at) => (at === 1 ? 0 : random.below(4))));
  }
}

function options(hints: Hints, random: Random): Uint8Array[] {
  const any = (bits: number, usual: readonly number[] = []): number => hintedNumber(hints, bits, random, usual);
  return Array.from({ length: random.below(4) }, () => {
    if (random.chance(0.15)) return Uint8Array.of(0);
    const data = new Uint8Array(random.chance(0.7) ? any(4, [0, 2, 4]) : random.below(12));
    return ipv6Option(any(8, [1, 5, 194, 201]), data, random.chance(0.05) ? random.below(256) : data.length);
  });
}

function routing({ hints, addresses }: ChainWishes, random: Random): ExtensionHeader {
  const any = (bits: number, usual: readonly number[] = []): number => hintedNumber(hints, bits, random, usual);
  const address = (): bigint => random.pick(hints.addresses.length > 0 && random.chance(0.7) ? hints.addresses : addresses);
  const named = hints.addresses.length > 0 && random.chance(0.3) ? hints.addresses.slice(0, 8) : undefined;
  const hops = named ?? Array.from({ length: random.below(4) }, address);
  const left = any(8, [0, hops.length]);
  switch (random.weighted({ source: 4, segments: 4, other: 2 })) {
    case 'source':
      return sourceRoute(hops, left, random.pick([0, 0, 2]), any(32, [0]));
    case 'segments':
      return segmentRouting(hops, { segmentsLeft: random.below(hops.length + 1), flags: random.below(256), tag: any(16), ...(random.chance(0.2) ? { lastEntry: any(8) } : {}) });
    case 'other':
      return routingHeader(any(8, [0, 1, 4]), left, concatBytes(be32(any(32)), be16(0), new Uint8Array(8 * random.below(3))));
  }
}
