/** Bytes to PacketView: a plain reading of the IPv4 header, for the oracle; IPv6 is decode6.ts's matter. */
import { readBe16, readBe32 } from './bytes.js';
import { internetChecksum } from './checksum.js';
import { decodeIpv6 } from './decode6.js';
import type { PacketMeta, PacketView } from './packet-view.js';

/**
 * Why the kernel's ip_rcv_core() discards `l3` before any table sees it, or undefined when it does not: too short, not version 4,
 * header length below 5 words or beyond the data, wrong header checksum, total length beyond the data or below the header length.
 */
export function ipHeaderProblem(l3: Uint8Array): string | undefined {
  if (l3.length < 20) return 'shorter than an IP header';
  const headerLength = (l3[0]! & 15) * 4;
  if (l3[0]! >> 4 !== 4) return 'not version 4';
  if (headerLength < 20) return 'header length below 20';
  if (l3.length < headerLength) return 'header longer than the packet';
  if (internetChecksum(l3.subarray(0, headerLength)) !== 0) return 'bad header checksum';
  const totalLength = readBe16(l3, 2);
  if (l3.length < totalLength) return 'total length beyond the packet';
  if (totalLength < headerLength) return 'total length below the header length';
  return undefined;
}

/**
 * `l3` (from the IP header on; link-layer padding beyond the total length is cut off, as ip_rcv_core() trims the skb) as rules see it. Its version chooses the family.
 * @throws RangeError with the words of ipHeaderProblem() or ip6HeaderProblem() for a packet no table ever sees.
 */
export function decodePacket(l3: Uint8Array, meta: PacketMeta): PacketView {
  if (l3.length > 0 && l3[0]! >> 4 === 6) return decodeIpv6(l3, meta);
  const problem = ipHeaderProblem(l3);
  if (problem !== undefined) throw new RangeError(`not an IPv4 packet: ${problem}`);
  const packet = l3.subarray(0, readBe16(l3, 2));
  const fragmentWord = readBe16(packet, 6);
  return {
    family: 'ipv4',
    meta,
    src: BigInt(readBe32(packet, 12)),
    dst: BigInt(readBe32(packet, 16)),
    protocol: packet[9]!,
    ttl: packet[8]!,
    tos: packet[1]!,
    length: packet.length,
    fragmentOffset: fragmentWord & 0x1fff,
    moreFragments: (fragmentWord & 0x2000) !== 0,
    l3: packet,
    l4: packet.subarray((packet[0]! & 15) * 4),
  };
}
