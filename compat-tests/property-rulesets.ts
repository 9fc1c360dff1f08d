/** The kinds of rulesets on which compiled programs and the oracle are compared. */
import type { StrategyName } from '../src/plan/plan.js';
import { generateRuleset, defaultMatches, type RulesetOptions } from '../src/property/generate-ruleset.js';
import { DEFAULT_VOCABULARY, type Vocabulary } from '../src/property/vocabulary.js';

/** Four hundred hosts, in nets of a few. */
const HOSTS: Vocabulary = { ...DEFAULT_VOCABULARY, addresses: Array.from({ length: 400 }, (_, index) => 0x0a000000n + BigInt((index % 7) * 65536 + index)) };

const TARGETS = ['REJECT --reject-with icmp-port-unreachable', 'REJECT --reject-with tcp-reset', 'LOG --log-prefix "met "'];

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
export function propertyRuleset(seed: number, strategy: StrategyName): PropertyRuleset {
  const users = (count: number): number => (strategy === 'linear' ? 0 : count);
  const make = (kind: string, options: RulesetOptions): PropertyRuleset => ({ kind, text: generateRuleset(`${kind} ${seed}`, options), vocabulary: options.vocabulary ?? DEFAULT_VOCABULARY });
  switch (seed % 6) {
    case 5:
      return make('tracked', { matches: [...defaultMatches(), 'conntrack', 'conntrack', 'state', 'state'], exactRules: 20, userChains: users(3), targets: TARGETS.slice(0, 2) });
    case 1:
      return make('stateful', { matches: [...defaultMatches(), 'conntrack', 'state', 'limit', 'conntrack', 'limit'], targets: TARGETS });
    case 2:
      return make('long', { exactRules: 60, userChains: users(5) });
    case 3:
      return make('selective', { exactRules: 250, userChains: users(3), selective: true, vocabulary: HOSTS });
    case 4:
      if (strategy !== 'linear') return make('huge', { exactRules: 1400, userChains: 1, selective: true, vocabulary: HOSTS, matches: ['tcp', 'udp', 'comment', 'ttl'] });
      return make('plain', {});
    default:
      return make('plain', {});
  }
}
