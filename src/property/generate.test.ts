import { describe, expect, it } from 'vitest';
import { decodePacket } from '../net/decode.js';
import { formatIpv4Address, ipv4Address } from '../net/ipv4-address.js';
import { newOracleState, countersAt } from '../oracle/state.js';
import { interpret } from '../oracle/interpret.js';
import { BUILTIN_CHAINS, ZERO_COUNTERS, type Chain, type Rule, type RuleHead, type Ruleset, type Target } from '../ruleset/model.js';
import { generatePackets } from './generate-packets.js';
import { MATCH_MAKERS } from './generate-match.js';
import { findHeader } from '../net/ipv6-headers.js';
import { generateRuleset, pureMatches } from './generate-ruleset.js';
import { Random } from './random.js';
import { readRuleset } from './read-ruleset.js';
import { vectorRules } from './vector-rules.js';
import { DEFAULT_VOCABULARY6 } from './vocabulary.js';

const rule = (head: RuleHead, target: Target = { kind: 'none' }): Rule => ({ head, matches: [], target, counters: ZERO_COUNTERS });

function ruleset(chains: Record<string, Rule[]>): Ruleset {
  const map = new Map<string, Chain>();
  for (const name of [...BUILTIN_CHAINS, ...Object.keys(chains).filter((name) => !BUILTIN_CHAINS.some((b) => b === name))])
    map.set(name, { name, ...(BUILTIN_CHAINS.some((b) => b === name) ? { policy: 'ACCEPT' as const } : {}), counters: ZERO_COUNTERS, rules: chains[name] ?? [] });
  return { family: 'ipv4', table: 'filter', chains: map };
}

describe('Random', () => {
  it('repeats its sequence for a seed and differs between seeds', () => {
    const numbers = (seed: number | string): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.bits32());
    };
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(new Set(numbers(7)).size).toBe(20);
  });
  it('keeps to its bounds and reaches them', () => {
    const random = new Random('bounds');
    const seen = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
    expect(Array.from({ length: 200 }, () => random.weighted({ a: 1, b: 0 })).includes('b')).toBe(false);
    expect(random.sample([1, 2, 3], 9).sort()).toEqual([1, 2, 3]);
  });
});

describe('generateRuleset', () => {
  const options = { matches: Object.keys(MATCH_MAKERS) };

  it('is the same text for the same seed', () => {
    expect(generateRuleset(3, options)).toBe(generateRuleset(3, options));
    expect(generateRuleset(3, options)).not.toBe(generateRuleset(4, options));
  });

  it('makes well-formed tables whose calls go to later chains only, over many seeds', () => {
    const words = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const lines = generateRuleset(seed, options).split('\n');
      const chains = lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1).split(' ', 1)[0]!);
      for (const line of lines.filter((text) => text.startsWith('-A '))) {
        const [, from] = line.split(' ');
        expect(chains).toContain(from);
        const call = /-[jg] (\S+)/.exec(line)?.[1];
        if (call !== undefined && chains.includes(call)) expect(chains.indexOf(call)).toBeGreaterThan(chains.indexOf(from!));
        for (const word of line.split(' ')) words.add(word);
      }
    }
    for (const name of [...options.matches, 'ACCEPT', 'DROP', 'RETURN', '-g', '-f', '!']) expect(words).toContain(name);
  });
});

