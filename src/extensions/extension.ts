/**
 * What a match or target extension is: data for its options, and five functions over its resolved data.
 * An extension imports net, ir, errors and the ruleset model, never another extension, never a stage below `ir`.
 */
import type { Span } from '../errors/errors.js';
import type { Family, ProtocolMatch, RuleHead, BuiltinChain } from '../ruleset/model.js';
import type { Action } from '../ir/chain-ir.js';
import type { Step } from '../ir/predicate.js';
import type { PacketView } from '../net/packet-view.js';

/** One option of an extension, as getopt sees it. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  /** Further long names for the same option (`dport`, `destination-port`): uses carry `name`. */
  readonly aliases?: readonly string[];
  /** How many words the option takes: 2 for `--tcp-flags MASK COMP`. */
  readonly arity: 0 | 1 | 2;
  /** Whether `!` may stand before it. When it may not, the extension's own message is given by `resolve`'s helpers. */
  readonly invertible: boolean;
}

/** One use of an option on a line. */
export interface OptionUse {
  /** The spec's `name`. */
  readonly option: string;
  readonly inverted: boolean;
  /** `arity` words, the second of two left out where the line ends before it. */
  readonly values: readonly string[];
  readonly span?: Span;
}

/**
 * What an extension may look at when it resolves its options: nothing else of the line. So equal words with an equal context give equal data, and
 * those who read many rules resolve them once. (Chains from which a rule can be reached are checked at commit, not here.)
 */
export interface ResolveContext {
  readonly family: Family;
  /** Only where `-p` stands left of the extension's first option on the line, as iptables has it (`-p` may follow `-m`). */
  readonly protocol: ProtocolMatch | undefined;
  /** Takes a line that iptables prints to stderr while it goes on (`xt_iprange: range ... is reversed ...`). */
  readonly warn?: (line: string) => void;
  /** The addresses of a host name, as getaddrinfo(3) gives them. Undefined where names are not to be asked for: words with names are refused then. */
  readonly hosts?: (name: string) => readonly bigint[];
}

interface ExtensionBase<Data> {
  readonly name: string;
  readonly families: readonly Family[];
  readonly options: readonly OptionSpec[];
  /**
   * Option uses, in the order written, to normalised data (JSON-comparable; bigint allowed).
   * @throws ParameterProblem and friends with iptables' own text.
   */
  resolve(uses: readonly OptionUse[], context: ResolveContext): Data;
  /** What iptables-save prints after `-m NAME` / `-j NAME`: empty, or with one leading space and none trailing. */
  save(data: Data): string;
  /** Words like those of `save` that give exactly this data again whatever the host's files of names say, where `save` has no such. */
  stored?(data: Data): string;
  /** What `iptables -L` prints for it, with one leading space: ` tcp dpt:22`. `nameOf`: reverse names of addresses, where not numeric. */
  list(data: Data, numeric: boolean, nameOf?: (address: bigint) => string | undefined): string;
  /** The addresses for which `list` will ask `nameOf`. */
  addressesListed?(data: Data): readonly bigint[];
  /** What `iptables -m NAME -h` (`ip6tables -m NAME -h`) prints after the general help. */
  help(family: Family): string;
  /**
   * What the kernel checks when the rule is loaded (wrong protocol, wrong chain): returns the message for
   * "iptables: MESSAGE" (exit 1 for the legacy refusal, usually "Invalid argument. Run `dmesg' for more information."), or undefined.
   */
  check?(data: Data, head: RuleHead, reachableFrom: readonly BuiltinChain[]): string | undefined;
}

/** A match. `pure` = a function of the packet and its metadata alone; `stateful` keeps state between packets. No default. */
export interface MatchExtension<Data = unknown> extends ExtensionBase<Data> {
  readonly kind: 'match';
  readonly effect: 'pure' | 'stateful';
  /** A pure match that lowers to a call of a function of bpf/, as it reads what is not in the packet record. */
  readonly calls?: true;
  /** Its protocol, of which `-p` loads this match when one of its options is used (tcp, udp, icmp); see implicitMatch() in parse/extension-lookup.ts. */
  readonly implicitFor?: readonly number[];
  /** Ordered steps. */
  lower(data: Data, family: Family): readonly Step[];
  /** The oracle's semantics: written from the kernel's behaviour, not from `lower`. Stateful ones keep their state in `state` (a Map private to the rule). */
  evaluate(data: Data, packet: PacketView, state: Map<string, unknown>): boolean | 'hotdrop';
}

/** A target with data (REJECT, LOG ...). ACCEPT, DROP, RETURN and chains are in the model itself. */
export interface TargetExtension<Data = unknown> extends ExtensionBase<Data> {
  readonly kind: 'target';
  lower(data: Data, family: Family): Action;
  /** What the oracle does: end with a verdict, or continue. */
  evaluate(data: Data, packet: PacketView, state: Map<string, unknown>): 'accept' | 'drop' | 'reject' | 'continue';
}

// Registries hold extensions of many data types; each one only ever gets back what its own resolve made.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMatch = MatchExtension<any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyTarget = TargetExtension<any>;
