/**
 * Random matches, as iptables-save words that the real iptables accepts too: by a maker that knows the match, or as in its recorded vectors.
 * The registry decides which of them exist.
 */
import { matchExtension } from '../extensions/registry.js';
import { formatAddress, hostMask } from '../net/address.js';
import type { Family } from '../ruleset/model.js';
import { invert, type Place } from './generate-head.js';
import type { Random } from './random.js';
import { vectorRules } from './vector-rules.js';
import type { Vocabulary } from './vocabulary.js';

/** What a maker gives: protocol words for the head (one rule has one protocol) and the match's own words. Undefined: not possible at this place. */
interface MadeMatch {
  readonly protocol?: string;
  readonly words: string;
}

type Maker = (random: Random, words: Vocabulary, place: Place) => MadeMatch | undefined;

const TCP_FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function portRange(random: Random, words: Vocabulary): string {
  const port = random.pick(words.ports);
  if (random.chance(0.6)) return String(port);
  const other = random.pick(words.ports);
  const [lo, hi] = [Math.min(port, other), Math.max(port, other)];
  return lo === 0 && hi === 65535 ? '1:65534' : `${lo}:${hi}`;
}

function flagList(random: Random): string {
  if (random.chance(0.25)) return 'FIN,SYN,RST,ACK';
  const names = TCP_FLAG_NAMES.filter(() => random.chance(0.4));
  return names.length === 0 ? 'SYN' : names.join(',');
}

function portOptions(random: Random, words: Vocabulary): string[] {
  return ['sport', 'dport'].filter(() => random.chance(0.45)).map((name) => `${invert(random, 0.2)}--${name} ${portRange(random, words)}`);
}

const tcp: Maker = (random, words) => {
  const options = portOptions(random, words);
  if (random.chance(0.3)) {
    const comparison = random.chance(0.2) ? 'NONE' : flagList(random);
    options.push(`${invert(random, 0.25)}${random.chance(0.3) ? '--syn' : `--tcp-flags ${flagList(random)} ${comparison}`}`);
  }
  if (random.chance(0.12)) options.push(`${invert(random, 0.3)}--tcp-option ${random.pick([1, 2, 3, 4, 5, 8, 34, 253, 254, 255])}`);
  return { protocol: '-p tcp', words: ['-m tcp', ...options].join(' ') };
};

const udp: Maker = (random, words) => ({ protocol: '-p udp', words: ['-m udp', ...portOptions(random, words)].join(' ') });

const icmp: Maker = (random) => {
  const type = random.pick([0, 3, 5, 8, 11, 12, 13, 40, 255]);
  const shown = type === 255 ? 'any' : random.chance(0.4) ? `${type}/${random.pick([0, 1, 3, 4, 13, 15])}` : String(type);
  return { protocol: '-p icmp', words: `-m icmp ${invert(random, 0.25)}--icmp-type ${shown}` };
};

const multiport: Maker = (random, words) => {
  const ports: string[] = [];
  for (let left = random.between(1, 15); left > 0; ) {
    const [lo, hi] = [random.pick(words.ports), random.pick(words.ports)].sort((a, b) => a - b) as [number, number];
    const asRange = left >= 2 && lo < hi && random.chance(0.3);
    ports.push(asRange ? `${lo}:${hi}` : String(lo));
    left -= asRange ? 2 : 1;
    if (random.chance(0.3)) break;
  }
  const option = random.pick(['--sports', '--dports', '--ports']);
  return { protocol: `-p ${random.pick(['tcp', 'udp', 'udplite', 'sctp', 'dccp'])}`, words: `-m multiport ${invert(random, 0.2)}${option} ${ports.join(',')}` };
};

const comment: Maker = (random) => ({ words: `-m comment --comment "${random.pick(['allow it', 'x', "it's", 'a -j b', 'ends with !'])}"` });

const mac: Maker = (random, words, place) =>
  place.hooks.includes('OUTPUT') ? undefined : { words: `-m mac ${invert(random, 0.25)}--mac-source ${random.pick(words.macs).toUpperCase()}` };

const mark: Maker = (random, words) => {
  const mask = random.chance(0.4) ? `/0x${random.pick(words.marks).toString(16)}` : '';
  return { words: `-m mark ${invert(random, 0.25)}--mark 0x${random.pick(words.marks).toString(16)}${mask}` };
};

const ADDRESS_TYPES = ['UNSPEC', 'UNICAST', 'LOCAL', 'BROADCAST', 'ANYCAST', 'MULTICAST'];

const addrtype: Maker = (random, { family }, place) => {
  const known = ADDRESS_TYPES.filter((type) => family === 'ipv4' || type !== 'BROADCAST');
  const types = (): string => random.sample(known, random.between(1, 3)).join(',');
  const options = ['src', 'dst'].filter(() => random.chance(0.6)).map((side) => `${invert(random, 0.25)}--${side}-type ${types()}`);
  if (options.length === 0) options.push('--dst-type LOCAL');
  const limits = [...(place.hooks.includes('OUTPUT') ? [] : ['--limit-iface-in']), ...(place.hooks.includes('INPUT') ? [] : ['--limit-iface-out'])];
  if (limits.length > 0 && random.chance(0.25)) options.push(random.pick(limits));
  return { words: `-m addrtype ${options.join(' ')}` };
};

