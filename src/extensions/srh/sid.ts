/** `address[/mask]` of IPv6 as iptables' option parser reads it (XTTYPE_HOSTMASK), by getaddrinfo(3). */
import { isIPv4 } from 'node:net';
import { ParameterProblem } from '../../errors/errors.js';
import { prefixLength, prefixMask } from '../../net/address.js';
import { formatIpv6Address, parseIpv6 } from '../../net/ipv6-address.js';
import type { OptionUse, ResolveContext } from '../extension.js';
import { wholeNumber } from '../guided/number.js';

const ADDRESS_BITS = 128;

export interface MaskedSid {
  /** As written: the kernel compares the masked bits only, but the rule keeps them all. */
  readonly address: bigint;
  readonly prefix: number;
  readonly invert: boolean;
}

function readAddress(text: string, use: OptionUse, hosts: ResolveContext['hosts']): bigint {
  const numeric = parseIpv6(text);
  if (numeric !== undefined) return numeric;
  if (isIPv4(text)) throw new ParameterProblem('getaddrinfo: Address family for hostname not supported\n', use.span);
  const [first, ...others] = hosts?.(text) ?? [];
  if (first === undefined) throw new ParameterProblem('getaddrinfo: Name or service not known\n', use.span);
  if (others.some((other) => other !== first)) throw new ParameterProblem(`${text} resolves to more than one address\n`, use.span);
  return first;
}

/** A prefix length, or a mask. A mask with holes counts as /128: 1.8.9 goes on with length -1. */
function readPrefix(text: string, use: OptionUse): number {
  const length = wholeNumber(text, 0, ADDRESS_BITS);
  if (length !== undefined) return length;
  const mask = parseIpv6(text);
  if (mask === undefined) {
    throw new ParameterProblem(`srh: bad value for option "--${use.option}", neither a valid network mask nor valid CIDR (0-${ADDRESS_BITS}).\n`, use.span);
  }
  return prefixLength(mask, 'ipv6') ?? ADDRESS_BITS;
}

export function readSid(use: OptionUse, { hosts }: ResolveContext): MaskedSid {
  const text = use.values[0] ?? '';
  const slash = text.indexOf('/');
  const address = readAddress(slash < 0 ? text : text.slice(0, slash), use, hosts);
  return { address, prefix: slash < 0 ? ADDRESS_BITS : readPrefix(text.slice(slash + 1), use), invert: use.inverted };
}

/** `2001:db8::1/128` */
export function sidText({ address, prefix }: MaskedSid): string {
  return `${formatIpv6Address(address)}/${prefix}`;
}

/** ipv6_masked_addr_cmp() */
export function sidMatches(found: bigint, { address, prefix, invert }: MaskedSid): boolean {
  return (((found ^ address) & prefixMask(prefix, 'ipv6')) === 0n) !== invert;
}
