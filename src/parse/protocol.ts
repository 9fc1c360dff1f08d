/** `-p` values. */
import { protocolNumber } from '../net/protocols.js';
import type { Family } from '../ruleset/model.js';
import { wholeNumber } from './numbers.js';

/** A protocol by number (0..255) or lower-case name, `all` being 0; undefined where it is neither. */
export function parseProtocol(text: string): number | undefined {
  return wholeNumber(text, 0, 255) ?? (text === 'all' ? 0 : protocolNumber(text));
}

/** Protocol numbers of IPv6 extension headers, which `-p` never matches: routing, fragment, AH, destination options. */
const IPV6_EXTENSION_HEADERS: ReadonlySet<number> = new Set([43, 44, 51, 60]);

/** Whether ip6tables warns that no packet is of this protocol. */
export function neverMatched(number: number, invert: boolean, family: Family): boolean {
  return family === 'ipv6' && !invert && IPV6_EXTENSION_HEADERS.has(number);
}
