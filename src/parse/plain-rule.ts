/**
 * The short way for rules written as iptables-save writes them: `-s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT`. One pass over the characters, no
 * tokens. It knows the general options alone; what belongs to an extension is the extension's (plain-group.ts).
 *
 * Its law: it gives exactly the rule that the grammar gives for the same words, or nothing. Whatever is unusual (another order, abbreviations, names to
 * be looked up, dotted masks, mistakes of any kind) is nothing, and the grammar reads the line.
 */
import { builtInProtocol } from '../net/protocols.js';
import { plainDecimal } from '../net/plain-number.js';
import {
  BUILTIN_CHAINS, type AddressMatch, type BuiltinChain, type Counters, type Family, type InterfaceMatch, type MatchUse, type ProtocolMatch, type Rule, type RuleHead, type Target,
} from '../ruleset/model.js';
import { interfaceMatch } from './interface-name.js';
import { PlainGroups, type TargetGroup } from './plain-group.js';
import { RecentIpv6Networks } from './plain-ipv6.js';
import { plainWordEnd, quotedWordEnd } from './plain-text.js';
import { RecentAddresses } from './recent-addresses.js';
import { neverMatched } from './protocol.js';
import { HASH_START, foldIn } from './recent.js';
import { VERDICTS } from './rule.js';

const BLANK = 32;
const BANG = 33;
const QUOTE = 34;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const LETTER = { s: 115, d: 100, i: 105, o: 111, p: 112, f: 102, m: 109, j: 106, g: 103 } as const;

/** A longer line may have more or longer words than a save file allows. */
const LONGEST = 480;
/** Bytes of a target's name. */
const LONGEST_NAME = 28;
/** Bytes of an interface's name with its `+`. */
const LONGEST_INTERFACE = 15;

const NO_MATCHES: readonly MatchUse[] = Object.freeze([]);
const NO_TARGET: Target = Object.freeze({ kind: 'none' });

type WritableHead = { -readonly [field in keyof RuleHead]: RuleHead[field] };

/** What to make of a name behind `-j` or `-g`, while the chains are as they are now. */
export type HasChain = (name: string) => boolean;

export class PlainRuleReader {
  private readonly groupsOf = new Map<ProtocolMatch | undefined, PlainGroups>();
  private readonly protocols = new Map<string, ProtocolMatch>();
  private readonly interfaces = new Map<string, InterfaceMatch>();
  private readonly addresses = new RecentAddresses(false);
  private readonly invertedAddresses = new RecentAddresses(true);
  /** Where the rules are of IPv6: networks, and those behind a `!`. */
  private readonly ipv6Networks: readonly [RecentIpv6Networks, RecentIpv6Networks] | undefined;
  private readonly chainTargets = new Map<string, TargetGroup>();
  private readonly verdicts = new Map(Object.entries(VERDICTS).map(([name, target]): [string, TargetGroup] => [name, { target, stable: true }]));
  /** The address read last, 32 bits. */
  private address = 0;
  /** Of the group found last: where its name ends, and the hash of its words. */
  private nameEnd = 0;
  private hash = 0;

  constructor(
    private readonly family: Family,
    private readonly hasChain: HasChain,
  ) {
    this.ipv6Networks = family === 'ipv6' ? [new RecentIpv6Networks(false), new RecentIpv6Networks(true)] : undefined;
  }

