/** Numeric addresses and masks in the forms iptables takes on a command line. Values in host order. */
import { parseIpv6 } from '../net/ipv6-address.js';
import { wholeNumber } from './numbers.js';

const PLAIN = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** `a.b.c.d` with bytes in decimal without leading zeros: the common case, without the detours. */
function plainQuad(text: string): number | undefined {
  const found = PLAIN.exec(text);
  if (!found) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const part = found[i]!;
    const byte = +part;
    if (byte > 255 || (part.length > 1 && part[0] === '0')) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** A quad whose bytes may be decimal, octal or hexadecimal; `10.1` is 10.1.0.0 where shorter forms are allowed. */
function quad(text: string, short: boolean): bigint | undefined {
  const plain = plainQuad(text);
  if (plain !== undefined) return BigInt(plain);
  const parts = text.length > 19 ? text.slice(0, 19).split('.') : text.split('.');
  if (parts.length > 4 || (parts.length < 4 && !short)) return undefined;
  let value = 0n;
  for (let i = 0; i < 4; i++) {
    const byte = i < parts.length ? wholeNumber(parts[i]!, 0, 255) : 0;
    if (byte === undefined) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

/** An IPv4 address, short forms padded with zeros, or undefined. */
export function parseIpv4(text: string): bigint | undefined {
  return quad(text, true);
}

/** An IPv4 mask: all four bytes, or a prefix length 0..32. */
export function parseIpv4Mask(text: string): bigint | undefined {
  const dotted = quad(text, false);
  if (dotted !== undefined) return dotted;
  const length = wholeNumber(text, 0, 32);
  return length === undefined ? undefined : ((1n << BigInt(length)) - 1n) << BigInt(32 - length);
}

/** An IPv6 mask: an address, or a prefix length 0..128. */
export function parseIpv6Mask(text: string): bigint | undefined {
  const address = parseIpv6(text);
  if (address !== undefined) return address;
  const length = wholeNumber(text, 0, 128);
  return length === undefined ? undefined : ((1n << BigInt(length)) - 1n) << BigInt(128 - length);
}
