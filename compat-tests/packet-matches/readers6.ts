/** The packets of IPv4's matches behind an IPv6 header: alone, behind extension headers, in first, whole and later fragments; and what IPv6 alone has. */
import { be16, be32, concatBytes } from '../../src/net/bytes.js';
import { rawTransport } from '../../src/net/ipv4.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, rawHeader, sourceRoute } from '../../src/net/ipv6-extensions.js';
import { ipv6, withIpv6Length, type ExtensionHeader, type Ipv6Fields } from '../../src/net/ipv6.js';
import { DCCP, ESP, NUMBERS, SCTP, TCP, TEXTS, type Wanted } from './packets.js';
import type { Wanted6 } from './packets6.js';

const [SRC, DST] = ['2001:db8::2', '2001:db8::1'].map(ipv6Address) as [bigint, bigint];

/** In front of a transport. A fragment header says "fragment" in its note. */
const STACKS: readonly (readonly [string, readonly ExtensionHeader[]])[] = [
  ['behind dst', [destinationOptions()]],
  ['behind hbh, dst and ah', [hopByHop(), destinationOptions([ipv6Option(1, new Uint8Array(12))]), authentication({ spi: 5 })]],
  ['behind rt', [sourceRoute([DST], 0)]],
  ['first fragment', [fragmentHeader({ id: 3, more: true })]],
  ['fragment of all', [fragmentHeader({ id: 3 })]],
  ['dst, first fragment', [destinationOptions(), fragmentHeader({ id: 3, more: true })]],
  ...[1, 2, 8, 8191].map((offset): [string, readonly ExtensionHeader[]] => [`later fragment at ${offset}`, [fragmentHeader({ id: 3, offset })]]),
  ['dst, later fragment', [destinationOptions(), fragmentHeader({ id: 3, offset: 1 })]],
];

function packet(note: string, { protocol, l4, tos = 0 }: Wanted, extensions: readonly ExtensionHeader[] = [], more: Partial<Ipv6Fields> = {}): Wanted6 {
  return { note, l3: ipv6({ src: SRC, dst: DST, trafficClass: tos, extensions, ...more }, rawTransport(protocol, l4)) };
}

/** A packet of IPv4's: its options and its fragment offset become headers. */
function alike(wanted: Wanted): Wanted6 {
  const { note, options, fragmentOffset = 0 } = wanted;
  return packet(note, wanted, [...(options ? [destinationOptions([options])] : []), ...(fragmentOffset ? [fragmentHeader({ id: 3, offset: fragmentOffset })] : [])]);
}

/** Every packet alike; each `every`th whole one behind every stack; the first one cut short behind the first of them. */
function readers(all: readonly Wanted[], every: number): readonly Wanted6[] {
  const whole = all.filter(({ fragmentOffset, options }) => !fragmentOffset && !options);
  const first = packet(`${whole[0]!.note}, cut behind dst`, whole[0]!, [destinationOptions()]);
  return [
    ...all.map(alike),
    ...whole.filter((_, index) => index % every === 0).flatMap((wanted) => STACKS.map(([note, extensions]) => packet(`${wanted.note}, ${note}`, wanted, extensions))),
    ...Array.from({ length: 24 }, (_, behind) => ({ note: `${first.note}, ${behind} bytes`, l3: withIpv6Length(first.l3, 40 + behind) })),
    packet('nothing', { note: '', protocol: 59, l4: new Uint8Array() }),
    packet('beyond the packet', whole[0]!, [rawHeader(60, Uint8Array.of(0, 50, 0, 0, 0, 0, 0, 0))]),
  ];
}

const UDP: Wanted = { note: 'udp', protocol: 17, l4: concatBytes(be16(1), be16(53), be16(12), be16(0), be32(0x41424344)) };
const CLASSES = Array.from({ length: 256 }, (_, tos) => packet(`class ${tos}`, UDP, [], { trafficClass: tos, flowLabel: tos * 4000 }));

/** What stands in the IPv6 header itself. */
const HEADS: readonly Wanted6[] = [
  ...[1, 2, 3, 63, 64, 65, 128, 255].map((hopLimit) => packet(`hop limit ${hopLimit}`, UDP, [], { hopLimit })),
  ...[0, 1, 0xff, 0x7ffff, 0xfffff].map((flowLabel) => packet(`flow label ${flowLabel}`, UDP, [], { flowLabel })),
  ...[0, 1, 0x0f, 0xf0, 0xff].map((trafficClass) => packet(`class ${trafficClass}`, UDP, [], { trafficClass })),
];

