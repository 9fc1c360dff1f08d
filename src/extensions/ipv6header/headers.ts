/** The headers that `-m ipv6header` knows, in the order in which it prints them, and those that a packet has. */
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { headerLength, isExtensionHeader } from '../../net/ipv6-headers.js';
import { IPV6_HEADER_LENGTH } from '../../net/ipv6.js';

export interface NamedHeader {
  readonly name: string;
  readonly short: string;
  /** Next-header value; 255 stands for any that is no extension header. */
  readonly number: number;
  /** Bit of the kernel's MASK_*. */
  readonly flag: number;
}

const TRANSPORT_FLAG = 0x01;

export const HEADERS: readonly NamedHeader[] = [
  { name: 'hop-by-hop', short: 'hop', number: IPV6_HEADER.hopByHop, flag: 0x80 },
  { name: 'ipv6-opts', short: 'dst', number: IPV6_HEADER.destination, flag: 0x40 },
  { name: 'ipv6-route', short: 'route', number: IPV6_HEADER.routing, flag: 0x20 },
  { name: 'ipv6-frag', short: 'frag', number: IPV6_HEADER.fragment, flag: 0x10 },
  { name: 'ah', short: 'auth', number: IPV6_HEADER.ah, flag: 0x08 },
  { name: 'esp', short: 'esp', number: IPV6_HEADER.esp, flag: 0x04 },
  { name: 'ipv6-nonxt', short: 'none', number: IPV6_HEADER.none, flag: 0x02 },
  { name: 'protocol', short: 'prot', number: 255, flag: TRANSPORT_FLAG },
];

const FLAG_OF: ReadonlyMap<number, number> = new Map(HEADERS.map(({ number, flag }) => [number, flag]));

/**
 * The flags of what stands in `packet`, from its IPv6 header on; undefined where an extension header or ESP has not its first 2 bytes within it. Unlike
 * ipv6_find_hdr() it walks on behind a later fragment's header, into what is data, and ends where a header's length leads out of the packet.
 */
export function headerFlags(packet: Uint8Array): number | undefined {
  let number = packet[6]!;
  let at = IPV6_HEADER_LENGTH;
  let flags = 0;
  while (at <= packet.length && (isExtensionHeader(number) || number === IPV6_HEADER.esp)) {
    const ends = number === IPV6_HEADER.none || number === IPV6_HEADER.esp;
    if (number !== IPV6_HEADER.none && at + 2 > packet.length) return undefined;
    flags |= FLAG_OF.get(number)!;
    if (ends) return flags;
    const next = packet[at]!;
    at += headerLength(number, packet[at + 1]!);
    number = next;
  }
  return number === IPV6_HEADER.none || number === IPV6_HEADER.esp ? flags : flags | TRANSPORT_FLAG;
}
