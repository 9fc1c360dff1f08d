/** A packet described by the values its fields are to have, and its making: bytes from the IP header on, and metadata. */
import { concatBytes } from '../net/bytes.js';
import { ipv4, truncateTransport, withHeaderChecksum, type Transport } from '../net/ipv4.js';
import { ipv6, withIpv6Length, IPV6_HEADER_LENGTH } from '../net/ipv6.js';
import { findHeader } from '../net/ipv6-headers.js';
import type { PacketMeta } from '../net/packet-view.js';
import { L4_STATE, type FieldName } from '../ir/field.js';
import type { BuiltinChain } from '../ruleset/model.js';
import { generateExtensions } from './generate-extensions.js';
import { generateMeta } from './generate-meta.js';
import { generatePayload } from './generate-payload.js';
import { makeTransport, USUAL_PROTOCOLS } from './generate-transport.js';
import { NO_HINTS, type Hints } from './hints.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';
import { wantedAddress } from './wanted-address.js';

export interface WantedPacket {
  readonly hook: BuiltinChain;
  /** Fields somebody cares about; the others are made up. */
  readonly fields: ReadonlyMap<FieldName, bigint>;
  /** TCP option kinds that are to be there. */
  readonly tcpOptions: readonly number[];
  readonly inIface?: string;
  readonly outIface?: string;
  /** What rules name that no field speaks for. */
  readonly hints?: Hints;
}

export interface BuiltPacket {
  readonly l3: Uint8Array;
  readonly meta: PacketMeta;
}

/** Bytes and metadata for `wanted`; at most `maximumLength` bytes from the IP header on. Wishes that contradict each other are met as far as possible. */
export function buildPacket(wanted: WantedPacket, random: Random, words: Vocabulary, maximumLength: number): BuiltPacket {
  const number = (field: FieldName, otherwise: () => number): number => {
    const value = wanted.fields.get(field);
    return value === undefined ? otherwise() : Number(value);
  };
  const hints = wanted.hints ?? NO_HINTS;
  const meta = generateMeta(wanted, number, random, words);
  const protocol = number('proto', () => defaultProtocol(wanted, random, words));
  const payload = generatePayload(hints, random);
  const transport = makeTransport(protocol, { family: words.family, tcpOptions: wanted.tcpOptions, number, hints, ports: words.ports, payload }, random);
  const fragmentOffset = number('fragOffset', () => (random.chance(0.03) ? random.pick([1, 2, 185, 8191]) : 0)) & 0x1fff;
  const moreFragments = random.chance(fragmentOffset > 0 ? 0.5 : 0.02);
  const headers = {
    src: sourceAddress(wanted, meta, random, words),
    dst: wantedAddress(wanted.fields, 'dst', random, words),
    ttl: number('ttl', () => random.pick([1, 2, 63, 64, 128, 255])),
    tos: number('tos', () => random.pick([0, 0, 8, 0xb8, 1, 3, random.below(256)])),
    fragmentOffset,
    moreFragments,
  };
  const l3 = words.family === 'ipv4' ? ipv4Packet(headers, transport, random) : ipv6Packet({ ...headers, hints, addresses: words.addresses }, transport, random);
  return { l3: withLength(words.family === 'ipv4' ? IPV4 : IPV6, l3, wanted, random, maximumLength), meta };
}

/** Now and then the one that a card with the packet's MAC makes of it (RFC 4291, appendix A). */
function sourceAddress(wanted: WantedPacket, meta: PacketMeta, random: Random, words: Vocabulary): bigint {
  const address = wantedAddress(wanted.fields, 'src', random, words);
  if (words.family === 'ipv4' || meta.macSrc === undefined || !random.chance(0.05)) return address;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = meta.macSrc;
  const identifier = [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return ((address >> 64n) << 64n) | identifier;
}

function defaultProtocol(wanted: WantedPacket, random: Random, { family }: Vocabulary): number {
  const fields = wanted.fields;
  if (wanted.tcpOptions.length > 0 || fields.has('tcpFlags')) return 6;
  if (fields.has('icmpType') || fields.has('icmpCode')) return family === 'ipv4' ? 1 : 58;
  if (fields.has('sport') || fields.has('dport')) return random.pick([6, 17]);
  return random.pick(USUAL_PROTOCOLS[family]);
}

interface Headers {
  readonly src: bigint;
  readonly dst: bigint;
  readonly ttl: number;
  readonly tos: number;
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
}

function ipv4Packet(headers: Headers, transport: Transport, random: Random): Uint8Array {
  const options = random.chance(0.06) ? random.pick([Uint8Array.of(1), Uint8Array.of(1, 1, 1, 1, 1), Uint8Array.of(148, 4, 0, 0), new Uint8Array(40).fill(1)]) : new Uint8Array(0);
  const dontFragment = headers.fragmentOffset === 0 && !headers.moreFragments && random.chance(0.3);
  return ipv4({ ...headers, id: random.below(65536), options, dontFragment }, transport);
}

function ipv6Packet(headers: Headers & { readonly hints: Hints; readonly addresses: readonly bigint[] }, transport: Transport, random: Random): Uint8Array {
  const { src, dst, ttl, tos } = headers;
  return ipv6({ src, dst, hopLimit: ttl, trafficClass: tos, flowLabel: random.below(0x100000), extensions: generateExtensions(headers, random) }, transport);
}

/** How the length of a packet is changed. */
interface Shape {
  /** Where the transport header begins, or would. */
  readonly l4At: (packet: Uint8Array) => number;
  /** Bytes that must stay. */
  readonly least: (packet: Uint8Array) => number;
  readonly resized: (packet: Uint8Array, length: number) => Uint8Array;
}

const IPV4: Shape = {
  l4At: (packet) => (packet[0]! & 15) * 4,
  least: (packet) => (packet[0]! & 15) * 4,
  resized(packet, length) {
    if (length <= packet.length) return truncateTransport(packet, length - (packet[0]! & 15) * 4);
    const longer = concatBytes(packet, new Uint8Array(length - packet.length));
    longer.set([length >> 8, length & 255], 2);
    return withHeaderChecksum(longer);
  },
};

const IPV6: Shape = {
  l4At(packet) {
    const found = findHeader(packet);
    return typeof found === 'object' ? Math.min(found.offset, packet.length) : packet.length;
  },
  least: () => IPV6_HEADER_LENGTH,
  resized: withIpv6Length,
};

/** Cuts or lengthens `packet` for the wanted length and transport state; IPv6 now and then within its extension headers. */
function withLength(shape: Shape, packet: Uint8Array, wanted: WantedPacket, random: Random, maximumLength: number): Uint8Array {
  const l4At = shape.l4At(packet);
  const state = Number(wanted.fields.get('l4State') ?? 0n);
  const short = state & L4_STATE.short4 ? 4 : state & L4_STATE.short8 ? 8 : state & L4_STATE.short20 ? 20 : 0;
  const least = shape.least(packet);
  if (l4At > least && (state & L4_STATE.protoCut || random.chance(0.05))) return shape.resized(packet, random.between(least, l4At));
  if (short > 0 || random.chance(0.03)) return shape.resized(packet, Math.min(packet.length, l4At + random.below(short > 0 ? short : 24)));
  const wish = Number(wanted.fields.get('length') ?? BigInt(packet.length));
  return shape.resized(packet, Math.max(least, Math.min(wish, maximumLength)));
}
