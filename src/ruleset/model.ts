/**
 * The ruleset as data: what `iptables-save` would print, resolved and normalised.
 * Numbers are in host order. Everything here is immutable; edits make new values (see edit.ts).
 */

export type Family = 'ipv4' | 'ipv6';

/** Packets and bytes (layer 3 length of each packet, as iptables counts). */
export interface Counters {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export const ZERO_COUNTERS: Counters = Object.freeze({ packets: 0n, bytes: 0n });

/** `[!] -s ADDR[/MASK]`. Already masked: (addr & mask) === addr. IPv4: 32 bit values; IPv6: 128 bit. Any mask, also non-contiguous. */
export interface AddressMatch {
  readonly addr: bigint;
  readonly mask: bigint;
  readonly invert: boolean;
}

/** `[!] -i NAME[+]`. `name` without the `+`; `wildcard` when it had one. `-i +` is name '' with wildcard. At most 15 bytes. */
export interface InterfaceMatch {
  readonly name: string;
  readonly wildcard: boolean;
  readonly invert: boolean;
}

/**
 * `[!] -p PROTO`, by number. `all` is 0, only in IPv6, where the kernel looks for the packet's protocol all the same (IP6T_F_PROTO) and tells such rules
 * from those without -p; in IPv4 it is no protocol.
 */
export interface ProtocolMatch {
  readonly number: number;
  readonly invert: boolean;
}

/** The part of a rule that struct ipt_ip holds. Absent field = matches everything. */
export interface RuleHead {
  readonly src?: AddressMatch;
  readonly dst?: AddressMatch;
  readonly inIface?: InterfaceMatch;
  readonly outIface?: InterfaceMatch;
  readonly protocol?: ProtocolMatch;
  /** `[!] -f`: second and further fragments. */
  readonly fragment?: { readonly invert: boolean };
}

/** One `-m NAME ...`: the extension's own resolved, JSON-comparable data (strings, numbers, booleans, bigints, arrays, plain objects). */
export interface MatchUse {
  readonly name: string;
  readonly data: unknown;
}

export type Target =
  /** no -j: count and continue */
  | { readonly kind: 'none' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'extension'; readonly name: string; readonly data: unknown };

export interface Rule {
  readonly head: RuleHead;
  /** In the order written: order is meaning (and part of identity for -C and -D). */
  readonly matches: readonly MatchUse[];
  readonly target: Target;
  readonly counters: Counters;
  /** Counter slot in the generation the rule was read from; keep it through edits (spread the rule), drop it for new rules. Not part of identity. */
  readonly slot?: number;
  /** The words that give this rule, where it was read from such as may be stored. Not part of identity; see {@link writtenWords}. */
  readonly written?: Written;
}

/** What stands behind `-A CHAIN`, without counters, and the parts of the rule that were read from it. */
export interface Written {
  readonly words: string;
  readonly head: RuleHead;
  readonly matches: readonly MatchUse[];
  readonly target: Target;
}

/** The words a rule was read from, or undefined where there are none or an edit has since exchanged a part of the rule. */
export function writtenWords({ written, head, matches, target }: Rule): string | undefined {
  return written && written.head === head && written.matches === matches && written.target === target ? written.words : undefined;
}

export type BuiltinChain = 'INPUT' | 'FORWARD' | 'OUTPUT';
export const BUILTIN_CHAINS: readonly BuiltinChain[] = ['INPUT', 'FORWARD', 'OUTPUT'];

export type Policy = 'ACCEPT' | 'DROP';

export interface Chain {
  readonly name: string;
  /** Built-in chains only. */
  readonly policy?: Policy;
  /** Policy counters of built-in chains; ZERO_COUNTERS for user chains. */
  readonly counters: Counters;
  /** As Rule.slot, for the policy counter. */
  readonly slot?: number;
  readonly rules: readonly Rule[];
}

/** The filter table of one family. Chains: the three built-in first, then user chains in ASCII order (listing order). */
export interface Ruleset {
  readonly family: Family;
  readonly table: 'filter';
  readonly chains: ReadonlyMap<string, Chain>;
}
