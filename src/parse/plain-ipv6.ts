/** IPv6 networks on a plain line, kept as recent.ts keeps texts: equal words are nearly always the same object. */
import { prefixMask } from '../net/address.js';
import { parseIpv6 } from '../net/ipv6-address.js';
import { plainDecimal } from '../net/plain-number.js';
import type { AddressMatch } from '../ruleset/model.js';
import { foldIn, HASH_START, RecentTexts } from './recent.js';

const MASKS = Array.from({ length: 129 }, (_, length) => prefixMask(length, 'ipv6'));

/** `ADDRESS` or `ADDRESS/LENGTH`; undefined for all else, a mask written as an address or several networks too. */
function networkOf(word: string, invert: boolean): AddressMatch | undefined {
  const slash = word.indexOf('/');
  const addr = parseIpv6(slash < 0 ? word : word.slice(0, slash));
  const mask = MASKS[slash < 0 ? 128 : (plainDecimal(word.slice(slash + 1)) ?? -1)];
  return addr === undefined || mask === undefined ? undefined : { addr: addr & mask, mask, invert };
}

export class RecentIpv6Networks {
  private readonly networks: RecentTexts<AddressMatch | undefined>;

  constructor(invert: boolean) {
    this.networks = new RecentTexts((word) => networkOf(word, invert));
  }

  /** The match of the word that stands in `text` from `start` to `end`. */
  of(text: string, start: number, end: number): AddressMatch | undefined {
    let hash = HASH_START;
    for (let at = start; at < end; at++) hash = foldIn(hash, text.charCodeAt(at));
    return this.networks.of(text, start, end, hash);
  }
}
