/** ICMPv6 messages (RFC 4443, RFC 4861, RFC 2710). */
import { be16, concatBytes } from './bytes.js';
import { transportChecksum } from './checksum.js';
import type { Transport } from './ipv4.js';
import { ipv6Bytes } from './ipv6.js';

export const ICMP6_TYPE = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  redirect: 137,
} as const;

const ICMP6 = 58;

/** Any ICMPv6 message: type, code, checksum over the pseudo header (made right unless given), then `rest` (the 4 bytes after the checksum and the body). */
export function icmp6(type: number, code: number, rest: Uint8Array = new Uint8Array(4), checksum?: number): Transport {
  const message = concatBytes(Uint8Array.of(type, code, 0, 0), rest);
  return {
    protocol: ICMP6,
    bytes(src, dst) {
      const out = Uint8Array.from(message);
      out.set(be16(checksum ?? transportChecksum(src, dst, ICMP6, message, 'ipv6')), 2);
      return out;
    },
  };
}

/** Echo request (128) or reply (129). */
export function icmp6Echo(type: number, id: number, sequence: number, body: Uint8Array = new Uint8Array(0)): Transport {
  return icmp6(type, 0, concatBytes(be16(id), be16(sequence), body));
}

/** An error about `inner`, an IPv6 packet, of which as much is sent back as fits 1280 bytes. `word` stands in the 4 bytes before it (MTU, pointer). */
export function icmp6Error(type: number, code: number, inner: Uint8Array, word = new Uint8Array(4), quoted = 1280 - 48): Transport {
  return icmp6(type, code, concatBytes(word, inner.subarray(0, quoted)));
}

/** Neighbour solicitation or advertisement about `target`. */
export function neighbour(type: 135 | 136, target: bigint, flags = 0, options: Uint8Array = new Uint8Array(0)): Transport {
  return icmp6(type, 0, concatBytes(Uint8Array.of(flags, 0, 0, 0), ipv6Bytes(target), options));
}