  /**
   * The rule whose words stand in `text` from `start` to `end` (exclusive; the end of the text or of a line), behind `-A CHAIN` and a blank; empty for a rule without any.
   * @param chain where it goes; that the chain exists is the caller's matter
   * @param slot as in Rule
   * @returns undefined where the grammar has to read it
   */
  read(text: string, start: number, end: number, chain: string, counters: Counters, slot?: number): Rule | undefined {
    if (end - start > LONGEST) return undefined;
    const head: WritableHead = {};
    let src: AddressMatch | undefined;
    let dst: AddressMatch | undefined;
    let inIface: InterfaceMatch | undefined;
    let outIface: InterfaceMatch | undefined;
    let protocol: ProtocolMatch | undefined;
    let fragment: { readonly invert: boolean } | undefined;
    let matches = NO_MATCHES;
    let target = NO_TARGET;
    let given = 0;
    let stable = true;
    let groups: PlainGroups | undefined;
    let at = start;
    while (at < end) {
      const invert = text.charCodeAt(at) === BANG;
      if (invert) {
        if (text.charCodeAt(at + 1) !== BLANK) return undefined;
        at += 2;
      }
      if (text.charCodeAt(at) !== DASH) return undefined;
      const letter = text.charCodeAt(at + 1);
      at += 2;
      if (letter === LETTER.f) {
        if (this.ipv6Networks || groups || fragment || (at < end && text.charCodeAt(at) !== BLANK)) return undefined;
        fragment = { invert };
        if (at < end && ++at >= end) return undefined;
        continue;
      }
      if (at >= end || text.charCodeAt(at) !== BLANK) return undefined;
      const word = at + 1;
      let stop: number;
      switch (letter) {
        case LETTER.s:
        case LETTER.d: {
          const bit = letter === LETTER.s ? 1 : 2;
          stop = plainWordEnd(text, word, end);
          if (groups || (given & bit) !== 0 || stop < 0) return undefined;
          given |= bit;
          const match = this.ipv6Networks ? this.ipv6Networks[invert ? 1 : 0].of(text, word, stop) : this.ipv4Network(text, word, stop, invert);
          if (!match) return undefined;
          // An empty mask matches everything: no address at all, unless it is inverted.
          if (match.mask === 0n && !invert) break;
          if (bit === 1) src = match;
          else dst = match;
          break;
        }
        case LETTER.i:
        case LETTER.o: {
          const bit = letter === LETTER.i ? 4 : 8;
          stop = plainWordEnd(text, word, end);
          if (groups || (given & bit) !== 0 || stop < 0 || stop - word > LONGEST_INTERFACE) return undefined;
          given |= bit;
          // Refused in chains where the device is not known.
          if (chain === (bit === 4 ? 'OUTPUT' : 'INPUT') || chain === (bit === 4 ? 'POSTROUTING' : 'PREROUTING')) return undefined;
          const match = this.interface(text.slice(word, stop), invert);
          if (!match) return undefined;
          if (bit === 4) inIface = match;
          else outIface = match;
          break;
        }
        case LETTER.p: {
          stop = plainWordEnd(text, word, end);
          if (groups || protocol || stop < 0) return undefined;
          protocol = this.protocol(text.slice(word, stop), invert);
          if (!protocol) return undefined;
          break;
        }
        case LETTER.m: {
          stop = this.groupEnd(text, word, end);
          if (invert || stop < 0) return undefined;
          groups ??= this.groups(protocol);
          const group = groups.match(text, word, stop, this.hash);
          if (!group) return undefined;
          stable &&= group.stable;
          if (matches === NO_MATCHES) matches = group.alone;
          else {
            // An extension named twice has its options read in a way of its own.
            const [use] = group.alone;
            if (matches.some(({ name }) => name === use.name)) return undefined;
            matches = [...matches, use];
          }
          break;
        }
        case LETTER.j:
        case LETTER.g: {
          stop = this.groupEnd(text, word, end);
          if (invert || stop !== end) return undefined;
          const read = letter === LETTER.g ? this.goto(text.slice(word, stop)) : this.jump(text, word, stop, (groups ??= this.groups(protocol)));
          if (!read) return undefined;
          stable &&= read.stable;
          target = read.target;
          break;
        }
        default:
          return undefined;
      }
      at = stop;
      // A blank stands between two words, never at the end.
      if (at < end && ++at >= end) return undefined;
    }
    // In one order always: heads of the same fields are of one shape.
    if (src) head.src = src;
    if (dst) head.dst = dst;
    if (inIface) head.inIface = inIface;
    if (outIface) head.outIface = outIface;
    if (protocol) head.protocol = protocol;
    if (fragment) head.fragment = fragment;
    if (!stable) return slot === undefined ? { head, matches, target, counters } : { head, matches, target, counters, slot };
    const written = { words: text.slice(start, end), head, matches, target };
    return slot === undefined ? { head, matches, target, counters, written } : { head, matches, target, counters, slot, written };
  }

  private ipv4Network(text: string, start: number, end: number, invert: boolean): AddressMatch | undefined {
    const length = this.readAddress(text, start, end);
    return length < 0 ? undefined : (invert ? this.invertedAddresses : this.addresses).of(this.address, length);
  }

