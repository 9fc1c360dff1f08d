/** Packets for the matches of ip6tables on headers: each header right, with every field at odds, cut off, behind others, in fragments, and not there. */
import { be16, be32, concatBytes } from '../../src/net/bytes.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, rawHeader, routingHeader, segmentRouting, sourceRoute } from '../../src/net/ipv6-extensions.js';
import { ipv6, withIpv6Length, type ExtensionHeader } from '../../src/net/ipv6.js';
import { rawTransport, type Transport } from '../../src/net/ipv4.js';
import { udp } from '../../src/net/udp.js';

export interface Wanted6 {
  readonly note: string;
  readonly l3: Uint8Array;
}

const PEER = ipv6Address('2001:db8::2');
/** Of the Ethernet address 02:00:00:00:00:02, from which the frames come. */
const PEER_BY_MAC = ipv6Address('2001:db8::ff:fe00:2');
const OWN = ipv6Address('2001:db8::1');
const UDP = udp({ sport: 1, dport: 5 }, new Uint8Array(4));

interface Stack {
  readonly note: string;
  readonly extensions?: readonly ExtensionHeader[];
  readonly transport?: Transport;
  readonly src?: bigint;
  readonly hopLimit?: number;
}

function packet({ note, extensions = [], transport = UDP, src = PEER, hopLimit = 64 }: Stack): Wanted6 {
  return { note, l3: ipv6({ src, dst: OWN, hopLimit, extensions }, transport) };
}

/** The packet cut to so many bytes behind the IPv6 header. */
function cut({ note, l3 }: Wanted6, ...lengths: readonly number[]): readonly Wanted6[] {
  return lengths.map((length) => ({ note: `${note}, ${length} bytes`, l3: withIpv6Length(l3, 40 + length) }));
}

/** One extension header alone, behind others, in front of them, in a first and a later fragment. */
function places(note: string, header: ExtensionHeader): readonly Wanted6[] {
  const later = fragmentHeader({ id: 9, offset: 2 });
  const first = fragmentHeader({ id: 9, more: true });
  return [
    packet({ note, extensions: [header] }),
    packet({ note: `${note} behind dst`, extensions: [destinationOptions(), header] }),
    packet({ note: `${note} before dst`, extensions: [header, destinationOptions()] }),
    packet({ note: `${note} behind a first fragment header`, extensions: [first, header] }),
    packet({ note: `${note} behind a later fragment header`, extensions: [later, header] }),
    packet({ note: `${note} before a later fragment header`, extensions: [header, later] }),
  ];
}

const each = (note: string, headers: readonly ExtensionHeader[]): readonly Wanted6[] => headers.map((header, index) => packet({ note: `${note} ${index}`, extensions: [header] }));
const padding = (size: number): Uint8Array => ipv6Option(1, new Uint8Array(size));
const addresses = (...numbers: readonly number[]): readonly bigint[] => numbers.map(BigInt);

const AH = each('ah', [
  ...[0, 1, 2, 4, 5, 6, 7, 8, 16, 499, 500, 501, 0xffffffff].map((spi) => authentication({ spi })),
  ...[0, 1, 4, 12, 240].map((size) => authentication({ spi: 5, icv: new Uint8Array(size) })),
  authentication({ spi: 5, reserved: 1 }), authentication({ spi: 5, length: 0 }), authentication({ spi: 5, length: 250 }),
]);

/** Options of a header, as bytes. */
const OPTION_LISTS: readonly (readonly Uint8Array[])[] = [
  [], [new Uint8Array(6)], [padding(4)], [padding(0), padding(2)], [padding(3), new Uint8Array(1)], [ipv6Option(5, be16(0))], [ipv6Option(5, be16(0)), new Uint8Array(1), padding(3)], [ipv6Option(5, be16(0)), new Uint8Array(1), padding(2)],
  [ipv6Option(5, Uint8Array.of(0, 0, 0))], [ipv6Option(8, be32(0))], [ipv6Option(30, be32(0))], [ipv6Option(5, be16(0)), ipv6Option(30, be32(0))], Array.from({ length: 16 }, (_, type) => ipv6Option(type + 1)), Array.from({ length: 15 }, (_, type) => ipv6Option(type + 1, new Uint8Array(type === 14 ? 1 : 0))),
  [ipv6Option(1, new Uint8Array(2), 0), new Uint8Array(2)], [ipv6Option(5, new Uint8Array(4), 99)], [new Uint8Array(5), Uint8Array.of(5)], [new Uint8Array(14)], [padding(4), padding(6)],
];

