/** Extension headers of IPv6: their numbers, and builders (RFC 8200 section 4, RFC 4302, RFC 8754). */
import { be16, be32, concatBytes } from './bytes.js';
import { ipv6Bytes, type ExtensionHeader } from './ipv6.js';

export const IPV6_HEADER = { hopByHop: 0, routing: 43, fragment: 44, esp: 50, ah: 51, icmp6: 58, none: 59, destination: 60, mobility: 135 } as const;

/** One option of hop-by-hop or destination options: type, length, data. `length` is what its length byte says, if not the truth. */
export function ipv6Option(type: number, data: Uint8Array = new Uint8Array(0), length = data.length): Uint8Array {
  return concatBytes(Uint8Array.of(type, length), data);
}

/** Filled up to a multiple of 8 bytes with Pad1 or PadN. */
function padded(bytes: Uint8Array): Uint8Array {
  const missing = -bytes.length & 7;
  if (missing === 0) return bytes;
  return concatBytes(bytes, missing === 1 ? Uint8Array.of(0) : ipv6Option(1, new Uint8Array(missing - 2)));
}

function optionsHeader(number: number, options: readonly Uint8Array[], length?: number): ExtensionHeader {
  return {
    number,
    bytes(next) {
      const out = padded(concatBytes(Uint8Array.of(next, 0), ...options));
      out[1] = length ?? out.length / 8 - 1;
      return out;
    },
  };
}

/** Hop-by-hop options. `length` is what the header's length byte says (in 8 bytes beyond the first 8), if not the truth. */
export function hopByHop(options: readonly Uint8Array[] = [], length?: number): ExtensionHeader {
  return optionsHeader(IPV6_HEADER.hopByHop, options, length);
}

/** Destination options. */
export function destinationOptions(options: readonly Uint8Array[] = [], length?: number): ExtensionHeader {
  return optionsHeader(IPV6_HEADER.destination, options, length);
}

/** Any routing header: type, segments left, and the bytes behind them (filled up with zero bytes to a multiple of 8, 4 at least). */
export function routingHeader(type: number, segmentsLeft: number, data: Uint8Array = new Uint8Array(4), length?: number): ExtensionHeader {
  const body = concatBytes(data, new Uint8Array(-(data.length + 4) & 7));
  return { number: IPV6_HEADER.routing, bytes: (next) => concatBytes(Uint8Array.of(next, length ?? (body.length + 4) / 8 - 1, type, segmentsLeft), body) };
}

/** Routing header type 0, or 2: a reserved word and addresses. */
export function sourceRoute(addresses: readonly bigint[], segmentsLeft = addresses.length, type = 0, reserved = 0): ExtensionHeader {
  return routingHeader(type, segmentsLeft, concatBytes(be32(reserved), ...addresses.map(ipv6Bytes)));
}

/** Segment routing header (type 4): `segments` in reverse order as on the wire, `lastEntry` their last index when left out. */
export function segmentRouting(segments: readonly bigint[], fields: { readonly segmentsLeft?: number; readonly lastEntry?: number; readonly flags?: number; readonly tag?: number } = {}): ExtensionHeader {
  const fixed = concatBytes(Uint8Array.of(fields.lastEntry ?? segments.length - 1, fields.flags ?? 0), be16(fields.tag ?? 0));
  return routingHeader(4, fields.segmentsLeft ?? 0, concatBytes(fixed, ...segments.map(ipv6Bytes)));
}

/** `offset` in units of 8 bytes; `reserved` the second byte, `reservedBits` the two bits before the flag. */
export function fragmentHeader(fields: { readonly id?: number; readonly offset?: number; readonly more?: boolean; readonly reserved?: number; readonly reservedBits?: number }): ExtensionHeader {
  const word = ((fields.offset ?? 0) << 3) | ((fields.reservedBits ?? 0) << 1) | (fields.more === true ? 1 : 0);
  return { number: IPV6_HEADER.fragment, bytes: (next) => concatBytes(Uint8Array.of(next, fields.reserved ?? 0), be16(word), be32(fields.id ?? 0)) };
}

/** Authentication header: its length counts words of 4 bytes less 2. */
export function authentication(fields: { readonly spi: number; readonly sequence?: number; readonly icv?: Uint8Array; readonly reserved?: number; readonly length?: number }): ExtensionHeader {
  const icv = fields.icv ?? new Uint8Array(12);
  const length = fields.length ?? Math.ceil((12 + icv.length) / 4) - 2;
  return { number: IPV6_HEADER.ah, bytes: (next) => concatBytes(Uint8Array.of(next, length), be16(fields.reserved ?? 0), be32(fields.spi), be32(fields.sequence ?? 0), icv) };
}

/** A header as bytes; the first one is replaced by the number of what follows. */
export function rawHeader(number: number, bytes: Uint8Array): ExtensionHeader {
  return { number, bytes: (next) => concatBytes(Uint8Array.of(next).subarray(0, bytes.length), bytes.subarray(1)) };
}
