/** `address[/mask]` as iptables' option parser reads it (XTTYPE_HOSTMASK): by getaddrinfo(3), not in the forms that -s takes. */
import { isIPv6 } from 'node:net';
import { ParameterProblem } from '../../errors/errors.js';
import { addressBits, formatAddress, hostMask, prefixLength, prefixMask } from '../../net/address.js';
import { parseIpv6 } from '../../net/ipv6-address.js';
import type { Family } from '../../ruleset/model.js';
import type { OptionUse, ResolveContext } from '../extension.js';
import { wholeNumber } from '../guided/number.js';

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

const LINK_LOCAL = 0x3fan;

/** inet_pton(3), with or without a zone, which is left out: a number, or, of a link-local address, a device, of which lo alone is sure to be there. */
function ipv6WithZone(text: string): bigint | undefined {
  const [address = '', zone, ...more] = text.split('%');
  const value = parseIpv6(address);
  if (value === undefined || more.length > 0) return undefined;
  const named = zone === 'lo' && value >> 118n === LINK_LOCAL;
  return zone === undefined || named || /^[0-9]+$/.test(zone) ? value : undefined;
}

function hostAddress(text: string, use: OptionUse, { hosts, family }: ResolveContext): bigint {
  const numeric = family === 'ipv4' ? numericAddress(text) : ipv6WithZone(text);
  if (numeric !== undefined) return numeric;
  if (family === 'ipv4' ? isIPv6(text) : numericAddress(text) !== undefined) throw new ParameterProblem('getaddrinfo: Address family for hostname not supported\n', use.span);
  const [first, ...others] = hosts?.(text) ?? [];
  if (first === undefined) throw new ParameterProblem('getaddrinfo: Name or service not known\n', use.span);
  if (others.some((other) => other !== first)) throw new ParameterProblem(`${text} resolves to more than one address\n`, use.span);
  return first;
}

/** A prefix length, or a mask in the forms of an address. One that is no prefix counts as a whole address: 1.8.9 goes on with length -1. */
function maskOf(text: string, use: OptionUse, family: Family): bigint {
  const bits = addressBits(family);
  const length = wholeNumber(text, 0, bits);
  if (length !== undefined) return prefixMask(length, family);
  const mask = family === 'ipv4' ? numericAddress(text) : parseIpv6(text);
  if (mask === undefined) {
    throw new ParameterProblem(`conntrack: bad value for option "--${use.option}", neither a valid network mask nor valid CIDR (0-${bits}).\n`, use.span);
  }
  return prefixMask(prefixLength(mask, family) ?? bits, family);
}

/** @throws ParameterProblem in iptables' words; the address is looked at first. */
export function readMaskedAddress(use: OptionUse, context: ResolveContext): MaskedAddress {
  const text = use.values[0] ?? '';
  const slash = text.indexOf('/');
  const addr = hostAddress(slash < 0 ? text : text.slice(0, slash), use, context);
  return { addr, mask: slash < 0 ? hostMask(context.family) : maskOf(text.slice(slash + 1), use, context.family), invert: use.inverted };
}

/** `10.0.0.0/8`, `10.0.0.1`; with `nameOf` as -L prints it: `anywhere` for 0.0.0.0 and :: whatever their mask, names where there are any. */
export function maskedAddressText({ addr, mask }: MaskedAddress, family: Family, nameOf?: (address: bigint) => string | undefined): string {
  if (nameOf && addr === 0n) return 'anywhere';
  const address = nameOf?.(addr) ?? formatAddress(addr, family);
  return mask === hostMask(family) ? address : `${address}/${prefixLength(mask, family)}`;
}

/** conntrack_addrcmp(): the bits under the mask are equal. */
export function addressMatches(address: bigint, { addr, mask, invert }: MaskedAddress): boolean {
  return (((address ^ addr) & mask) === 0n) !== invert;
}
