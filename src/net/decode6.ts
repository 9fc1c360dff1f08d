/** Bytes to PacketView: a plain reading of the IPv6 header and the headers behind it, for the oracle. */
import { readBe16 } from './bytes.js';
import { IPV6_HEADER } from './ipv6-extensions.js';
import { findHeader } from './ipv6-headers.js';
import { IPV6_HEADER_LENGTH, readIpv6Address } from './ipv6.js';
import type { PacketMeta, PacketView } from './packet-view.js';

/** Whether the length field says nothing: 0 with hop-by-hop options behind it, where a jumbo payload option may stand (RFC 2675). */
function lengthIsElsewhere(l3: Uint8Array): boolean {
  return readBe16(l3, 4) === 0 && l3[6] === IPV6_HEADER.hopByHop;
}

/**
 * Why the kernel's ip6_rcv_core() discards `l3` before any table sees it, or undefined where its header is no reason:
 * too short, not version 6, payload length beyond the data. Hop-by-hop options, which it reads as well, are not looked at.
 */
export function ip6HeaderProblem(l3: Uint8Array): string | undefined {
  if (l3.length < IPV6_HEADER_LENGTH) return 'shorter than an IPv6 header';
  if (l3[0]! >> 4 !== 6) return 'not version 6';
  if (IPV6_HEADER_LENGTH + readBe16(l3, 4) > l3.length) return 'payload length beyond the packet';
  return undefined;
}

/**
 * `l3` (from the IPv6 header on; what lies beyond the payload length is cut off) as rules see it.
 * @throws RangeError with ip6HeaderProblem()'s words for a packet no table ever sees.
 */
export function decodeIpv6(l3: Uint8Array, meta: PacketMeta): PacketView {
  const problem = ip6HeaderProblem(l3);
  if (problem !== undefined) throw new RangeError(`not an IPv6 packet: ${problem}`);
  const packet = lengthIsElsewhere(l3) ? l3 : l3.subarray(0, IPV6_HEADER_LENGTH + readBe16(l3, 4));
  const transport = findHeader(packet);
  const found = typeof transport === 'object';
  const fragment = findHeader(packet, IPV6_HEADER.fragment);
  return {
    family: 'ipv6',
    meta,
    src: readIpv6Address(packet, 8),
    dst: readIpv6Address(packet, 24),
    protocol: found ? transport.protocol : IPV6_HEADER.none,
    ...(found ? {} : { protocolFound: 'cut' }),
    ttl: packet[7]!,
    tos: ((packet[0]! & 15) << 4) | (packet[1]! >> 4),
    length: packet.length,
    fragmentOffset: found ? transport.fragmentOffset : 0,
    moreFragments: typeof fragment === 'object' && (packet[fragment.offset + 3]! & 1) !== 0,
    l3: packet,
    l4: found ? packet.subarray(transport.offset) : new Uint8Array(0),
  };
}
