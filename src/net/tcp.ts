/** TCP segments (RFC 793). */
import { be16, be32, concatBytes } from './bytes.js';
import { transportChecksum } from './checksum.js';
import { padTo, type Transport } from './ipv4.js';

/** Bits of the flags byte. */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** Host order. Checksum and data offset are made right unless given. */
export interface TcpFields {
  readonly sport: number;
  readonly dport: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Flags byte, see TCP_FLAG. */
  readonly flags?: number;
  readonly window?: number;
  readonly urgent?: number;
  /** TCP options, padded here with zero bytes to a multiple of 4; at most 40 bytes. */
  readonly options?: Uint8Array;
  /** Header length in 32-bit words. */
  readonly dataOffset?: number;
  readonly checksum?: number;
}

/** A TCP segment. RangeError when the options do not fit. */
export function tcp(fields: TcpFields, payload: Uint8Array = new Uint8Array(0)): Transport {
  const given = fields.options ?? new Uint8Array(0);
  if (given.length > 40) throw new RangeError(`${given.length} bytes of TCP options: at most 40 fit`);
  const options = padTo(given, Math.ceil(given.length / 4) * 4);
  const segment = concatBytes(
    be16(fields.sport),
    be16(fields.dport),
    be32(fields.seq ?? 0),
    be32(fields.ack ?? 0),
    Uint8Array.of((fields.dataOffset ?? 5 + options.length / 4) << 4, fields.flags ?? 0),
    be16(fields.window ?? 0xffff),
    be16(0),
    be16(fields.urgent ?? 0),
    options,
    payload,
  );
  return {
    protocol: 6,
    bytes(src, dst, family) {
      const out = Uint8Array.from(segment);
      out.set(be16(fields.checksum ?? transportChecksum(src, dst, 6, segment, family)), 16);
      return out;
    },
  };
}

/** Option of one kind with its length byte: kind, length, data. */
export function tcpOption(kind: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concatBytes(Uint8Array.of(kind, 2 + data.length), data);
}

/** Maximum segment size, as SYNs carry it. */
export function mssOption(mss: number): Uint8Array {
  return tcpOption(2, be16(mss));
}
