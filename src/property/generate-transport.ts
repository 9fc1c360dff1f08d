/** Transports of generated packets: each with what matches look at, now and then malformed. */
import { be16, be32, concatBytes } from '../net/bytes.js';
import { icmp6 } from '../net/icmp6.js';
import { icmp } from '../net/icmp.js';
import { rawTransport, type Transport } from '../net/ipv4.js';
import { SCTP_CHUNK, sctp, sctpChunk } from '../net/sctp.js';
import { tcp, tcpOption } from '../net/tcp.js';
import { udp } from '../net/udp.js';
import { L4_STATE, type FieldName } from '../ir/field.js';
import type { Family } from '../ruleset/model.js';
import { hintedNumber, type Hints } from './hints.js';
import type { Random } from './random.js';

export interface TransportWishes {
  readonly family: Family;
  readonly tcpOptions: readonly number[];
  /** The value of a field somebody cares about, or another. */
  readonly number: (field: FieldName, otherwise: () => number) => number;
  readonly hints: Hints;
  readonly ports: readonly number[];
  readonly payload: Uint8Array;
}

/** Protocols that a packet has where nobody asks for one. */
export const USUAL_PROTOCOLS: Readonly<Record<Family, readonly number[]>> = {
  ipv4: [6, 6, 6, 17, 17, 1, 1, 47, 132, 136, 33, 50, 51, 108, 115, 0, 255],
  ipv6: [6, 6, 6, 17, 17, 58, 58, 47, 132, 136, 33, 50, 59, 135, 108, 115, 1, 255],
};

/** The transport of a protocol; of one that nothing is known of, what UDP would have, and zeros. */
export function makeTransport(protocol: number, wishes: TransportWishes, random: Random): Transport {
  const { family, number, hints, ports, payload } = wishes;
  const sport = number('sport', () => random.pick(ports));
  const dport = number('dport', () => random.pick(ports));
  const checksum = random.chance(0.03) ? { checksum: random.below(65536) } : {};
  const raw = (...parts: readonly Uint8Array[]): Transport => rawTransport(protocol, concatBytes(...parts, payload));
  const any = (bits: number, usual: readonly number[] = []): number => hintedNumber(hints, bits, random, usual);
  switch (protocol) {
    case 6:
      return tcpSegment(sport, dport, wishes, checksum, random);
    case 17:
    case 136:
      return udp({ sport, dport, ...checksum }, random.chance(0.1) ? concatBytes(l2tp(any, random), payload) : payload, protocol);
    case 1:
    case 58: {
      if ((protocol === 1) !== (family === 'ipv4')) return raw(new Uint8Array(8));
      const make = protocol === 1 ? icmp : icmp6;
      const types = protocol === 1 ? [0, 3, 5, 8, 11, 13, 40] : [1, 2, 3, 4, 128, 129, 130, 133, 134, 135, 136, 137, 143];
      return make(number('icmpType', () => random.pick(types)), number('icmpCode', () => random.pick([0, 0, 1, 3, 4])), concatBytes(new Uint8Array(4), payload), checksum.checksum);
    }
    case 33:
      return raw(be16(sport), be16(dport), dccpRest(any, random));
    case 132:
      return sctp({ sport, dport, tag: random.bits32(), checksum: 0 }, ...chunks(any, random));
    case 50:
      return raw(be32(any(32)), be32(random.bits32()), new Uint8Array(16));
    case 51:
      return raw(Uint8Array.of(6, any(8, [4])), be16(any(16, [0])), be32(any(32)), be32(1), new Uint8Array(12));
    case 108:
      return raw(Uint8Array.of(6, 0), be16(any(16)));
    case 115:
      return raw(be32(any(32, [0])), l2tp(any, random));
    case 135:
      return raw(Uint8Array.of(random.chance(0.9) ? 59 : 6, any(8, [0, 1, 3])), Uint8Array.of(any(8, [0, 1, 5, 7]), 0), be16(0), new Uint8Array(10));
    default:
      return raw(udp({ sport, dport }).bytes(0n, 0n), new Uint8Array(12));
  }
}

type Any = (bits: number, usual?: readonly number[]) => number;

function tcpSegment(sport: number, dport: number, { number, tcpOptions, hints, payload }: TransportWishes, checksum: { readonly checksum?: number }, random: Random): Transport {
  const flags = number('tcpFlags', () => random.pick([2, 18, 16, 24, 17, 4, 20, 0, 0x29, 3, 6, 0x3f, 0xc2, 0x42, 0x82]));
  const cut = (number('l4State', () => 0) & L4_STATE.tcpOptionsCut) !== 0;
  const dataOffset = cut ? { dataOffset: 15 } : random.chance(0.03) ? { dataOffset: random.below(16) } : {};
  return tcp({ sport, dport, flags, seq: random.bits32(), ack: random.bits32(), options: options(tcpOptions, hints, random), ...dataOffset, ...checksum }, payload);
}

/** The wanted options and some others in random order, now and then malformed or with an end-of-list in the midst; at most 40 bytes. */
function options(wanted: readonly number[], hints: Hints, random: Random): Uint8Array {
  const kinds = wanted.map((kind) => (kind <= 1 ? Uint8Array.of(kind) : tcpOption(kind, new Uint8Array(random.below(3)))));
  const mss = tcpOption(2, be16(hintedNumber(hints, 16, random, [1460, 536])));
  const others = [Uint8Array.of(1), Uint8Array.of(1), mss, mss, tcpOption(4), tcpOption(8, new Uint8Array(8)), Uint8Array.of(0), Uint8Array.of(5, 0), Uint8Array.of(3, 1), Uint8Array.of(2, 3, 9), Uint8Array.of(254, 40)];
  if (kinds.length === 0 && random.chance(0.5)) return new Uint8Array(0);
  const all = random.sample([...kinds, ...random.sample(others, random.below(3))], 12);
  return concatBytes(...all).subarray(0, 40);
}

/** DCCP behind its ports: data offset, checksum, type, sequence numbers, options. */
function dccpRest(any: Any, random: Random): Uint8Array {
  const list = Array.from({ length: random.below(4) }, () => (random.chance(0.4) ? Uint8Array.of(random.below(32)) : tcpOption(any(8, [32, 33, 38, 44]), new Uint8Array(random.below(3)))));
  const bytes = concatBytes(...list);
  const padded = concatBytes(bytes, new Uint8Array(-bytes.length & 3));
  const offset = random.chance(0.9) ? 4 + padded.length / 4 : random.below(32);
  const extended = random.chance(0.7) ? 1 : 0;
  return concatBytes(Uint8Array.of(offset, 0), be16(0), Uint8Array.of((any(4, [0, 1, 2, 4, 7, 9]) << 1) | extended, 0), be16(1), be32(2), padded);
}

/** Up to four chunks of SCTP, mostly well formed. */
function chunks(any: Any, random: Random): Uint8Array[] {
  const types = Object.values(SCTP_CHUNK);
  return Array.from({ length: random.below(5) }, () => {
    const body = new Uint8Array(random.below(20));
    const length = random.chance(0.05) ? [random.pick([0, 3, 4, 100])] : [];
    return sctpChunk(any(8, types), body, random.chance(0.5) ? random.below(16) : 0, ...length);
  });
}

/** Begin of an L2TP header, version 2 or 3. */
function l2tp(any: Any, random: Random): Uint8Array {
  const flags = (random.pick([0x80, 0, 0xc8, 0x40]) << 8) | random.pick([2, 2, 3, 3, 1]);
  return concatBytes(be16(flags), be16(any(16)), be32(any(32)), be32(any(32)));
}