describe('generatePackets', () => {
  const src = { addr: ipv4Address('10.3.0.0'), mask: ipv4Address('255.255.0.0'), invert: false };
  const nested = ruleset({
    FORWARD: [rule({ inIface: { name: 'eth', wildcard: true, invert: false } }, { kind: 'jump', chain: 'a' })],
    a: [rule({ src }, { kind: 'goto', chain: 'b' })],
    b: [rule({ protocol: { number: 47, invert: false } }), rule({ fragment: { invert: false } }), rule({ dst: { ...src, invert: true } })],
  });

  it('is the same for the same seed', () => {
    expect(generatePackets(nested, 1, 50)).toEqual(generatePackets(nested, 1, 50));
  });

  it('makes only packets that the IP layer accepts', () => {
    for (const packet of generatePackets(nested, 'valid', 3000)) expect(decodePacket(packet.l3, packet.meta).length).toBeLessThanOrEqual(1400);
  });

  it('reaches every rule through its calls, matching and not matching', () => {
    const state = newOracleState();
    const packets = generatePackets(nested, 5, 600, { hooks: ['FORWARD'] });
    for (const packet of packets) interpret(nested, packet.hook, decodePacket(packet.l3, packet.meta), state);
    for (const chain of ['FORWARD', 'a', 'b'])
      for (const index of nested.chains.get(chain)!.rules.keys()) {
        const { packets: hits } = countersAt(state, { chain, rule: index });
        expect(hits, `${chain} ${index}`).toBeGreaterThan(5n);
        expect(hits, `${chain} ${index}`).toBeLessThan(600n);
      }
  });

  it('stands on the edges of a prefix', () => {
    const sources = generatePackets(ruleset({ INPUT: [rule({ src })] }), 1, 400, { hooks: ['INPUT'], flows: 0 }).map((p) => formatIpv4Address(decodePacket(p.l3, p.meta).src));
    expect(sources).toContain('10.3.0.0');
    expect(sources.some((address) => address.startsWith('10.2.'))).toBe(true);
    expect(sources.filter((address) => address.startsWith('10.3.')).length).toBeGreaterThan(100);
  });

  it('keeps to the local addresses and to the devices of each hook', () => {
    const home = ipv4Address('10.1.0.1');
    for (const { l3, meta, hook } of generatePackets(nested, 9, 600, { localAddresses: [home] })) {
      const view = decodePacket(l3, meta);
      if (hook === 'INPUT') expect([view.dst, meta.outIface]).toEqual([home, undefined]);
      if (hook === 'OUTPUT') expect([view.src, meta.inIface, meta.macSrc]).toEqual([home, undefined, undefined]);
      if (hook === 'FORWARD') expect(meta.inIface && meta.outIface).toBeTruthy();
    }
  });

  it('holds whole conversations in order', () => {
    const packets = generatePackets(nested, 11, 400, { flows: 1 });
    const start = packets.findIndex(({ note, l3 }) => note.includes('(flow packet 1 of 9') && l3[9] === 6);
    const flags = packets.slice(start, start + 9).map(({ l3 }) => l3[33]);
    expect(flags).toEqual([2, 18, 16, 24, 24, 17, 16, 17, 16]);
  });

  it('holds fragments, options, short transports and padding-free lengths', () => {
    const views = generatePackets(nested, 13, 2000).map((p) => decodePacket(p.l3, p.meta));
    expect(views.some((v) => v.fragmentOffset === 1)).toBe(true);
    expect(views.some((v) => v.l3.length - v.l4.length > 20)).toBe(true);
    expect(views.some((v) => v.protocol === 6 && v.fragmentOffset === 0 && v.l4.length < 20)).toBe(true);
    expect(views.some((v) => v.moreFragments && v.fragmentOffset === 0)).toBe(true);
  });
});

describe('IPv6', () => {
  const all = (1n << 128n) - 1n;
  const src = { addr: DEFAULT_VOCABULARY6.addresses[0]!, mask: all, invert: false };
  const rules: Ruleset = { ...ruleset({ INPUT: [rule({ src }), rule({ protocol: { number: 17, invert: true } }), rule({ dst: { ...src, mask: all << 64n, invert: true } })] }), family: 'ipv6' };
  const packets = generatePackets(rules, 'six', 3000, { hooks: ['INPUT'] });
  const views = packets.map(({ l3, meta }) => decodePacket(l3, meta));

  it('packets are of the family, whole and within bounds', () => {
    expect(views.every(({ family, length }) => family === 'ipv6' && length <= 1400)).toBe(true);
  });
  it('packets meet an address of four words, and differ in one of them', () => {
    const equal = views.map((view) => [96n, 64n, 32n, 0n].filter((shift) => ((view.src ^ src.addr) >> shift & 0xffffffffn) === 0n).length);
    expect(equal.filter((words) => words === 4).length).toBeGreaterThan(100);
    expect(equal.filter((words) => words === 3).length).toBeGreaterThan(100);
  });
  it('packets have extension headers, fragments, and chains that are cut off', () => {
    for (const number of [0, 43, 44, 51, 60]) expect(views.filter(({ l3 }) => typeof findHeader(l3, number) === 'object').length, `header ${number}`).toBeGreaterThan(30);
    expect(views.filter(({ fragmentOffset }) => fragmentOffset > 0).length).toBeGreaterThan(30);
    expect(views.filter(({ protocolFound }) => protocolFound === 'cut').length).toBeGreaterThan(30);
  });
  it('rules have every match that is recorded, and are accepted', () => {
    const words = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const text = generateRuleset(seed, { matches: pureMatches('ipv6'), vocabulary: DEFAULT_VOCABULARY6 });
      readRuleset(text, 'ipv6');
      for (const word of text.split(/[ \n]/)) words.add(word);
    }
    for (const name of pureMatches('ipv6')) expect(words).toContain(name);
  });
});

describe('vectorRules', () => {
  it('gives what real iptables accepts, where the kernel accepts it', () => {
    const mac = vectorRules('mac', 'ipv4');
    expect(mac.length).toBeGreaterThan(1);
    expect(mac.every(({ hooks, names }) => !hooks.includes('OUTPUT') && names.includes('mac'))).toBe(true);
    expect(vectorRules('tcp', 'ipv4').every(({ protocol }) => protocol === '-p tcp')).toBe(true);
    expect(vectorRules('tcp', 'ipv6').length).toBeGreaterThan(10);
    expect(vectorRules('no such match', 'ipv4')).toEqual([]);
  });
});