  /** `a.b.c.d` or `a.b.c.d/n` without leading zeros into `address`. @returns the prefix length, -1 for anything else */
  private readAddress(text: string, start: number, end: number): number {
    let at = start;
    let value = 0;
    for (let part = 0; part < 4; part++) {
      if (part > 0 && text.charCodeAt(at++) !== DOT) return -1;
      let byte = at < end ? text.charCodeAt(at) - ZERO : -1;
      if (byte < 0 || byte > 9) return -1;
      at++;
      if (byte > 0) {
        for (let more = 0; more < 2 && at < end; more++) {
          const digit = text.charCodeAt(at) - ZERO;
          if (digit < 0 || digit > 9) break;
          byte = byte * 10 + digit;
          at++;
        }
        if (byte > 255) return -1;
      }
      value = value * 256 + byte;
    }
    this.address = value;
    if (at === end) return 32;
    if (text.charCodeAt(at) !== SLASH) return -1;
    const length = plainDecimal(text.slice(at + 1, end));
    return length === undefined || length > 32 ? -1 : length;
  }

  private interface(name: string, invert: boolean): InterfaceMatch | undefined {
    const key = invert ? `!${name}` : name;
    const known = this.interfaces.get(key);
    if (known) return known;
    // A name may begin like an option or a `!`, and one with a slash is warned of.
    const first = name.charCodeAt(0);
    if (first === DASH || first === BANG || name.includes('/')) return undefined;
    const match = interfaceMatch(name, invert);
    this.interfaces.set(key, match);
    return match;
  }

  /** A protocol by number, or by a name whose number no database can change. */
  private protocol(name: string, invert: boolean): ProtocolMatch | undefined {
    const key = invert ? `!${name}` : name;
    const known = this.protocols.get(key);
    if (known) return known;
    const number = plainDecimal(name) ?? builtInProtocol(name);
    // 0 is every protocol, and refused with `!`.
    if (number === undefined || number === 0 || number > 255) return undefined;
    // Warned of.
    if (neverMatched(number, invert, this.family)) return undefined;
    const same = [...this.protocols.values()].find((match) => match.number === number && match.invert === invert);
    const match = same ?? { number, invert };
    this.protocols.set(key, match);
    return match;
  }

  private groups(protocol: ProtocolMatch | undefined): PlainGroups {
    let groups = this.groupsOf.get(protocol);
    if (!groups) {
      groups = new PlainGroups(this.family, protocol);
      this.groupsOf.set(protocol, groups);
    }
    return groups;
  }

  private jump(text: string, start: number, end: number, groups: PlainGroups): TargetGroup | undefined {
    const name = text.slice(start, this.nameEnd);
    // A chain hides verdict and extension of its name, and has no options.
    if (this.hasChain(name)) return this.nameEnd === end ? this.toChain('jump', name) : undefined;
    const verdict = this.nameEnd === end ? this.verdicts.get(name) : undefined;
    return verdict ?? groups.target(text, start, end, this.hash);
  }

  private goto(name: string): TargetGroup | undefined {
    return !name.includes(' ') && this.hasChain(name) ? this.toChain('goto', name) : undefined;
  }

  private toChain(kind: 'jump' | 'goto', chain: string): TargetGroup | undefined {
    if (chain.length > LONGEST_NAME || BUILTIN_CHAINS.includes(chain as BuiltinChain)) return undefined;
    const key = kind + chain;
    const known = this.chainTargets.get(key);
    if (known) return known;
    const read: TargetGroup = { target: { kind, chain }, stable: true };
    this.chainTargets.set(key, read);
    return read;
  }

  /** End of the words that belong to the extension named at `at`: up to the next option of one letter. -1 where they are not plain. */
  private groupEnd(text: string, at: number, end: number): number {
    let next = plainWordEnd(text, at, end);
    this.nameEnd = next;
    while (next >= 0 && next < end) {
      let word = next + 1;
      let first = text.charCodeAt(word);
      if (first === BANG && text.charCodeAt(word + 1) === BLANK) {
        word += 2;
        first = text.charCodeAt(word);
      }
      if (first === DASH && text.charCodeAt(word + 1) !== DASH) break;
      next = first === QUOTE ? quotedWordEnd(text, word, end) : plainWordEnd(text, word, end);
    }
    let hash = HASH_START;
    for (let i = at; i < next; i++) hash = foldIn(hash, text.charCodeAt(i));
    this.hash = hash;
    return next;
  }
}
