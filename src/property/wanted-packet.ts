/** A packet described by the values its fields are to have, and its making: bytes from the IP header on, and metadata. */
import { concatBytes } from '../net/bytes.js';
import { macAddress } from '../net/ethernet.js';
import { icmp } from '../net/icmp.js';
import { ipv4, rawTransport, truncateTransport, withHeaderChecksum, type Transport } from '../net/ipv4.js';
import type { CtEntry, PacketMeta } from '../net/packet-view.js';
import { tcp, tcpOption } from '../net/tcp.js';
import { udp } from '../net/udp.js';
import { CT_STATE, L4_STATE, type FieldName } from '../ir/field.js';
import type { BuiltinChain } from '../ruleset/model.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';

export interface WantedPacket {
  readonly hook: BuiltinChain;
  /** Fields somebody cares about; the others are made up. */
  readonly fields: ReadonlyMap<FieldName, bigint>;
  /** TCP option kinds that are to be there. */
  readonly tcpOptions: readonly number[];
  readonly inIface?: string;
  readonly outIface?: string;
}

export interface BuiltPacket {
  readonly l3: Uint8Array;
  readonly meta: PacketMeta;
}

/** RTN_MAX + 1: the address types the kernel has. */
const ADDRESS_TYPES = 12;

const STATE_NAMES = { [CT_STATE.invalid]: 'INVALID', [CT_STATE.established]: 'ESTABLISHED', [CT_STATE.related]: 'RELATED', [CT_STATE.new]: 'NEW', [CT_STATE.untracked]: 'UNTRACKED' } as const;

/** Bytes and metadata for `wanted`; at most `maximumLength` bytes from the IP header on. Wishes that contradict each other are met as far as possible. */
export function buildPacket(wanted: WantedPacket, random: Random, words: Vocabulary, maximumLength: number): BuiltPacket {
  const number = (field: FieldName, otherwise: () => number): number => {
    const value = wanted.fields.get(field);
    return value === undefined ? otherwise() : Number(value);
  };
  const src = wanted.fields.get('src') ?? random.pick(words.addresses);
  const dst = wanted.fields.get('dst') ?? random.pick(words.addresses);
  const fragmentOffset = number('fragOffset', () => (random.chance(0.03) ? random.pick([1, 2, 185, 8191]) : 0)) & 0x1fff;
  const moreFragments = random.chance(fragmentOffset > 0 ? 0.5 : 0.02);
  const options = random.chance(0.06) ? random.pick([Uint8Array.of(1), Uint8Array.of(1, 1, 1, 1, 1), Uint8Array.of(148, 4, 0, 0), new Uint8Array(40).fill(1)]) : new Uint8Array(0);
  const payload = new Uint8Array(random.chance(0.7) ? 0 : random.below(64)).map(() => random.below(256));
  const transport = makeTransport(number('proto', () => defaultProtocol(wanted, random)), wanted, number, payload, random, words);
  const dontFragment = fragmentOffset === 0 && !moreFragments && random.chance(0.3);
  const headers = { src, dst, ttl: number('ttl', () => random.pick([1, 2, 63, 64, 128, 255])), tos: number('tos', () => random.pick([0, 0, 8, 0xb8])), id: random.below(65536) };
  const whole = ipv4({ ...headers, options, dontFragment, moreFragments, fragmentOffset }, transport);
  return { l3: withLength(whole, wanted, random, maximumLength), meta: makeMeta(wanted, number, random, words) };
}

function defaultProtocol(wanted: WantedPacket, random: Random): number {
  const fields = wanted.fields;
  if (wanted.tcpOptions.length > 0 || fields.has('tcpFlags')) return 6;
  if (fields.has('icmpType') || fields.has('icmpCode')) return 1;
  if (fields.has('sport') || fields.has('dport')) return random.pick([6, 17]);
  return random.pick([6, 6, 6, 17, 17, 1, 1, 47, 132, 136, 33, 0, 255]);
}

type Lookup = (field: FieldName, otherwise: () => number) => number;

function makeTransport(protocol: number, wanted: WantedPacket, number: Lookup, payload: Uint8Array, random: Random, words: Vocabulary): Transport {
  const sport = number('sport', () => random.pick(words.ports));
  const dport = number('dport', () => random.pick(words.ports));
  const checksum = random.chance(0.03) ? { checksum: random.below(65536) } : {};
  switch (protocol) {
    case 6: {
      const flags = number('tcpFlags', () => random.pick([2, 18, 16, 24, 17, 4, 20, 0, 0x29, 3, 6, 0x3f, 0xc2]));
      const cut = (number('l4State', () => 0) & L4_STATE.tcpOptionsCut) !== 0;
      const dataOffset = cut ? { dataOffset: 15 } : random.chance(0.03) ? { dataOffset: random.below(16) } : {};
      return tcp({ sport, dport, flags, seq: random.bits32(), ack: random.bits32(), options: tcpOptions(wanted.tcpOptions, random), ...dataOffset, ...checksum }, payload);
    }
    case 17:
    case 136:
      return udp({ sport, dport, ...checksum }, payload, protocol);
    case 1:
      return icmp(number('icmpType', () => random.pick([0, 3, 5, 8, 11, 13, 40])), number('icmpCode', () => random.pick([0, 0, 1, 3, 4])), concatBytes(new Uint8Array(4), payload), checksum.checksum);
    default:
      // sctp and dccp have their ports where udp has them; what stands behind is of no concern to any match.
      return rawTransport(protocol, concatBytes(udp({ sport, dport }).bytes(0n, 0n), new Uint8Array(12), payload));
  }
}

