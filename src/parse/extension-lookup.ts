/** What the parser asks of the extension registry; tests give their own. */
import type { AnyMatch, AnyTarget } from '../extensions/extension.js';
import { protocolName } from '../net/protocols.js';
import type { Family } from '../ruleset/model.js';
import { wholeNumber } from './numbers.js';

export interface ExtensionLookup {
  matchExtension(name: string, family: Family): AnyMatch | undefined;
  targetExtension(name: string, family: Family): AnyTarget | undefined;
}

/** The name iptables looks a match up by: that of ICMPv6 has three, in either family. */
export function matchName(word: string): string {
  return word === 'icmpv6' || word === 'ipv6-icmp' ? 'icmp6' : word;
}

/**
 * The match that `-p WORD` loads when one of its options is used without `-m`: the one that is called like the protocol, as it is written, or, where the word
 * is a number, as the database of protocols calls it. So `-p mh` has one, and `-p 135`, a mobility-header there, has none.
 * @param word in lower case
 */
export function implicitMatch(word: string, family: Family, extensions: ExtensionLookup): AnyMatch | undefined {
  const number = wholeNumber(word, 0, 255);
  const name = number === undefined ? word : protocolName(number);
  const match = name === undefined ? undefined : extensions.matchExtension(matchName(name), family);
  return match?.implicitFor ? match : undefined;
}
