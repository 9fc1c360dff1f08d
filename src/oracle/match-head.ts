/** The head of a rule against a packet: -s -d -i -o -p -f, as the kernel's ip_packet_match() and ip6_packet_match() decide. */
import type { AddressMatch, InterfaceMatch, RuleHead } from '../ruleset/model.js';
import type { PacketView } from '../net/packet-view.js';

/** `-p all`. */
const ALL = 0;

/**
 * Whether every part of `head` holds. A missing device has the empty name: only `+` and inverted names match it.
 * An IPv6 packet without a transport that can be found is dropped by any -p that is reached, inverted or not, `-p all` too.
 */
export function matchHead(head: RuleHead, packet: PacketView): boolean | 'hotdrop' {
  if (head.src && !matchAddress(head.src, packet.src)) return false;
  if (head.dst && !matchAddress(head.dst, packet.dst)) return false;
  if (head.inIface && !matchInterface(head.inIface, packet.meta.inIface ?? '')) return false;
  if (head.outIface && !matchInterface(head.outIface, packet.meta.outIface ?? '')) return false;
  if (head.protocol) {
    if (packet.protocolFound === 'cut') return 'hotdrop';
    if (head.protocol.number !== ALL && (packet.protocol === head.protocol.number) === head.protocol.invert) return false;
  }
  if (head.fragment && (packet.fragmentOffset !== 0) === head.fragment.invert) return false;
  return true;
}

function matchAddress(match: AddressMatch, address: bigint): boolean {
  return ((address & match.mask) === match.addr) !== match.invert;
}

function matchInterface(match: InterfaceMatch, name: string): boolean {
  const same = match.wildcard ? name.startsWith(match.name) : name === match.name;
  return same !== match.invert;
}