/** The wanted options and some others in random order, now and then malformed or with an end-of-list in the midst; at most 40 bytes. */
function tcpOptions(wanted: readonly number[], random: Random): Uint8Array {
  const kinds = wanted.map((kind) => (kind <= 1 ? Uint8Array.of(kind) : tcpOption(kind, new Uint8Array(random.below(3)))));
  const others = [Uint8Array.of(1), Uint8Array.of(1), tcpOption(2, Uint8Array.of(5, 0xb4)), tcpOption(4), tcpOption(8, new Uint8Array(8)), Uint8Array.of(0), Uint8Array.of(5, 0), Uint8Array.of(3, 1), Uint8Array.of(254, 40)];
  if (kinds.length === 0 && random.chance(0.6)) return new Uint8Array(0);
  const all = random.sample([...kinds, ...random.sample(others, random.below(3))], 12);
  return concatBytes(...all).subarray(0, 40);
}

/** Cuts or lengthens `packet` for the wanted length and transport state. */
function withLength(packet: Uint8Array, wanted: WantedPacket, random: Random, maximumLength: number): Uint8Array {
  const headerLength = (packet[0]! & 15) * 4;
  const state = Number(wanted.fields.get('l4State') ?? 0n);
  const short = state & L4_STATE.short4 ? 4 : state & L4_STATE.short8 ? 8 : state & L4_STATE.short20 ? 20 : 0;
  if (short > 0 || random.chance(0.03)) return truncateTransport(packet, Math.min(packet.length - headerLength, random.below(short > 0 ? short : 24)));
  const wish = Number(wanted.fields.get('length') ?? BigInt(packet.length));
  const length = Math.max(headerLength, Math.min(wish, maximumLength));
  if (length <= packet.length) return truncateTransport(packet, length - headerLength);
  const longer = concatBytes(packet, new Uint8Array(length - packet.length));
  longer.set([length >> 8, length & 255], 2);
  return withHeaderChecksum(longer);
}

function makeMeta(wanted: WantedPacket, number: Lookup, random: Random, words: Vocabulary): PacketMeta {
  const inIface = wanted.hook === 'OUTPUT' ? undefined : (wanted.inIface ?? random.pick(words.interfaces));
  const outIface = wanted.hook === 'INPUT' ? undefined : (wanted.outIface ?? random.pick(words.interfaces));
  const hasMac = inIface !== undefined && inIface !== 'lo' && number('hasMac', () => 1) !== 0;
  const mac = wanted.fields.get('macSrc');
  const type = (field: FieldName): number => number(field, () => random.pick([1, 1, 2, 2, 3, 5])) % ADDRESS_TYPES;
  const ctBits = number('ctState', () => random.pick(Object.values(CT_STATE)));
  const ctState = STATE_NAMES[ctBits as keyof typeof STATE_NAMES] ?? 'NEW';
  return {
    ...(inIface === undefined ? {} : { inIface }),
    ...(outIface === undefined ? {} : { outIface }),
    ...(hasMac ? { macSrc: mac === undefined ? macAddress(random.pick(words.macs)) : macBytes(mac) } : {}),
    mark: number('mark', () => random.pick(words.marks)),
    srcType: type('srcType'),
    dstType: type('dstType'),
    srcTypeIface: type('srcTypeIface'),
    dstTypeIface: type('dstTypeIface'),
    srcTypeOutIface: type('srcTypeOutIface'),
    dstTypeOutIface: type('dstTypeOutIface'),
    ctState,
    ctEntry: makeEntry(wanted, number, random, words),
    now: 0n,
  };
}

/** Nothing here fits the packet, nor one direction the other: rules compare single fields. Packets without an entry have one too, which nothing may look at. */
function makeEntry(wanted: WantedPacket, number: Lookup, random: Random, words: Vocabulary): CtEntry {
  const address = (field: FieldName): bigint => wanted.fields.get(field) ?? random.pick(words.addresses);
  const port = (field: FieldName): number => number(field, () => random.pick(words.ports));
  return {
    direction: number('ctDirection', () => random.below(2)) === 1 ? 'REPLY' : 'ORIGINAL',
    protocol: number('ctProto', () => random.pick([1, 6, 6, 17])),
    original: { src: address('ctOrigSrc'), dst: address('ctOrigDst'), sport: port('ctOrigSrcPort'), dport: port('ctOrigDstPort') },
    reply: { src: address('ctReplSrc'), dst: address('ctReplDst'), sport: port('ctReplSrcPort'), dport: port('ctReplDstPort') },
    status: number('ctStatus', () => random.below(16)),
    expires: number('ctExpires', () => random.pick([0, 1, 29, 30, 119, 120, 431999, 0x7fffffff, 0xffffffff])),
  };
}

function macBytes(value: bigint): Uint8Array {
  return Uint8Array.from([40n, 32n, 24n, 16n, 8n, 0n], (shift) => Number((value >> shift) & 0xffn));
}
