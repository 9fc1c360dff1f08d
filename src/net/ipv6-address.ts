/** IPv6 addresses as 128-bit numbers in host order, in the forms of inet_pton(3) and inet_ntop(3). */
import { isIPv6 } from 'node:net';
import { formatIpv4Address, ipv4Address } from './ipv4-address.js';

/** An address as inet_pton(3) reads it (no zone), or undefined. */
export function parseIpv6(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const dotted = text.lastIndexOf(':') + 1;
  const v4 = text.includes('.') ? ipv4Address(text.slice(dotted)) : undefined;
  const hex = v4 === undefined ? text : `${text.slice(0, dotted)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head, tail] = hex.split('::', 2);
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const left = groups(head);
  const right = groups(tail);
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** The same. RangeError for what is no address. */
export function ipv6Address(text: string): bigint {
  const address = parseIpv6(text);
  if (address === undefined) throw new RangeError(`not an IPv6 address: ${text}`);
  return address;
}

/**
 * As inet_ntop(3) writes it: the first of the longest runs of zeros is left out, where it is at least two groups long; an address that carries one
 * of IPv4 (`::a.b.c.d`, `::ffff:a.b.c.d`) ends in dots.
 */
export function formatIpv6Address(addr: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((addr >> BigInt(112 - 16 * index)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let run = 0;
    while (from + run < 8 && groups[from + run] === 0) run += 1;
    if (run > length) [start, length] = [from, run];
  }
  const dotted = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const text = groups.slice(0, dotted ? 6 : 8).map((group) => group.toString(16));
  if (dotted) text.push(formatIpv4Address(addr));
  return start < 0 ? text.join(':') : `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}