const iprange: Maker = (random, words) => {
  const range = (): string => {
    const [a, b] = random.sample(words.addresses, 2) as [bigint, bigint];
    const lo = a < b ? a : b;
    const hi = random.chance(0.4) ? (lo + BigInt(random.below(64))) & hostMask(words.family) : a < b ? b : a;
    return `${formatAddress(lo, words.family)}-${formatAddress(hi < lo ? lo : hi, words.family)}`;
  };
  const options = ['src', 'dst'].filter(() => random.chance(0.6)).map((side) => `${invert(random, 0.25)}--${side}-range ${range()}`);
  if (options.length === 0) options.push(`--src-range ${range()}`);
  return { words: `-m iprange ${options.join(' ')}` };
};

const length: Maker = (random) => {
  const [lo, hi] = [random.between(20, 300), random.between(20, 1400)].sort((a, b) => a - b) as [number, number];
  return { words: `-m length ${invert(random, 0.25)}--length ${random.chance(0.2) ? lo : `${lo}:${hi}`}` };
};

const ttl: Maker = (random) => {
  const value = random.pick([1, 2, 5, 63, 64, 128, 254]);
  const option = random.pick(['--ttl-eq', '--ttl-lt', '--ttl-gt']);
  return { words: `-m ttl ${option === '--ttl-eq' ? invert(random, 0.25) : ''}${option} ${value}` };
};

const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];

const CT_STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];

const conntrack: Maker = (random, words) => {
  const network = (): string => {
    const address = formatAddress(random.pick(words.addresses), words.family);
    return random.chance(0.5) ? address : `${address}/${random.pick(words.family === 'ipv4' ? [0, 1, 8, 15, 24, 31] : [0, 1, 16, 32, 63, 64, 127])}`;
  };
  const expire = (): string => {
    const [lo, hi] = [random.pick([0, 1, 30, 120, 3600]), random.pick([0, 1, 29, 30, 432000, 4294967295])];
    return random.chance(0.4) ? String(lo) : `${lo}:${hi}`;
  };
  const options: readonly (readonly [share: number, option: string, value: () => string])[] = [
    [0.5, 'ctstate', () => STATES.filter((_, i) => i === 1 || random.chance(0.35)).join(',')],
    [0.15, 'ctproto', () => String(random.pick([1, 6, 17, 132, 0]))],
    ...['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'].map((option) => [0.12, option, network] as const),
    ...['ctorigsrcport', 'ctorigdstport', 'ctreplsrcport', 'ctrepldstport'].map((option) => [0.12, option, () => portRange(random, words)] as const),
    [0.15, 'ctstatus', () => random.sample(CT_STATUSES, random.between(1, 2)).join(',')],
    [0.12, 'ctexpire', expire],
  ];
  const chosen = options.filter(([share]) => random.chance(share)).map(([, option, value]) => `${invert(random, 0.25)}--${option} ${value()}`);
  if (chosen.length === 0 || random.chance(0.15)) chosen.push(`--ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`);
  return { words: `-m conntrack ${chosen.join(' ')}` };
};

const state: Maker = (random) => ({ words: `-m state ${invert(random, 0.25)}--state ${random.sample(STATES, random.between(1, 3)).join(',')}` });

/** So slow that nothing comes back in the time of a test: the burst is all there is, and the oracle needs no clock. */
const limit: Maker = (random) => ({ words: `-m limit --limit ${random.pick(['1/day', '2/day', '1/hour'])} --limit-burst ${random.pick([1, 2, 5, 20])}` });

/** Matches that know a vocabulary of values; the others, and these now and then, are taken from vectors. */
export const MATCH_MAKERS: Readonly<Record<string, Maker | undefined>> = { tcp, udp, icmp, multiport, comment, mac, mark, addrtype, iprange, length, ttl, conntrack, state, limit };

const PROTOCOLS: Readonly<Record<Family, readonly string[]>> = { ipv4: ['tcp', 'udp', 'icmp', '47', 'sctp', '255'], ipv6: ['tcp', 'udp', 'ipv6-icmp', '47', 'sctp', '60', '59', '255'] };

/** One `name`, or undefined where it cannot be had at this place. */
function makeMatch(name: string, random: Random, words: Vocabulary, place: Place): MadeMatch | undefined {
  const maker = MATCH_MAKERS[name];
  // What keeps state is made so that no clock is needed.
  const isStateful = matchExtension(name, words.family)?.effect === 'stateful';
  if (maker !== undefined && (isStateful || random.chance(0.7))) return maker(random, words, place);
  const recorded = vectorRules(name, words.family).filter(({ hooks }) => place.hooks.every((hook) => hooks.includes(hook)));
  return recorded.length === 0 ? maker?.(random, words, place) : random.pick(recorded);
}

/**
 * The protocol words (maybe none) and up to three matches out of `names`. Only one match may fix the protocol;
 * multiport may join tcp or udp. `-f` now and then where no match needs a transport header.
 */
export function generateMatches(random: Random, words: Vocabulary, place: Place, names: readonly string[]): { head: string[]; matches: string[] } {
  let protocol: string | undefined;
  const matches: string[] = [];
  for (let count = random.pick([0, 1, 1, 1, 2, 2, 3]); count > 0 && names.length > 0; count--) {
    const made = makeMatch(random.pick(names), random, words, place);
    if (made === undefined || (made.protocol !== undefined && protocol !== undefined && made.protocol !== protocol)) continue;
    protocol ??= made.protocol;
    matches.push(made.words);
  }
  const head: string[] = [];
  if (protocol !== undefined) head.push(protocol);
  else if (random.chance(0.15)) head.push(`${invert(random, 0.3)}-p ${random.pick(PROTOCOLS[words.family])}`);
  if (words.family === 'ipv4' && random.chance(protocol === undefined ? 0.06 : 0.01)) head.push(`${invert(random, 0.4)}-f`);
  return { head, matches };
}
