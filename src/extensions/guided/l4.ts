/** Steps and byte reads shared by matches that look into the layer-4 header. */
import { eq, masked, type Step } from '../../ir/predicate.js';
import { L4_STATE } from '../../ir/field.js';
import type { PacketView } from '../../net/packet-view.js';

/** false for later fragments, whatever the match's own inversion: they carry no layer-4 header. */
export const FIRST_FRAGMENT: Step = { kind: 'require', predicate: eq('fragOffset', 0) };

function hotdropIf(bit: number): Step {
  return { kind: 'hotdrop-if', predicate: masked('l4State', bit, bit) };
}

/** What a header may be too short for. */
type Short = Exclude<keyof typeof L4_STATE, 'protoCut'>;

const HOTDROP: Readonly<Record<Short, Step>> = {
  short20: hotdropIf(L4_STATE.short20),
  short8: hotdropIf(L4_STATE.short8),
  short4: hotdropIf(L4_STATE.short4),
  tcpOptionsCut: hotdropIf(L4_STATE.tcpOptionsCut),
};

/** The packet is dropped where fewer bytes than the match reads are there (par->hotdrop). One step for all rules: planners know it again. */
export function hotdropIfShort(bit: Short): Step {
  return HOTDROP[bit];
}

/** Big-endian 16-bit number at `offset`; the caller has checked the length. */
export function be16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/**
 * What matches take for a TCP header that look at no fragment offset (xt_ecn, xt_tcpmss): the data of a later fragment; of IPv6 its IPv6 header, for
 * ipv6_find_hdr() leaves the transport's place at 0 then.
 */
export function takenForL4(packet: PacketView): Uint8Array {
  return packet.family === 'ipv6' && packet.fragmentOffset !== 0 ? packet.l3 : packet.l4;
}
