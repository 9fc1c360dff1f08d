/** Rulesets in the manner of ClassBench, from its kinds of seeds and a fixed random sequence: any number of rules, the same on every machine. */
import { Random } from '../../../src/property/random.js';
import { maskOf, type FlatRule } from '../flat-rule.js';
import { EXACT_PORTS, PORT_RANGES, SEEDS, type AddressPool, type PortClass, type SeedName, type Weighted } from './seeds.js';

function draw<T>(entries: readonly Weighted<T>[], random: Random): T {
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  let at = (random.bits32() / 0x100000000) * total;
  for (const { weight, value } of entries) {
    if (at < weight) return value;
    at -= weight;
  }
  return entries.at(-1)!.value;
}

/** 0 .. count - 1; with `skew` above 1 the first ones more often. */
function skewed(count: number, skew: number, random: Random): number {
  return Math.min(count - 1, Math.floor(count * (random.bits32() / 0x100000000) ** skew));
}

/** Hosts in nets in sites; a rule's prefix is a host cut to the rule's length. */
function drawHosts(pool: AddressPool, rules: number, random: Random): number[] {
  const atLeast = (share: number, least: number): number => Math.max(least, Math.round(share * rules));
  const sites = Array.from({ length: Math.min(pool.sites, atLeast(1, 4)) }, () => (random.between(1, 223) << 24) | (random.below(256) << 16));
  const nets = Array.from({ length: atLeast(pool.nets, 8) }, () => random.pick(sites) | (random.below(256) << 8));
  return Array.from({ length: atLeast(pool.hosts, 20) }, () => (random.pick(nets) | random.below(256)) >>> 0);
}

/** Bits added to a length: most rules keep it. */
const CHANGES: readonly Weighted<number>[] = [{ weight: 58, value: 0 }, { weight: 28, value: -1 }, { weight: 8, value: -2 }, { weight: 4, value: 1 }, { weight: 2, value: -3 }];

/** Rules that take nearly everything at both ends: seeds have some hundred of them however long the ruleset. */
const WIDE_LENGTHS = 6;
const MOST_WIDE = 350;

/** How many hosts one place of the other side talks to, for the first of them; the further ones fewer. */
const CIRCLE = 40;

function lengthNear(length: number, random: Random): number {
  const change = draw(CHANGES, random);
  return length === 0 ? Math.abs(change) % 3 : Math.min(32, length + change);
}

function drawPorts(kind: PortClass, random: Random): readonly [number, number] {
  switch (kind) {
    case 'any':
      return [0, 65_535];
    case 'high':
      return [1024, 65_535];
    case 'range':
      return PORT_RANGES[skewed(PORT_RANGES.length, 1.5, random)]!;
    case 'exact': {
      const port = EXACT_PORTS[skewed(EXACT_PORTS.length, 1.8, random)]!;
      return [port, port];
    }
  }
}

/**
 * `count` different rules, the narrower ones first, as ClassBench writes them.
 * @param seed of the random sequence: another one gives another ruleset of the same kind.
 */
export function classBenchRules(name: SeedName, count: number, seed = 1): FlatRule[] {
  const { lengths, sources, destinations, related, services } = SEEDS[name];
  const random = new Random(`classbench ${name} ${count} ${seed}`);
  const [sourceHosts, destinationHosts] = [drawHosts(sources, count, random), drawHosts(destinations, count, random)];
  const cut = (host: number, length: number): number => ((length < 3 ? random.bits32() : host) & maskOf(length)) >>> 0;
  const found = new Map<string, { readonly rule: FlatRule; readonly place: number }>();
  let wide = 0;
  while (found.size < count) {
    const [wantedSource, wantedDestination] = draw(lengths, random);
    const [srcLength, dstLength] = [lengthNear(wantedSource, random), lengthNear(wantedDestination, random)];
    const isWide = srcLength + dstLength <= WIDE_LENGTHS;
    if (isWide && wide >= Math.min(MOST_WIDE, count / 25)) continue;
    const at = skewed(destinationHosts.length, destinations.skew, random);
    // Who talks to a destination is mostly a circle of its own, so that nets and hosts of one circle nest within each other.
    const circle = Math.ceil((CIRCLE * sourceHosts.length) / (at + 1) / 100) + 3;
    const from = random.chance(related) ? (Math.imul(at, 0x9e3779b1) >>> 0) + skewed(circle, 1.5, random) : skewed(sourceHosts.length, sources.skew, random);
    const [proto, sport, dport] = draw(services, random);
    const [[sportLow, sportHigh], [dportLow, dportHigh]] = [drawPorts(sport, random), drawPorts(dport, random)];
    const rule = { src: cut(sourceHosts[from % sourceHosts.length]!, srcLength), srcLength, dst: cut(destinationHosts[at]!, dstLength), dstLength, proto, sportLow, sportHigh, dportLow, dportHigh };
    const key = Object.values(rule).join(' ');
    if (found.has(key)) continue;
    found.set(key, { rule, place: srcLength + dstLength + random.below(5) });
    if (isWide) wide += 1;
  }
  return [...found.values()].sort((a, b) => b.place - a.place).map(({ rule }) => rule);
}
