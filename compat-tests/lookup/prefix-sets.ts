/** Sets of prefixes of the shapes that lookups must stand: few, many, nested, crowded, all hosts, more hosts in a bucket than it holds. */
import { bucketOf } from '../../src/plan/lookup/host-hash.js';
import type { Prefixes } from '../../src/plan/lookup/prefixes.js';

export interface PrefixSet {
  readonly name: string;
  readonly prefixes: Prefixes;
  readonly none: number;
  /** 32 bits at random. */
  readonly random: () => number;
}

type Prefix = readonly [value: number, length: number];

/** Pseudo-random 32-bit numbers. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const maskOf = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

/** Without repetition, with payloads from `payloadOf`. */
function columns(list: readonly Prefix[], payloadOf: (index: number) => number): Prefixes {
  const distinct = new Map(list.map(([value, length]) => [`${(value & maskOf(length)) >>> 0}/${length}`, [(value & maskOf(length)) >>> 0, length] as const]));
  const prefixes = [...distinct.values()];
  return {
    values: Uint32Array.from(prefixes, ([value]) => value),
    lengths: Uint8Array.from(prefixes, ([, length]) => length),
    payloads: Uint32Array.from(prefixes, (_, index) => payloadOf(index)),
  };
}

const many = (count: number, make: (index: number) => Prefix): Prefix[] => Array.from({ length: count }, (_, index) => make(index));

/** Hosts that share one bucket of the hash that `total` hosts get. */
function sameBucket(count: number, bits: number, random: () => number): Prefix[] {
  const found: Prefix[] = [];
  while (found.length < count) {
    const value = random();
    if (bucketOf(value, bits) === 3) found.push([value, 32]);
  }
  return found;
}

const small = (index: number): number => index + 1;
const large = (index: number): number => 0xffffff00 - index;

function shapes(random: () => number): Record<string, readonly [list: Prefix[], payloadOf: (index: number) => number]> {
  const mixed = (): Prefix => [random(), random() % 5 < 2 ? 8 + (random() % 25) : 24 + (random() % 9)];
  const under = (prefix: number, bits: number): number => (prefix | (random() & ~maskOf(bits))) >>> 0;
  return {
    'no prefixes': [[], small],
    everything: [[[0, 0]], large],
    'one host': [[[0x0a000001, 32]], small],
    'the last host': [[[0xffffffff, 32], [0xfffffffe, 32]], large],
    'the first host': [[[0, 32], [0, 0], [0, 31]], small],
    'one /16': [[[0x0a010000, 16]], small],
    'a few': [many(7, mixed), small],
    'fifteen boundaries': [many(15, (index) => [(index + 1) * 0x10000000, 4]), large],
    'sixteen intervals and one': [many(16, (index) => [index * 0x08000000, 5]), small],
    'chain of all lengths': [many(33, (length) => [0xc0a80101, length]), small],
    'two chains and a host between': [[...many(33, (length): Prefix => [0xffffffff, length]), ...many(33, (length): Prefix => [0x80000000, length])], large],
    'hundred, mixed': [many(100, mixed), small],
    'hundred, mixed, wide': [many(100, mixed), large],
    'thousand, mixed': [many(1000, mixed), small],
    'ten thousand, mixed': [many(10_000, mixed), small],
    'ten thousand, mixed, wide': [many(10_000, mixed), large],
    'hundred thousand, mixed': [many(100_000, mixed), small],
    'all under one /16': [many(3000, () => [under(0x0a010000, 16), 18 + (random() % 15)]), small],
    'every /30 of one /16, wide': [many(16_384, (index) => [0x0a010000 + index * 4, 30]), large],
    'every host of one /16 but hosts of their own': [many(65_536, (index) => [0x0a010000 + index, index % 3 === 0 ? 32 : 31]), small],
    'all /24 of one /8': [many(65_536, (index) => [0x0a000000 + index * 256, 24]), small],
    'every /16': [many(65_536, (index) => [index * 65_536, 16]), small],
    'every /16 and some below, wide': [[...many(65_536, (index): Prefix => [index * 65_536, 16]), ...many(300, mixed)], large],
    'hosts only': [many(1000, () => [random(), 32]), small],
    'hosts only, wide': [many(1000, () => [random(), 32]), large],
    'many hosts': [many(100_000, () => [random(), 32]), small],
    'hosts under one /24': [many(256, (index) => [0x0a000100 + index, 32]), small],
    'hosts and everything': [[[0, 0], ...many(500, (): Prefix => [random(), 32])], large],
    'hosts and two networks': [[...many(500, (index): Prefix => [0x0a000000 + index, 32]), [0x0a000000, 8], [0x0b0c0000, 14]], small],
    'hosts and a few networks': [[...many(500, (): Prefix => [random(), 32]), ...many(5, (): Prefix => [random(), 8 + (random() % 20)])], small],
    'hosts and more networks': [[...many(2000, (): Prefix => [random(), 32]), ...many(300, mixed)], small],
    'hosts in one bucket': [sameBucket(64, 5, random), small],
    'hosts in one bucket, among others': [[...many(192, (): Prefix => [random(), 32]), ...sameBucket(64, 7, random)], large],
  };
}

/** All shapes, the same at every call. */
export const PREFIX_SETS: readonly PrefixSet[] = [1, 2].flatMap((seed) => {
  const random = generator(0x9e3779b9 * seed);
  return Object.entries(shapes(random)).map(([name, [list, payloadOf]]) => ({
    name: `${name}, ${seed}`, prefixes: columns(list, payloadOf), none: seed === 1 ? 0 : 0xfffffff7, random,
  }));
});
