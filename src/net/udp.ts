/** UDP datagrams (RFC 768), and UDP-Lite (RFC 3828) with full coverage, which differs only in the protocol number and the length field. */
import { be16, concatBytes } from './bytes.js';
import { transportChecksum } from './checksum.js';
import type { Transport } from './ipv4.js';

/** Host order. */
export interface UdpFields {
  readonly sport: number;
  readonly dport: number;
  /** The UDP length field; made right when left out. */
  readonly length?: number;
  /** 0 = the sender made none. */
  readonly checksum?: number;
}

export function udp(fields: UdpFields, payload: Uint8Array = new Uint8Array(0), protocol: 17 | 136 = 17): Transport {
  const length = fields.length ?? (protocol === 136 ? 0 : 8 + payload.length);
  const datagram = concatBytes(be16(fields.sport), be16(fields.dport), be16(length), be16(0), payload);
  return {
    protocol,
    bytes(src, dst, family) {
      const out = Uint8Array.from(datagram);
      const sum = transportChecksum(src, dst, protocol, datagram, family);
      out.set(be16(fields.checksum ?? (sum === 0 ? 0xffff : sum)), 6);
      return out;
    },
  };
}
