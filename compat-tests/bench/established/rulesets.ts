/** Rulesets in FORWARD of which one rule accepts established connections, at different places. */
import { formatIpv4Address } from '../../../src/net/ipv4-address.js';
import { matchText, TCP, type FlatRule } from '../flat-rule.js';
import { gridRules } from '../shapes/grid.js';

const ESTABLISHED = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';

/** Where the rule for established connections stands, and among what. */
export const PLACES = ['first', 'behind `-i lo` and INVALID', 'last, behind rules for NEW', 'last, behind a blacklist'] as const;
export type Place = (typeof PLACES)[number];

/** The published grid, TCP. */
export const openings = (count: number): FlatRule[] => gridRules(count).map((rule) => ({ ...rule, proto: TCP }));

/** A save file of rules in FORWARD. */
function forwardRules(policy: string, rules: readonly string[]): string {
  return ['*filter', ':INPUT ACCEPT [0:0]', `:FORWARD ${policy} [0:0]`, ':OUTPUT ACCEPT [0:0]', ...rules.map((rule) => `-A FORWARD ${rule}`), 'COMMIT', ''].join('\n');
}

/** `count` rules with the one for established connections at its place; policy ACCEPT where they are a blacklist, DROP where they begin connections. */
export function establishedRules(count: number, place: Place): string {
  const opening = openings(count).map((rule) => `${matchText(rule).trim()} -m conntrack --ctstate NEW -j ACCEPT`);
  switch (place) {
    case 'first':
      return forwardRules('DROP', [ESTABLISHED, ...opening]);
    case 'behind `-i lo` and INVALID':
      return forwardRules('DROP', ['-i lo -j ACCEPT', '-m conntrack --ctstate INVALID -j DROP', ESTABLISHED, ...opening]);
    case 'last, behind rules for NEW':
      return forwardRules('DROP', [...opening, ESTABLISHED]);
    case 'last, behind a blacklist':
      return forwardRules('ACCEPT', [...Array.from({ length: count }, (_, index) => `-s ${formatIpv4Address(BigInt(0xc6120000 + index * 3))}/32 -j DROP`), ESTABLISHED]);
  }
}

/** That rule alone; what else there is is accepted by the policy. */
export const ONE_RULE = forwardRules('ACCEPT', [ESTABLISHED]);

/** The ends of a connection. */
export interface Ends {
  readonly client: bigint;
  readonly server: bigint;
  readonly sport: number;
  readonly dport: number;
}

/** Connections that rules of the grid begin, as many as asked, spread over them. */
export function connections(rules: number, count: number): Ends[] {
  const all = openings(rules);
  return Array.from({ length: count }, (_, index) => {
    const { src, dst, sportLow, dportLow } = all[Math.floor((index * all.length) / count)]!;
    return { client: BigInt(src), server: BigInt(dst), sport: sportLow, dport: dportLow };
  });
}

export const endsText = ({ client, server, sport, dport }: Ends): string => `${formatIpv4Address(client)}:${sport} to ${formatIpv4Address(server)}:${dport}`;
