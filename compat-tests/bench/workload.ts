/** A ruleset with its traffic, and what is right: which counters each header moves. */
import type { TrailEntry } from '../../src/oracle/state.js';
import type { PacketMeta } from '../../src/net/packet-view.js';
import type { Random } from '../../src/property/random.js';
import { BruteForce, hasPorts, maskOf, matchText, TCP, UDP, type FlatRule, type Header } from './flat-rule.js';

export interface Workload {
  /** `grid`, `acl1` ... */
  readonly shape: string;
  /** Rules that can be hit, in the order of the chain. */
  readonly rules: number;
  /** A save file with the filter table. */
  readonly text: string;
  /** What headers refer to by number. */
  readonly metas: readonly Surroundings[];
  /** Headers that hit one rule, chosen uniformly over all rules, `count` different ones as far as there are. */
  uniform(count: number, random: Random): Header[];
  /** A header that the rule of this index is first to match; undefined where none was found. */
  at(index: number, random: Random): Header | undefined;
  /** A header that no rule matches; undefined where none was found. */
  miss(random: Random): Header | undefined;
  /** Whose counters the header moves, in order; chains and positions of `text`. */
  trail(header: Header): readonly TrailEntry[];
  /** A verdict by name, as the program's codes have them. */
  verdict(header: Header): string;
}

/** What a packet is besides its headers. */
export interface Surroundings {
  readonly hook: 'INPUT' | 'FORWARD';
  readonly meta: PacketMeta;
}

const FROM_ETH0: PacketMeta = {
  inIface: 'eth0', outIface: 'eth1', mark: 0, srcType: 1, dstType: 1, srcTypeIface: 1, dstTypeIface: 1, srcTypeOutIface: 1, dstTypeOutIface: 1, ctState: 'NEW', now: 0n,
};

/** From eth0 to eth1. */
export const FORWARDED: Surroundings = { hook: 'FORWARD', meta: FROM_ETH0 };

/** A save file whose chain FORWARD holds `lines` (without -A FORWARD); policy DROP. `chains` are whole lines for user chains. */
export function saveFile(lines: readonly string[], chains: readonly { readonly name: string; readonly rules: readonly string[] }[] = []): string {
  return [
    '*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]',
    ...chains.map(({ name }) => `:${name} - [0:0]`),
    ...lines.map((line) => `-A FORWARD${line}`),
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => `-A ${name}${rule}`)),
    'COMMIT', '',
  ].join('\n');
}

/** Protocols of packets for rules that take any: mostly TCP. */
const ANY_PROTO = [TCP, TCP, UDP, UDP, 1];

/** A point in the rule, uniform in each field. */
export function pointIn(rule: FlatRule, random: Random): Header {
  const within = (prefix: number, length: number): number => (prefix | (random.bits32() & ~maskOf(length))) >>> 0;
  const proto = rule.proto === 0 ? random.pick(ANY_PROTO) : rule.proto;
  const ports = hasPorts(proto);
  return {
    src: within(rule.src, rule.srcLength),
    dst: within(rule.dst, rule.dstLength),
    sport: ports ? random.between(rule.sportLow, rule.sportHigh) : 0,
    dport: ports ? random.between(rule.dportLow, rule.dportHigh) : 0,
    proto,
    tcpFlags: proto === TCP ? 0x10 : 0,
    icmpType: proto === 1 ? 8 : 0,
    icmpCode: 0,
    meta: 0,
  };
}

/** Points tried before a rule counts as hidden behind others, or the ruleset as one that leaves nothing out. */
const TRIES = 200;

/** What stands before the rules of a flat workload, and what every packet moves there. */
export interface Preamble {
  readonly lines: readonly string[];
  readonly chains: readonly { readonly name: string; readonly rules: readonly string[] }[];
  readonly trail: readonly TrailEntry[];
}

/** A workload of rules in FORWARD, all ACCEPT, policy DROP. */
export class FlatWorkload implements Workload {
  readonly metas = [FORWARDED];
  readonly text: string;
  private readonly brute: BruteForce;

  constructor(
    readonly shape: string,
    private readonly list: readonly FlatRule[],
    private readonly preamble: Preamble = { lines: [], chains: [], trail: [] },
  ) {
    this.brute = new BruteForce(list);
    this.text = saveFile([...preamble.lines, ...list.map((rule) => `${matchText(rule)} -j ACCEPT`)], preamble.chains);
  }

  get rules(): number {
    return this.list.length;
  }

  uniform(count: number, random: Random): Header[] {
    return Array.from({ length: count }, () => pointIn(random.pick(this.list), random));
  }

  at(index: number, random: Random): Header | undefined {
    for (let tried = 0; tried < TRIES; tried++) {
      const header = pointIn(this.list[index]!, random);
      if (this.brute.first(header) === index) return header;
    }
    return undefined;
  }

  miss(random: Random): Header | undefined {
    for (let tried = 0; tried < TRIES; tried++) {
      const header = pointIn({ ...random.pick(this.list), src: 0xcb007100, srcLength: 24, dst: 0xc6336400, dstLength: 24 }, random);
      if (this.brute.first(header) === -1) return header;
    }
    return undefined;
  }

  trail(header: Header): readonly TrailEntry[] {
    const index = this.brute.first(header);
    return [...this.preamble.trail, { chain: 'FORWARD', rule: index < 0 ? 'policy' : index + this.preamble.lines.length }];
  }

  verdict(header: Header): string {
    return this.trail(header).at(-1)!.rule === 'policy' ? 'drop' : 'accept';
  }
}
