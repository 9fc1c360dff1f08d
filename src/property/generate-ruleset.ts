/** Random filter tables as iptables-save text: what the real iptables loads, ours must load, and judge alike. */
import { allExtensions, targetExtension } from '../extensions/registry.js';
import { BUILTIN_CHAINS, type BuiltinChain, type Family } from '../ruleset/model.js';
import { generateHead, selectiveHead, type Place } from './generate-head.js';
import { generateMatches } from './generate-match.js';
import { Random } from './random.js';
import { vectorRules } from './vector-rules.js';
import { DEFAULT_VOCABULARY, type Vocabulary } from './vocabulary.js';

export interface RulesetOptions {
  readonly vocabulary?: Vocabulary;
  /** Matches to draw from; default: defaultMatches(). */
  readonly matches?: readonly string[];
  /** Extension targets to draw from, as words (`REJECT --reject-with tcp-reset` needs `-p tcp` and is added by itself); default none. */
  readonly targets?: readonly string[];
  /** At most so many user chains (default 8) and rules in a chain (default 12). */
  readonly userChains?: number;
  readonly rulesPerChain?: number;
  /** Exactly so many rules in every chain instead of a random number. */
  readonly exactRules?: number;
  /** Every rule asks for one source or destination address of the vocabulary: with many addresses few rules match a packet. */
  readonly selective?: boolean;
}

/** Matches that are a function of the packet and its metadata, in whatever way they are compiled. Those without vectors of the family are not for use yet. */
export function pureMatches(family: Family): string[] {
  return allExtensions().flatMap((extension) => (extension.kind === 'match' && extension.effect === 'pure' && isRecorded(extension.name, family) ? [extension.name] : []));
}

/** Whether real iptables was asked about a match of this family, so that rules may have it. */
export function isRecorded(name: string, family: Family): boolean {
  return vectorRules(name, family).length > 0;
}

/** Those that a ruleset may use by default: of the packet alone, without its connection. */
export function defaultMatches(family: Family = 'ipv4'): string[] {
  return pureMatches(family).filter((name) => name !== 'conntrack' && name !== 'state');
}

/**
 * The table for `seed`: built-in chains with random policies and user chains that call only later ones (no loops), by jump and goto.
 * A user chain is called only from built-in chains in whose packets all its matches are legal (the kernel checks that at load).
 */
export function generateRuleset(seed: number | string, options: RulesetOptions = {}): string {
  const random = new Random(seed);
  const words = options.vocabulary ?? DEFAULT_VOCABULARY;
  const matches = options.matches ?? defaultMatches(words.family);
  const users = userChains(random, options.userChains ?? 8);
  const places: Place[] = [...BUILTIN_CHAINS.map((chain) => ({ chain, hooks: [chain] })), ...users];
  const rules = places.flatMap((place, index) => {
    const callable = users.filter((user, i) => i + BUILTIN_CHAINS.length > index && place.hooks.every((hook) => user.hooks.includes(hook)));
    const count = options.exactRules ?? random.below((options.rulesPerChain ?? 12) + 1);
    return Array.from({ length: count }, () => {
      const made = generateMatches(random, words, place, matches);
      const target = generateTarget(random, callable, options.targets ?? [], made.head, words.family);
      const head = options.selective ? selectiveHead(random, words) : generateHead(random, words, place);
      return ['-A', place.chain, ...head, ...made.head, ...made.matches, ...target].join(' ');
    });
  });
  const policies = BUILTIN_CHAINS.map((chain) => `:${chain} ${random.chance(0.5) ? 'ACCEPT' : 'DROP'} [0:0]`);
  return ['*filter', ...policies, ...users.map((user) => `:${user.chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}

const CHAIN_NAMES = ['zone', 'allow', 'Web', 'log-drop', 'x', 'f2b_ssh', 'LAN', 'a.very.long.chain.name.of.28'];

/** Chains with names in an order other than ASCII's, and the built-in chains each may be reached from. */
function userChains(random: Random, most: number): Place[] {
  const count = random.below(most + 1);
  const names = random.sample(CHAIN_NAMES, count);
  while (names.length < count) names.push(`chain${names.length}`);
  return names.map((chain) => {
    const hooks = BUILTIN_CHAINS.filter(() => random.chance(0.65));
    return { chain, hooks: hooks.length === 0 ? [random.pick<BuiltinChain>(BUILTIN_CHAINS)] : hooks };
  });
}

function generateTarget(random: Random, callable: readonly Place[], extensions: readonly string[], head: readonly string[], family: Family): string[] {
  const kind = random.weighted({ none: 16, accept: 20, drop: 18, return: 9, jump: callable.length > 0 ? 26 : 0, goto: callable.length > 0 ? 7 : 0, extension: extensions.length > 0 ? 12 : 0 });
  switch (kind) {
    case 'none':
      return [];
    case 'jump':
      return ['-j', random.pick(callable).chain];
    case 'goto':
      return ['-g', random.pick(callable).chain];
    case 'extension':
      return extensionTarget(random.pick(extensions), head, family);
    default:
      return ['-j', kind.toUpperCase()];
  }
}

/** `words` as a target, or DROP where the kernel would refuse it or the registry does not hold it. */
function extensionTarget(words: string, head: readonly string[], family: Family): string[] {
  const name = words.split(' ', 1)[0]!;
  if (targetExtension(name, family) === undefined) return ['-j', 'DROP'];
  if (words.includes('tcp-reset') && !head.includes('-p tcp')) return ['-j', 'DROP'];
  return ['-j', words];
}