const SPACE: readonly Wanted6[] = [packet({ note: 'udp' }), packet({ note: 'nothing behind', transport: rawTransport(59, new Uint8Array(0)) }), ...cut(packet({ note: 'dst', extensions: [destinationOptions()] }), 0, 1, 2, 7)];

const ROUTING = each('rt', [
  ...[0, 1, 2, 3, 5, 8, 255].map((type) => routingHeader(type, 1)), ...[0, 1, 2, 5, 6, 255].map((left) => routingHeader(0, left)),
  sourceRoute(addresses(1)), sourceRoute(addresses(2)), sourceRoute(addresses(1, 2), 2), sourceRoute(addresses(2, 1)), sourceRoute(addresses(1, 3, 2), 1), sourceRoute(addresses(1, 1)), sourceRoute(addresses(1, 2), 1, 0, 7), sourceRoute(addresses(1, 2), 1, 2),
  sourceRoute([ipv6Address('2001:db8::1')]), sourceRoute(Array.from({ length: 16 }, (_, n) => BigInt(n + 1))), sourceRoute(Array.from({ length: 17 }, (_, n) => BigInt(n + 1))), routingHeader(0, 0, new Uint8Array(4), 30), routingHeader(0, 0, new Uint8Array(12)),
]);

const SEGMENTS = addresses(1, 2, 3);
const SRH = each('srh', [
  ...[0, 1, 2, 3, 4].map((segmentsLeft) => segmentRouting(SEGMENTS, { segmentsLeft })), ...[0, 1, 2, 5, 255].map((lastEntry) => segmentRouting(SEGMENTS, { segmentsLeft: 0, lastEntry })), ...[0, 1, 5, 0x100, 0x500, 0xffff].map((tag) => segmentRouting(SEGMENTS, { tag })),
  segmentRouting(['2001:db8::1', '2001:db8::5', '2001:db9::'].map(ipv6Address), { segmentsLeft: 1 }), segmentRouting(addresses(1), { segmentsLeft: 5, lastEntry: 255 }), segmentRouting(addresses(1, 1, 1, 1, 1), { segmentsLeft: 1 }), routingHeader(4, 0, new Uint8Array(4), 30), routingHeader(4, 0), sourceRoute(SEGMENTS),
]);

const FRAGMENTS = each('fragment', [
  ...[0, 1, 2, 4, 5, 6, 8, 9, 16, 0xffffffff].map((id) => fragmentHeader({ id })), fragmentHeader({ id: 1, more: true }), fragmentHeader({ id: 1, offset: 1 }), fragmentHeader({ id: 1, offset: 8191, more: true }), fragmentHeader({ id: 1, reserved: 1 }), ...[1, 2, 3].map((reservedBits) => fragmentHeader({ id: 1, reservedBits })),
]);

function transports(protocol: number, note: string, bodies: readonly Uint8Array[], ...lengths: readonly number[]): readonly Wanted6[] {
  const whole = bodies.map((bytes, index) => packet({ note: `${note} ${index}`, transport: rawTransport(protocol, bytes) }));
  const transport = rawTransport(protocol, bodies[0]!);
  return [
    ...whole, ...cut(whole[0]!, ...lengths), packet({ note: `${note} behind dst`, extensions: [destinationOptions()], transport }), packet({ note: `${note}, first fragment`, extensions: [fragmentHeader({ id: 3, more: true })], transport }),
    packet({ note: `${note}, later fragment`, extensions: [fragmentHeader({ id: 3, offset: 1 })], transport }), ...SPACE,
  ];
}

const NUMBERS = [5, 0, 1, 2, 3, 4, 6, 7, 8, 16, 499, 500, 501, 0xffff];
const TYPES = [1, 0, 2, 3, 4, 5, 6, 7, 8, 127, 128, 129, 133, 134, 135, 136, 137, 254, 255];
const message = (type: number, code: number): Uint8Array => concatBytes(Uint8Array.of(type, code), new Uint8Array(6));

