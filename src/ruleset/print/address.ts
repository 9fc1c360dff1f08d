/** Addresses and masks as iptables prints them (xtables_ipaddr_to_numeric(), xtables_ip6addr_to_numeric(), those of masks, and their callers). */
import { formatAddress, hostMask, prefixLength } from '../../net/address.js';
import type { AddressMatch, Family } from '../model.js';

/** `/24` or, where the mask is not contiguous, `/255.0.255.0`. */
function slashMask(mask: bigint, family: Family): string {
  return `/${prefixLength(mask, family) ?? formatAddress(mask, family)}`;
}

/** `10.0.0.0/8`, `1.2.3.4/32`: the form of iptables-save. */
export function savedAddress(match: AddressMatch, family: Family): string {
  return formatAddress(match.addr, family) + slashMask(match.mask, family);
}

/** Reverse names for -L without -n: of a host (gethostbyaddr(3)) or a network (getnetbyaddr(3)), or undefined where only the number is known. */
export type NameOfAddress = (addr: bigint) => string | undefined;

/**
 * The form of -L: a single host has no mask. Without -n iptables calls `anywhere` what has an empty mask, ip6tables every match on the address `::`, whatever
 * its mask; and addresses are named where a name is known.
 */
export function listedAddress(match: AddressMatch | undefined, family: Family, numeric: boolean, nameOf: NameOfAddress): string {
  const { addr, mask } = match ?? { addr: 0n, mask: 0n };
  if ((family === 'ipv4' ? mask : addr) === 0n && !numeric) return 'anywhere';
  const address = (numeric ? undefined : nameOf(addr)) ?? formatAddress(addr, family);
  return mask === hostMask(family) ? address : address + slashMask(mask, family);
}
