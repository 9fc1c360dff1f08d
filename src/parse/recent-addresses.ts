/** Matches of IPv4 addresses, kept as recent.ts keeps texts: equal ones are nearly always the same object. */
import { ipv4PrefixMask } from '../net/ipv4-address.js';
import type { AddressMatch } from '../ruleset/model.js';

const BITS = 13;
const SIZE = 1 << BITS;

const MASKS = Array.from({ length: 33 }, (_, length) => ipv4PrefixMask(length));

export class RecentAddresses {
  /** What came last to each place: address (masked) and prefix length; its match is kept when it comes again. */
  private readonly addresses = new Float64Array(SIZE);
  private readonly lengths = new Int8Array(SIZE).fill(-1);
  private readonly matches: (AddressMatch | undefined)[] = new Array<AddressMatch | undefined>(SIZE).fill(undefined);

  constructor(private readonly invert: boolean) {}

  /** The match for an address of 32 bits (its host bits are cleared) and a prefix length 0..32. */
  of(address: number, length: number): AddressMatch {
    const masked = length === 32 ? address : Math.floor(address / 2 ** (32 - length)) * 2 ** (32 - length);
    const place = Math.imul(masked ^ length, 0x9e3779b1) >>> (32 - BITS);
    const again = this.addresses[place] === masked && this.lengths[place] === length;
    const known = again ? this.matches[place] : undefined;
    if (known) return known;
    const match: AddressMatch = { addr: BigInt(masked), mask: MASKS[length]!, invert: this.invert };
    if (again) this.matches[place] = match;
    else {
      this.addresses[place] = masked;
      this.lengths[place] = length;
      this.matches[place] = undefined;
    }
    return match;
  }
}
