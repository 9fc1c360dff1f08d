/** What the packet generator gives. */
import type { PacketMeta } from '../net/packet-view.js';
import type { BuiltinChain } from '../ruleset/model.js';

export interface GeneratedPacket {
  /** The chain it is meant for. */
  readonly hook: BuiltinChain;
  /** From the IP header on; always a header the kernel's IP input accepts. */
  readonly l3: Uint8Array;
  /** Devices, mark, MAC, address types, conntrack state as a test run may set them; with real devices they are hints. */
  readonly meta: PacketMeta;
  /** Why this packet, for people: `FORWARD 3: dport edge`. */
  readonly note: string;
  /** Its place in a whole conversation, from 0; absent for single packets. */
  readonly flow?: number;
}
