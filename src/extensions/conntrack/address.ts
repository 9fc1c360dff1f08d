/** `address[/mask]` as iptables' option parser reads it (XTTYPE_HOSTMASK): by getaddrinfo(3), not in the forms that -s takes. IPv4. */
import { isIPv6 } from 'node:net';
import { ParameterProblem } from '../../errors/errors.js';
import { formatIpv4Address, ipv4PrefixMask } from '../../net/ipv4-address.js';
import type { OptionUse, ResolveContext } from '../extension.js';
import { wholeNumber } from '../guided/number.js';

/** The mask of a single address. */
export const ALL_ONES = 0xffffffffn;

/** The address as written, whatever the mask: the kernel compares the masked bits only, but the rule keeps them all. */
export interface MaskedAddress {
  readonly addr: bigint;
  readonly mask: bigint;
  readonly invert: boolean;
}

/** inet_aton(3), nothing behind it: `a`, `a.b`, `a.b.c`, `a.b.c.d`, the last part filling what is left; any base. */
function numericAddress(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !/^[0-9]/.test(text)) return undefined;
  let value = 0n;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const room = last ? 8 * (4 - index) : 8;
    const number = /^[0-9]/.test(part) ? wholeNumber(part, 0, 2 ** room - 1) : undefined;
    if (number === undefined) return undefined;
    value = (value << BigInt(room)) | BigInt(number);
  }
  return value;
}

function hostAddress(text: string, use: OptionUse, hosts: ResolveContext['hosts']): bigint {
  const numeric = numericAddress(text);
  if (numeric !== undefined) return numeric;
  if (isIPv6(text)) throw new ParameterProblem('getaddrinfo: Address family for hostname not supported\n', use.span);
  const [first, ...others] = hosts?.(text) ?? [];
  if (first === undefined) throw new ParameterProblem('getaddrinfo: Name or service not known\n', use.span);
  if (others.some((other) => other !== first)) throw new ParameterProblem(`${text} resolves to more than one address\n`, use.span);
  return first;
}

/** Length of a mask's prefix; undefined where it is none. */
function prefixOf(mask: bigint): number | undefined {
  for (let length = 0; length <= 32; length += 1) if (ipv4PrefixMask(length) === mask) return length;
  return undefined;
}

/** A prefix length, or a mask in the forms of an address. One that is no prefix counts as /32: 1.8.9 goes on with length -1. */
function maskOf(text: string, use: OptionUse): bigint {
  const length = wholeNumber(text, 0, 32);
  if (length !== undefined) return ipv4PrefixMask(length);
  const mask = numericAddress(text);
  if (mask === undefined) {
    throw new ParameterProblem(`conntrack: bad value for option "--${use.option}", neither a valid network mask nor valid CIDR (0-32).\n`, use.span);
  }
  return ipv4PrefixMask(prefixOf(mask) ?? 32);
}

/** @throws ParameterProblem in iptables' words; the address is looked at first. */
export function readMaskedAddress(use: OptionUse, { hosts }: ResolveContext): MaskedAddress {
  const text = use.values[0] ?? '';
  const slash = text.indexOf('/');
  const addr = hostAddress(slash < 0 ? text : text.slice(0, slash), use, hosts);
  return { addr, mask: slash < 0 ? ALL_ONES : maskOf(text.slice(slash + 1), use), invert: use.inverted };
}

/** `10.0.0.0/8`, `10.0.0.1`; with `nameOf` as -L prints it: `anywhere` for 0.0.0.0 whatever its mask, names where there are any. */
export function maskedAddressText({ addr, mask }: MaskedAddress, nameOf?: (address: bigint) => string | undefined): string {
  if (nameOf && addr === 0n) return 'anywhere';
  const address = nameOf?.(addr) ?? formatIpv4Address(addr);
  return mask === ALL_ONES ? address : `${address}/${prefixOf(mask)}`;
}

/** conntrack_addrcmp(): the bits under the mask are equal. */
export function addressMatches(address: bigint, { addr, mask, invert }: MaskedAddress): boolean {
  return (((address ^ addr) & mask) === 0n) !== invert;
}
