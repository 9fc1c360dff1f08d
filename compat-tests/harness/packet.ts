/** A packet of a trial: its bytes from the IP header on, and how it reaches the dut. */
import { ETHERTYPE, ethernet, macAddress } from '../../src/net/ethernet.js';
import { be16, concatBytes } from '../../src/net/bytes.js';
import { interfaceNamed, type World } from './world.js';

const VLAN_TAG = 0x8100;

export type TwinPacket =
  /** Comes in on the dut's interface `on`, sent by the peer there. */
  | {
      readonly kind: 'arrives';
      readonly on: string;
      readonly l3: Uint8Array;
      /** MAC addresses where they matter; by default the peer's, and what the destination address asks for. */
      readonly macSrc?: string;
      readonly macDst?: string;
      /** VLANs of the 802.1Q tags before the packet, outermost first. */
      readonly vlans?: readonly number[];
    }
  /** Sent by the dut through a packet socket on the device, past its IP stack. */
  | { readonly kind: 'injected'; readonly on: string; readonly l3: Uint8Array }
  /** Sent by the dut itself through a raw socket (total length and header checksum are the kernel's). */
  | { readonly kind: 'local'; readonly l3: Uint8Array };

/** The destination MAC an honest sender would use: group and broadcast addresses by RFC 1112, RFC 919 and RFC 2464, else the dut's own. */
function destinationMac(world: World, on: string, l3: Uint8Array): string {
  const wire = interfaceNamed(world, on);
  if (world.family === 'ipv6') return l3[24] === 0xff ? ['33:33', ...Array.from(l3.subarray(36, 40), (byte) => byte.toString(16).padStart(2, '0'))].join(':') : wire.mac;
  const [a = 0, b = 0, c = 0, d = 0] = l3.subarray(16, 20);
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  if (a >= 224 && a < 240) return `01:00:5e:${hex(b & 0x7f)}:${hex(c)}:${hex(d)}`;
  const text = `${a}.${b}.${c}.${d}`;
  const networkBroadcast = `${wire.address.split('.').slice(0, 3).join('.')}.255`;
  return text === '255.255.255.255' || text === networkBroadcast ? 'ff:ff:ff:ff:ff:ff' : wire.mac;
}

/** What a trial's packet is on its socket: an Ethernet frame to or from the dut, or the bare packet for the dut's raw socket. */
export function wireBytes(world: World, packet: TwinPacket): Uint8Array {
  if (packet.kind === 'local') return packet.l3;
  const wire = interfaceNamed(world, packet.on);
  const protocol = ETHERTYPE[world.family];
  if (packet.kind === 'injected') return ethernet(macAddress(wire.peerMac), macAddress(wire.mac), protocol, packet.l3);
  const dst = packet.macDst ?? destinationMac(world, packet.on, packet.l3);
  const { type, payload } = (packet.vlans ?? []).reduceRight<{ type: number; payload: Uint8Array }>(
    (inner, vlan) => ({ type: VLAN_TAG, payload: concatBytes(be16(vlan), be16(inner.type), inner.payload) }),
    { type: protocol, payload: packet.l3 },
  );
  return ethernet(macAddress(dst), macAddress(packet.macSrc ?? wire.peerMac), type, payload);
}
