/** IPv4 addresses as 32-bit numbers in host order. Strict dotted quads only; what iptables accepts on a command line is the parser's matter. */

/** `a.b.c.d` to a number. RangeError for anything else. */
export function ipv4Address(text: string): bigint {
  const parts = text.split('.');
  if (parts.length !== 4) throw new RangeError(`not an IPv4 address: ${text}`);
  return parts.reduce((value, part) => {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) throw new RangeError(`not an IPv4 address: ${text}`);
    return (value << 8n) | BigInt(part);
  }, 0n);
}

/** Inverse of ipv4Address; the low 32 bits of `addr` count. */
export function formatIpv4Address(addr: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((addr >> shift) & 0xffn)).join('.');
}

/** The netmask of a prefix length 0..32. */
export function ipv4PrefixMask(length: number): bigint {
  if (!Number.isInteger(length) || length < 0 || length > 32) throw new RangeError(`not an IPv4 prefix length: ${length}`);
  return (0xffffffffn << BigInt(32 - length)) & 0xffffffffn;
}