const ports = (protocol: number, size: number): readonly Wanted[] =>
  [[1, 5], [0, 0], [80, 443], [22, 80], [53, 53], [65535, 1024], [1023, 65535], [5000, 5001], [100, 200], [443, 8080]].map(([sport, dport]) => ({ note: `protocol ${protocol}, ${sport} to ${dport}`, protocol, l4: concatBytes(be16(sport!), be16(dport!), new Uint8Array(size)) }));

const LENGTHS: readonly Wanted[] = [8, 9, 16, 24, 44, 56, 59, 60, 61, 84, 88, 216, 460, 472, 984, 1400].map((size) => ({ note: `${size} bytes`, protocol: 17, l4: concatBytes(UDP.l4.subarray(0, 8), new Uint8Array(size - 8)) }));

/** Later fragments from addresses that make a TCP header of the IPv6 header: its length, flags and options. */
const TCP_HEADERS: readonly Wanted6[] = ['2001:db8:5000::1', '2001:db8:50c0::1', '2001:db8:5040::1', '2001:db8:5080::1', '2001:db8:60c0::204:5b4', '2001:db8:6000::204:218', '2001:db8:6002::304:5b4', '2001:db8:f0ff::204:0', '2001:db8:4fff::1'].flatMap((src) =>
  [1, 9].flatMap((offset) => [0, 20].map((size) => packet(`later fragment at ${offset} of ${size} from ${src}`, { note: '', protocol: 6, l4: new Uint8Array(size) }, [fragmentHeader({ id: 3, offset })], { src: ipv6Address(src) }))),
);

/** By the name of the match. */
export const READERS6: Readonly<Record<string, readonly Wanted6[]>> = {
  ecn: [...readers(TCP, 12), ...TCP_HEADERS, ...CLASSES.slice(0, 16)],
  tcpmss: [...readers(TCP, 12), ...TCP_HEADERS],
  tcp: [...readers(TCP, 5), ...readers(ports(6, 16), 3)],
  udp: readers([...ports(17, 4), ...ports(17, 3)], 4),
  multiport: [6, 17, 33, 132, 136].flatMap((protocol) => readers(ports(protocol, 16), 4)),
  sctp: readers(SCTP, 16),
  dccp: readers(DCCP, 8),
  esp: readers(ESP, 8),
  u32: [...readers(NUMBERS, 12), ...HEADS],
  bpf: [...readers(NUMBERS, 12), ...HEADS],
  string: [...readers(TEXTS, 50), ...HEADS],
  dscp: [...CLASSES, ...readers([UDP, { ...UDP, tos: 0xb8 }], 1)],
  tos: [...CLASSES, ...readers([UDP, { ...UDP, tos: 0x10 }], 1)],
  length: readers(LENGTHS, 5),
};

/** Rules about what only IPv6 has at these places: hop limit (in FORWARD one less), flow label, next header, addresses. */
export const RULES6: Readonly<Record<string, readonly string[]>> = {
  u32: [
    ...['4&0xff=63', '4&0xff=64', '7>>24=1', '7>>24=2', '5>>8&0xff=63', '6&0xffff0000=0x113f0000', '6=0x113f2001', '6=0x11402001', '8=0x20010db8', '7=0x3f20010d', '7=0x4020010d', '0&0xfffff=0xff', '0>>20&0xff=0xf0', '0>>28=6', '6>>24=60', '40>>16=1', '40&0xffff=53', '44&0xff=0:255', '48=0x41424344', '49=0x42434400', '24>>16=0x2001', '36=1:2'].map((test) => `-m u32 --u32 "${test}"`),
    '-m u32 ! --u32 "4&0xff=63"',
    '-m u32 --u32 "6>>24=60&&41>>24=0&&48>>16=0:65535"',
  ],
  bpf: [
    ...['48 0 0 7,21 0 1 63', '48 0 0 7,21 0 1 64', '40 0 0 6,21 0 1 4415', '32 0 0 4,21 0 1 790335', '32 0 0 4,84 0 0 255,21 0 1 62', '32 0 0 7,21 0 1 1059062029', '32 0 0 8,21 0 1 536939960', '48 0 0 6,21 0 1 17', '40 0 0 42,21 0 1 53'].map((test) => `-m bpf --bytecode "${test.split(',').length + 2},${test},6 0 0 1,6 0 0 0"`),
    '-m bpf --bytecode "6,0 0 0 7,7 0 0 0,80 0 0 0,21 0 1 63,6 0 0 1,6 0 0 0"',
  ],
  string: ['|3f2001|', '|402001|', '|113f|', '|1140|', '|60000000|'].flatMap((bytes) => ['', ' --from 4 --to 12', ' --from 7', ' --from 6 --to 8', ' --to 4'].map((where) => `-m string --hex-string "${bytes}" --algo kmp${where}`)),
};
