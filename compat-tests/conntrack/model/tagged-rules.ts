/**
 * Rules that tell the packets of a batch apart: one chain for each judgement, in it one rule for each TTL. So one reading of the counters says
 * how every packet of the batch was judged.
 */
import type { Family } from '../../../src/ruleset/model.js';

/** What conntrack says of a packet, as a rule asks for it. */
export interface Judgement {
  readonly name: string;
  readonly match: string;
}

const DIRECTIONS = ['ORIGINAL', 'REPLY'];
/** States of packets that belong to a flow, and so go one of its ways. */
const STATES = ['NEW', 'ESTABLISHED', 'RELATED'];

export const JUDGEMENTS: readonly Judgement[] = [
  ...STATES.flatMap((state) => DIRECTIONS.map((direction) => ({ name: `${state}-${direction}`, match: `--ctstate ${state} --ctdir ${direction}` }))),
  { name: 'INVALID', match: '--ctstate INVALID' },
  { name: 'UNTRACKED', match: '--ctstate UNTRACKED' },
];

/** The way a packet is met: coming in (INPUT and FORWARD) or sent by the host. */
export type Side = 'in' | 'out';

/** TTLs that tags may have, as the chains see them. FORWARD sees the TTL less one, so that 1 more is sent there. */
export const FIRST_TAG = 2;
export const TAGS = 250;
/** TTL of what the host itself sends unasked (its sysctl ip_default_ttl). */
export const HOST_TTL = 255;

/** Place, chain and judgement of a rule; `tag` undefined for the rules that lead to the chains. */
export interface TaggedRule {
  readonly place: string;
  readonly judgement: string;
  readonly tag: number | undefined;
}

const PLACES: readonly (readonly [chain: string, side: Side])[] = [['INPUT', 'in'], ['FORWARD', 'in'], ['OUTPUT', 'out']];

function chainName(side: Side, judgement: Judgement): string {
  return `${side}-${judgement.name}`;
}

/** The filter table in iptables-save's form. It counts and lets all through. */
export function taggedRules(family: Family): string {
  const tagged = family === 'ipv4' ? 'ttl --ttl-eq' : 'hl --hl-eq';
  const chains = (['in', 'out'] as const).flatMap((side) => JUDGEMENTS.map((judgement) => chainName(side, judgement)));
  const tags = [...Array.from({ length: TAGS }, (_, index) => FIRST_TAG + index), HOST_TTL];
  return [
    '*filter',
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...PLACES.flatMap(([chain, side]) => JUDGEMENTS.map((judgement) => `-A ${chain} -m conntrack ${judgement.match} -j ${chainName(side, judgement)}`)),
    ...chains.flatMap((chain) => tags.map((tag) => `-A ${chain} -m ${tagged} ${tag}`)),
    'COMMIT',
    '',
  ].join('\n');
}

/** What the rules of a saved table are about, in its order. */
export function readTaggedRules(saved: string): TaggedRule[] {
  return saved.split('\n').flatMap((line) => {
    const [, place, match, tag] = /^(?:\[\S+\] )?-A (\S+) -m (?:conntrack .* -j (\S+)|(?:ttl --ttl-eq|hl --hl-eq) (\d+))$/.exec(line) ?? [];
    if (place === undefined) return [];
    const named = /^(in|out)-(.*)$/.exec(match ?? place);
    if (named === null) throw new Error(`not one of the tagged rules: ${line}`);
    return [{ place: match === undefined ? named[1]! : place, judgement: named[2]!, tag: tag === undefined ? undefined : Number(tag) }];
  });
}
