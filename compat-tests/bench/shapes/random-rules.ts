/** Rulesets drawn at random: exact 5-tuples, rules that look at one address alone, and a handful of rules of every kind. */
import type { Random } from '../../../src/property/random.js';
import { ANYTHING, maskOf, TCP, UDP, type FlatRule } from '../flat-rule.js';

/** Different numbers of 32 bits, none of them in 0/8, 127/8 or above 223/8. */
function hosts(count: number, random: Random): number[] {
  const found = new Set<number>();
  while (found.size < count) {
    const host = random.bits32();
    if (host >>> 24 !== 0 && host >>> 24 !== 127 && host >>> 24 < 224) found.add(host);
  }
  return [...found];
}

/** Exact 5-tuples, every address another one. */
export function exactRules(count: number, random: Random): FlatRule[] {
  const [sources, destinations] = [hosts(count, random), hosts(count, random)];
  return sources.map((src, index) => {
    const [sport, dport] = [random.between(1024, 65535), random.between(1, 65535)];
    return { src, srcLength: 32, dst: destinations[index]!, dstLength: 32, proto: random.chance(0.5) ? TCP : UDP, sportLow: sport, sportHigh: sport, dportLow: dport, dportHigh: dport };
  });
}

/** Half of the rules look at the source host alone, half at the destination host alone, in random order. */
export function halfRules(count: number, random: Random): FlatRule[] {
  const bySource = hosts(Math.ceil(count / 2), random).map((src) => ({ ...ANYTHING, src, srcLength: 32 }));
  const byDestination = hosts(Math.floor(count / 2), random).map((dst) => ({ ...ANYTHING, dst, dstLength: 32 }));
  const rules: FlatRule[] = [...bySource, ...byDestination];
  for (let index = rules.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [rules[index], rules[other]] = [rules[other]!, rules[index]!];
  }
  return rules;
}

/** What small firewalls are made of, in turn: a service, a host, a net to a service, a range of ports between two nets. */
export function smallRules(count: number, random: Random): FlatRule[] {
  const net = (length: number): number => (random.pick(hosts(1, random)) & maskOf(length)) >>> 0;
  const service = (): Pick<FlatRule, 'proto' | 'dportLow' | 'dportHigh'> => {
    const port = random.between(20, 9000);
    return { proto: random.chance(0.7) ? TCP : UDP, dportLow: port, dportHigh: port };
  };
  const kinds: readonly (() => FlatRule)[] = [
    () => ({ ...ANYTHING, dst: net(32), dstLength: 32, ...service() }),
    () => ({ ...ANYTHING, src: net(32), srcLength: 32 }),
    () => ({ ...ANYTHING, src: net(24), srcLength: 24, ...service() }),
    () => ({ ...ANYTHING, src: net(16), srcLength: 16, dst: net(24), dstLength: 24, proto: TCP, dportLow: 8000, dportHigh: 8100 }),
  ];
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length]!());
}
