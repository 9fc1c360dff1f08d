/** The chain of extension headers as the kernel's ipv6_find_hdr() walks it. */
import { IPV6_HEADER } from './ipv6-extensions.js';
import { IPV6_HEADER_LENGTH } from './ipv6.js';
import { readBe16 } from './bytes.js';

const EXTENSION_HEADERS: ReadonlySet<number> = new Set([IPV6_HEADER.hopByHop, IPV6_HEADER.routing, IPV6_HEADER.fragment, IPV6_HEADER.ah, IPV6_HEADER.none, IPV6_HEADER.destination]);

export interface FoundHeader {
  readonly protocol: number;
  /** Where it begins in the packet; it need not lie within it. In a later fragment: of what stands behind the fragment header. */
  readonly offset: number;
  /** Of the fragment this is, in units of 8 bytes; 0 in whole packets and first fragments. */
  readonly fragmentOffset: number;
}

/** Whether the walk goes on behind a header of this number. ESP and mobility headers end it as transports do. */
export function isExtensionHeader(number: number): boolean {
  return EXTENSION_HEADERS.has(number);
}

/**
 * The first header of number `target` in `packet` (from the IPv6 header on), or without one the transport: the first that is no extension header, or `none` (59).
 * - `cut`: a header to be stepped over does not lie within the packet (2 bytes of each, 4 of routing and fragment headers);
 * - `none`: there is no such header; without `target`: a later fragment that says an extension header came next.
 * A later fragment is not searched behind its fragment header, whose next-header value is its transport.
 */
export function findHeader(packet: Uint8Array, target?: number): FoundHeader | 'cut' | 'none' {
  let number = packet[6]!;
  let offset = IPV6_HEADER_LENGTH;
  for (;;) {
    const found = number === target;
    if (!isExtensionHeader(number) || number === IPV6_HEADER.none) return target === undefined || found ? { protocol: number, offset, fragmentOffset: 0 } : 'none';
    const needed = number === IPV6_HEADER.routing || number === IPV6_HEADER.fragment ? 4 : 2;
    if (offset + needed > packet.length) return 'cut';
    const next = packet[offset]!;
    if (number === IPV6_HEADER.fragment) {
      const fragmentOffset = readBe16(packet, offset + 2) >> 3;
      if (fragmentOffset !== 0) {
        if (found) return { protocol: number, offset, fragmentOffset };
        const ends = !isExtensionHeader(next) || next === IPV6_HEADER.none;
        return target === undefined && ends ? { protocol: next, offset: offset + 8, fragmentOffset } : 'none';
      }
    }
    if (found) return { protocol: number, offset, fragmentOffset: 0 };
    offset += headerLength(number, packet[offset + 1]!);
    number = next;
  }
}

/** Length in bytes of an extension header by its length byte. */
export function headerLength(number: number, lengthByte: number): number {
  if (number === IPV6_HEADER.fragment) return 8;
  return number === IPV6_HEADER.ah ? (lengthByte + 2) * 4 : (lengthByte + 1) * 8;
}
