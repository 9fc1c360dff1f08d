/** Addresses of the command line: -s, -d with a prefix length, masks, and the addresses with ports of the NAT options. */
import { parseAddress } from './address.js';
import { strtoul } from './numbers.js';
import { ConntrackProblem } from './problem.js';
import type { FlowFamily } from './request.js';

/** How much of an address conntrack looks at: INET6_ADDRSTRLEN less the NUL. */
const LONGEST = 45;

/** Only -s, -d and the addresses of expectations take a prefix length. */
const TAKE_PREFIX = 'sd[]';

export interface ParsedAddress {
  readonly family: FlowFamily;
  readonly address: Uint8Array;
  /** Of a prefix length shorter than the address. */
  readonly mask?: Uint8Array;
}

/**
 * `setFamily` is told the family before anything else is found wrong with the address.
 * @param name the option's name in messages
 * @throws ConntrackProblem
 */
export function addressOption(letter: string, name: string, text: string, setFamily: (family: FlowFamily) => void): ParsedAddress {
  const cut = text.slice(0, LONGEST);
  const slash = cut.indexOf('/');
  const address = parseAddress(slash < 0 ? cut : cut.slice(0, slash));
  if (!address) throw new ConntrackProblem(`Invalid IP address \`${text}'`);
  const family = address.length === 4 ? 'ipv4' : 'ipv6';
  setFamily(family);
  if (slash < 0) return { family, address };
  if (!TAKE_PREFIX.includes(letter)) throw new ConntrackProblem(`CIDR notation unavailable for \`--${name}'`);
  const { value, end } = strtoul(cut.slice(slash + 1), 10);
  const bits = address.length * 8;
  if (value > BigInt(bits) || end !== cut.length - slash - 1) throw new ConntrackProblem('Invalid netmask');
  return Number(value) === bits ? { family, address } : { family, address, mask: maskOf(Number(value), address.length) };
}

function maskOf(length: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (0xff00 >> Math.max(0, Math.min(8, length - 8 * index))) & 0xff);
}

/** The address of `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`. @throws ConntrackProblem */
export function natAddress(text: string): string {
  const open = text.indexOf('[');
  let address = text;
  let colon = -1;
  if (open >= 0) {
    const close = text.indexOf(']', open);
    if (close === open + 1) throw new ConntrackProblem('No IPv6 address specified');
    if (close < 0) throw new ConntrackProblem("No closing ']' around IPv6 address");
    colon = text.indexOf(':', close);
    address = text.slice(open + 1, close);
  } else if (text.indexOf(':') === text.lastIndexOf(':')) {
    colon = text.indexOf(':');
    address = text.slice(0, colon);
  }
  if (colon < 0) return text;
  const port = text.slice(colon + 1);
  if (port === '') throw new ConntrackProblem("No port specified after `:'");
  if (!/^[0-9]+$/.test(port) || BigInt(port) > 0xffffn) throw new ConntrackProblem(`Invalid port \`${port}'`);
  return address;
}
