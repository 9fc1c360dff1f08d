/** Addresses as inet_aton(3), inet_pton(3) and inet_ntop(3) read and write them: 4 bytes or 16, network order. */
import { formatIpv6Address, parseIpv6 } from '../../net/ipv6-address.js';
import { strtoul } from './numbers.js';

/** One of the two families' addresses; undefined where it is neither. */
export function parseAddress(text: string): Uint8Array | undefined {
  return ipv4(text) ?? ipv6(text);
}

/** As conntrack prints it. */
export function formatAddress(address: Uint8Array): string {
  return address.length === 4 ? address.join('.') : formatIpv6Address(BigInt(`0x${Buffer.from(address).toString('hex')}`));
}

/** inet_aton: one to four numbers, the last of them for all bytes that are left; blanks and what follows them do not count. */
function ipv4(text: string): Uint8Array | undefined {
  const parts = (/^[^\t-\r ]+/.exec(text)?.[0] ?? '').split('.');
  if (parts.length > 4) return undefined;
  const values: bigint[] = [];
  for (const part of parts) {
    const { value, end } = strtoul(part);
    if (!/^[0-9]/.test(part) || end !== part.length) return undefined;
    values.push(value);
  }
  const last = values.pop()!;
  if (values.some((value) => value > 0xffn) || last >= 1n << BigInt(8 * (4 - values.length))) return undefined;
  const whole = values.reduce((sum, value, index) => sum | (value << BigInt(24 - 8 * index)), last);
  return Uint8Array.from([24n, 16n, 8n, 0n], (shift) => Number((whole >> shift) & 0xffn));
}

function ipv6(text: string): Uint8Array | undefined {
  const value = parseIpv6(text);
  return value === undefined ? undefined : Uint8Array.from({ length: 16 }, (_, index) => Number((value >> BigInt(120 - 8 * index)) & 0xffn));
}
