/** Addresses and masks as iptables prints them (xtables_ipaddr_to_numeric(), xtables_ipmask_to_numeric() and their callers). IPv4. */
import { formatIpv4Address } from '../../net/ipv4-address.js';
import type { AddressMatch } from '../model.js';

const ALL_ONES = 0xffffffffn;

/** Prefix length of a contiguous mask, or undefined. */
export function prefixLength(mask: bigint): number | undefined {
  const host = ~mask & ALL_ONES;
  if ((host & (host + 1n)) !== 0n) return undefined;
  return 32 - (host === 0n ? 0 : host.toString(2).length);
}

/** `/24` or, where the mask is not contiguous, `/255.0.255.0`. */
function slashMask(mask: bigint): string {
  return `/${prefixLength(mask) ?? formatIpv4Address(mask)}`;
}

/** `10.0.0.0/8`, `1.2.3.4/32`: the form of iptables-save. */
export function savedAddress(match: AddressMatch): string {
  return formatIpv4Address(match.addr) + slashMask(match.mask);
}

/** Reverse names for -L without -n: of a host (gethostbyaddr(3)) or a network (getnetbyaddr(3)), or undefined where only the number is known. */
export type NameOfAddress = (addr: bigint) => string | undefined;

/** The form of -L: a single host has no mask. Without -n an empty mask is `anywhere`, and addresses are named where a name is known. */
export function listedAddress(match: AddressMatch | undefined, numeric: boolean, nameOf: NameOfAddress): string {
  const { addr, mask } = match ?? { addr: 0n, mask: 0n };
  if (mask === 0n && !numeric) return 'anywhere';
  const address = (numeric ? undefined : nameOf(addr)) ?? formatIpv4Address(addr);
  return mask === ALL_ONES ? address : address + slashMask(mask);
}
