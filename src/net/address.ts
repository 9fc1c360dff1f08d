/** Addresses and masks of either family: what differs is their width and how they are written. */
import type { Family } from '../ruleset/model.js';
import { formatIpv4Address } from './ipv4-address.js';
import { formatIpv6Address } from './ipv6-address.js';

/** Bits of an address. */
export function addressBits(family: Family): number {
  return family === 'ipv4' ? 32 : 128;
}

const ALL_ONES: Readonly<Record<Family, bigint>> = { ipv4: (1n << 32n) - 1n, ipv6: (1n << 128n) - 1n };

/** The mask of a single address. */
export function hostMask(family: Family): bigint {
  return ALL_ONES[family];
}

/** The mask of a prefix length 0..32 or 0..128. */
export function prefixMask(length: number, family: Family): bigint {
  const bits = addressBits(family);
  if (!Number.isInteger(length) || length < 0 || length > bits) throw new RangeError(`not a prefix length: ${length}`);
  return (ALL_ONES[family] << BigInt(bits - length)) & ALL_ONES[family];
}

/** Prefix length of a contiguous mask, or undefined. */
export function prefixLength(mask: bigint, family: Family): number | undefined {
  const host = ~mask & ALL_ONES[family];
  if ((host & (host + 1n)) !== 0n) return undefined;
  return addressBits(family) - (host === 0n ? 0 : host.toString(2).length);
}

/** As inet_ntop(3) writes it. */
export function formatAddress(addr: bigint, family: Family): string {
  return family === 'ipv4' ? formatIpv4Address(addr) : formatIpv6Address(addr);
}
