/** The kinds of rulesets on which compiled programs and the oracle are compared. */
import { ipv6Address } from '../src/net/ipv6-address.js';
import type { StrategyName } from '../src/plan/plan.js';
import { defaultMatches, generateRuleset, isRecorded, type RulesetOptions } from '../src/property/generate-ruleset.js';
import { defaultVocabulary, type Vocabulary } from '../src/property/vocabulary.js';
import type { Family } from '../src/ruleset/model.js';

/** Four hundred hosts, in nets of a few. */
const HOSTS: Readonly<Record<Family, Vocabulary>> = { ipv4: hosts('ipv4', 0x0a000000n), ipv6: hosts('ipv6', ipv6Address('2001:db8:1:2::')) };

function hosts(family: Family, base: bigint): Vocabulary {
  return { ...defaultVocabulary(family), addresses: Array.from({ length: 400 }, (_, index) => base + BigInt((index % 7) * 65536 + index) + (family === 'ipv6' ? BigInt(index % 3) << 64n : 0n)) };
}

const TARGETS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['REJECT --reject-with icmp-port-unreachable', 'REJECT --reject-with tcp-reset', 'LOG --log-prefix "met "'],
  ipv6: ['REJECT --reject-with icmp6-port-unreachable', 'REJECT --reject-with tcp-reset', 'LOG --log-prefix "met "'],
};

export interface PropertyRuleset {
  readonly kind: string;
  readonly text: string;
  readonly vocabulary: Vocabulary;
}

/**
 * The ruleset for a seed. In turn: what packets alone decide; states, limits and targets of extensions; bitvectors of several words; states
 * alone, so that established packets take their short way past the tables; and, for the other strategies alone, as straight-line code cannot hold
 * them, thousands of rules of which few match a packet, so that the search goes by summaries (more than 4096 positions need two words of them).
 */
export function propertyRuleset(seed: number, strategy: StrategyName, family: Family): PropertyRuleset {
  const users = (count: number): number => (strategy === 'linear' ? 0 : count);
  const make = (kind: string, options: RulesetOptions): PropertyRuleset => {
    const vocabulary = options.vocabulary ?? defaultVocabulary(family);
    return { kind, text: generateRuleset(`${kind} ${seed}`, { ...options, vocabulary }), vocabulary };
  };
  const matches = defaultMatches(family);
  /** Over and over, so that a fourth of all are among them. */
  const including = (...names: readonly string[]): string[] => {
    const known = names.filter((name) => isRecorded(name, family));
    return [...matches, ...Array.from({ length: known.length === 0 ? 0 : Math.ceil(matches.length / 3) }, (_, index) => known[index % known.length]!)];
  };
  switch (seed % 6) {
    case 5:
      return make('tracked', { matches: including('conntrack', 'state'), exactRules: 20, userChains: users(3), targets: TARGETS[family].slice(0, 2) });
    case 1:
      return make('stateful', { matches: including('conntrack', 'conntrack', 'state', 'limit', 'limit'), targets: TARGETS[family] });
    case 2:
      return make('long', { exactRules: 60, userChains: users(5) });
    case 3:
      return make('selective', { exactRules: 250, userChains: users(3), selective: true, vocabulary: HOSTS[family] });
    case 4:
      if (strategy !== 'linear') return make('huge', { exactRules: 1400, userChains: 1, selective: true, vocabulary: HOSTS[family], matches: ['tcp', 'udp', 'comment', 'ttl'].filter((name) => isRecorded(name, family)) });
      return make('plain', {});
    default:
      return make('plain', {});
  }
}

