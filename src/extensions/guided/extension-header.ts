/** What the matches on one IPv6 extension header share in their oracles. */
import { findHeader, headerLength } from '../../net/ipv6-headers.js';
import type { PacketView } from '../../net/packet-view.js';

/**
 * The packet from the first header of number `target` on, as ah_mt6(), frag_mt6(), rt_mt6() and hbh_mt6() come to it: false where there is none, whatever
 * is inverted; 'hotdrop' where the headers before it are cut off, or its first `least` bytes, or (Linux 6.18.44; at first this was no match) what its length byte says.
 */
export function extensionHeader({ l3 }: PacketView, target: number, least: number): Uint8Array | false | 'hotdrop' {
  const found = findHeader(l3, target);
  if (found === 'cut') return 'hotdrop';
  if (found === 'none') return false;
  const header = l3.subarray(found.offset);
  return header.length < least || header.length < headerLength(target, header[1]!) ? 'hotdrop' : header;
}

/** Its length in bytes by its length byte (ipv6_optlen()). */
export function headerBytes(header: Uint8Array): number {
  return (header[1]! + 1) * 8;
}