/** By the name of the match. */
export const PACKETS6: Readonly<Record<string, readonly Wanted6[]>> = {
  ah: [...AH, ...places('ah', authentication({ spi: 5 })), ...cut(packet({ note: 'ah', extensions: [authentication({ spi: 5 })] }), 1, 2, 7, 11, 12, 20, 23, 24), ...SPACE],
  esp: transports(50, 'esp', [...NUMBERS, 0xffffffff].map((spi) => concatBytes(be32(spi), be32(1))), 0, 3, 4, 7),
  ipcomp: transports(108, 'ipcomp', NUMBERS.map((index) => concatBytes(Uint8Array.of(17, 0), be16(index))), 0, 2, 3),
  frag: [...FRAGMENTS, ...places('fragment', fragmentHeader({ id: 5 })), ...cut(packet({ note: 'fragment', extensions: [fragmentHeader({ id: 5 })] }), 1, 3, 4, 7, 8), ...SPACE],
  dst: [...each('dst', OPTION_LISTS.map((list) => destinationOptions(list))), ...places('dst', destinationOptions([padding(4)])), packet({ note: 'longer than the packet', extensions: [destinationOptions([], 99)] }), ...SPACE],
  hbh: [...each('hbh', OPTION_LISTS.map((list) => hopByHop(list))), ...places('hbh', hopByHop([padding(4)])), packet({ note: 'second, longer than the packet', extensions: [destinationOptions(), hopByHop([], 99)] }), ...SPACE],
  rt: [...ROUTING, ...places('rt', routingHeader(0, 1)), ...cut(packet({ note: 'rt', extensions: [sourceRoute(addresses(1))] }), 1, 2, 3, 4, 8, 23, 24), ...SPACE],
  srh: [...SRH, ...places('srh', segmentRouting(SEGMENTS)), ...cut(packet({ note: 'srh', extensions: [segmentRouting(SEGMENTS)] }), 3, 4, 7, 8, 55, 56), ...SPACE],
  ipv6header: [
    ...[hopByHop(), destinationOptions(), routingHeader(0, 0), fragmentHeader({}), authentication({ spi: 1 })].flatMap((header, index) => places(`header ${index}`, header)), packet({ note: 'esp', transport: rawTransport(50, new Uint8Array(8)) }), packet({ note: 'esp, 1 byte', transport: rawTransport(50, new Uint8Array(1)) }),
    packet({ note: 'all of them', extensions: [hopByHop(), destinationOptions(), routingHeader(0, 0), fragmentHeader({}), authentication({ spi: 1 })] }), packet({ note: 'all, esp', extensions: [hopByHop(), destinationOptions(), routingHeader(0, 0), fragmentHeader({}), authentication({ spi: 1 })], transport: rawTransport(50, new Uint8Array(8)) }),
    packet({ note: 'nothing behind dst', extensions: [destinationOptions()], transport: rawTransport(59, new Uint8Array(0)) }), ...[59, 50, 17].map((next) => packet({ note: `${next} behind a header longer than the packet`, extensions: [rawHeader(60, Uint8Array.of(0, 50, 0, 0, 0, 0, 0, 0))], transport: rawTransport(next, new Uint8Array(8)) })), ...SPACE,
  ],
  mh: [...transports(135, 'mh', TYPES.map((type) => Uint8Array.of(59, 0, type, 0, 0, 0, 0, 0)), 0, 2, 3, 5, 6), packet({ note: 'mh with more behind', transport: rawTransport(135, Uint8Array.of(17, 0, 5, 0, 0, 0, 0, 0)) })],
  icmp6: transports(58, 'icmp6', [...TYPES.map((type) => message(type, 0)), ...[1, 2, 3, 4, 5, 6, 7, 255].flatMap((code) => [1, 3, 4, 128].map((type) => message(type, code)))], 0, 1, 7),
  hl: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 63, 64, 254, 255].map((hopLimit) => packet({ note: `hop limit ${hopLimit}`, hopLimit })),
  eui64: [packet({ note: 'by its MAC address', src: PEER_BY_MAC }), packet({ note: 'of another', src: PEER_BY_MAC ^ 1n }), packet({ note: 'the bit not turned', src: PEER_BY_MAC ^ (2n << 56n) }), packet({ note: 'a later fragment', src: PEER_BY_MAC, extensions: [fragmentHeader({ id: 1, offset: 1 })] }), ...SPACE],
};
