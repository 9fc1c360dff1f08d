/** What ip6tables finds behind extension headers, and what it does where it finds nothing. */
import { be32 } from '../../src/net/bytes.js';
import { rawTransport } from '../../src/net/ipv4.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, routingHeader, sourceRoute } from '../../src/net/ipv6-extensions.js';
import type { ExtensionHeader } from '../../src/net/ipv6.js';
import { tcp } from '../../src/net/tcp.js';
import type { Trap } from '../harness/trap.js';
import { arrives6, CLIENT, DUT0, ip6, laterFragment, rules6, SERVER, tcp6To, udp6To } from './packets6.js';

const STACKS: readonly (readonly ExtensionHeader[])[] = [
  [hopByHop()],
  [destinationOptions([ipv6Option(5, new Uint8Array(9))])],
  [sourceRoute([ipv6Address(SERVER)], 0, 2)],
  [authentication({ spi: 7 })],
  [hopByHop(), destinationOptions(), sourceRoute([], 0, 4), authentication({ spi: 7, icv: new Uint8Array(16) }), destinationOptions()],
];

/** Chains that end before their transport: half a header, half a routing header, a fragment header of 2 bytes. */
const CUT: readonly (readonly [number, number])[] = [[60, 1], [43, 2], [44, 2]];

const cut = (to: string) => CUT.map(([protocol, length]) => arrives6('eth0', ip6(CLIENT, to, rawTransport(protocol, new Uint8Array(length).fill(17)))));

/** Padding up to 7 bytes, of zeros; up to eight options; lengths that do not fit. */
const HOP_BY_HOP: readonly (readonly Uint8Array[])[] = [
  ...[4, 5, 6].map((length) => [ipv6Option(1, new Uint8Array(length))]),
  [ipv6Option(1, Uint8Array.of(0, 1, 0, 0))],
  [new Uint8Array(6)],
  [ipv6Option(1, new Uint8Array(3)), new Uint8Array(1)],
  ...[8, 9, 40].map((count) => Array<Uint8Array>(count).fill(ipv6Option(30))),
  [ipv6Option(5, new Uint8Array(2)), ipv6Option(5, new Uint8Array(2))],
  [ipv6Option(5, new Uint8Array(3))],
  [ipv6Option(30, new Uint8Array(4), 200)],
  Array<Uint8Array>(3).fill(ipv6Option(3, new Uint8Array(250))),
];

export const extensionHeaders6: readonly Trap[] = [
  {
    name: 'IPv6: transports behind extension headers',
    about: 'table of traps, 12: -p and ports match behind hop-by-hop and destination options, routing and authentication headers; -p 60 never does',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p tcp', '-A FORWARD -p tcp --dport 80', '-A FORWARD -p tcp ! --dport 80', '-A FORWARD -p 60', '-A FORWARD ! -p 60', '-A FORWARD -p udp', '-A FORWARD -p 43') },
      { do: 'send', packets: STACKS.map((extensions) => arrives6('eth0', tcp6To(CLIENT, SERVER, 80, 2, { extensions }))) },
      { do: 'hits', counts: { 'FORWARD 1': 5, 'FORWARD 2': 5, 'FORWARD 3': 0, 'FORWARD 4': 0, 'FORWARD 5': 5, 'FORWARD 6': 0, 'FORWARD 7': 0 } },
    ],
  },
  {
    name: 'IPv6: twenty extension headers',
    about: 'ipv6_find_hdr() has no limit on their number',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p udp --dport 53', '-A FORWARD') },
      { do: 'send', packets: [1, 11, 12, 13, 20].map((count) => arrives6('eth0', udp6To(CLIENT, SERVER, 53, { extensions: Array<ExtensionHeader>(count).fill(destinationOptions()) }))) },
      { do: 'hits', counts: { 'FORWARD 1': 5, 'FORWARD 2': 5 } },
    ],
  },
  {
    name: 'IPv6: a chain of extension headers that is cut off',
    about: 'table of traps, 12: passes where no rule asks for a protocol; else it is dropped at the first such rule, inverted or `-p all`, and counts nowhere more',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD', '-A FORWARD -s 2001:db8::/32 -p tcp') },
      { do: 'send', packets: cut(SERVER) },
      { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD policy': 3 } },
      ...['-p tcp', '! -p tcp', '-p 60', '-p all'].flatMap((protocol): Trap['steps'] => [
        { do: 'restore', rules: rules6('-A FORWARD', `-A FORWARD ${protocol}`, '-A FORWARD') },
        { do: 'send', packets: cut(SERVER) },
        { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD 2': 0, 'FORWARD 3': 0, 'FORWARD policy': 0 } },
      ]),
    ],
  },
  {
    name: 'IPv6: no next header',
    about: 'ipv6_find_hdr(): 59 is a transport',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p 59', '-A FORWARD ! -p 59', '-A FORWARD ! -p tcp') },
      { do: 'send', packets: [arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(59))), arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(59), { extensions: [destinationOptions()] })), arrives6('eth0', udp6To(CLIENT, SERVER, 1))] },
      { do: 'hits', counts: { 'FORWARD 1': 2, 'FORWARD 2': 1, 'FORWARD 3': 3 } },
    ],
  },
  {
    name: 'IPv6: fragments that are forwarded',
    about: 'table of traps, 10: -p matches later fragments, --dport and ! --dport do not; without connection tracking each is seen',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p udp', '-A FORWARD -p udp --dport 53', '-A FORWARD -p udp ! --dport 53', '-A FORWARD -p tcp --dport 80', '-A FORWARD ! -p udp') },
      {
        do: 'send',
        packets: [
          arrives6('eth0', udp6To(CLIENT, SERVER, 53, { extensions: [fragmentHeader({ id: 77, more: true })] }, 16)),
          arrives6('eth0', laterFragment(CLIENT, SERVER, 17, 3)),
          arrives6('eth0', udp6To(CLIENT, SERVER, 53, { extensions: [fragmentHeader({ id: 78 })] })),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD 2': 2, 'FORWARD 3': 0, 'FORWARD 4': 0, 'FORWARD 5': 0 } },
    ],
  },
  {
    name: 'IPv6: a fragment at offset 8 of TCP',
    about: 'xt_tcpudp compares an offset in bytes with 1: what IPv4 drops passes',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p tcp --dport 80', '-A FORWARD -p tcp') },
      { do: 'send', packets: [arrives6('eth0', laterFragment(CLIENT, SERVER, 6, 1))] },
      { do: 'hits', counts: { 'FORWARD 1': 0, 'FORWARD 2': 1, 'FORWARD policy': 1 } },
    ],
  },
  {
    name: 'IPv6: a later fragment of an extension header',
    about: 'ipv6_find_hdr() finds no transport there and gives no offset: any -p drops it',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD', '-A FORWARD ! -p udp', '-A FORWARD') },
      { do: 'send', packets: [60, 43, 0, 44].map((next) => arrives6('eth0', laterFragment(CLIENT, SERVER, next, 3))) },
      { do: 'hits', counts: { 'FORWARD 1': 4, 'FORWARD 2': 0, 'FORWARD 3': 0 } },
    ],
  },
  {
    name: 'IPv6: transport headers cut short',
    about: 'table of traps, 11: options of tcp and udp drop what they cannot read; a routing header that claims more than is there leaves nothing to read',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A FORWARD -p tcp', '-A FORWARD -p tcp --dport 80', '-A FORWARD -p udp', '-A FORWARD -p udp --dport 53', '-A FORWARD') },
      {
        do: 'send',
        packets: [
          arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(6, new Uint8Array(19)))),
          arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(17, new Uint8Array(7)))),
          arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(43, Uint8Array.of(17, 0, 0, 0)))),
          arrives6('eth0', ip6(CLIENT, SERVER, tcp({ sport: 1, dport: 2 }))),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 2, 'FORWARD 3': 2, 'FORWARD 5': 1 } },
    ],
  },
  {
    name: 'IPv6: hop-by-hop options that IP refuses',
    about: 'ipv6_parse_hopopts(): unknown options that say so drop the packet before any table, and so does a header that is cut off',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT', '-A FORWARD', '-A OUTPUT -p ipv6-icmp') },
      {
        do: 'send',
        packets: [DUT0, SERVER].flatMap((to) => [
          ...[0x1e, 0x5e, 0x9e, 0xde].map((type) => arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: [hopByHop([ipv6Option(type, new Uint8Array(2))])] }))),
          arrives6('eth0', ip6(CLIENT, to, rawTransport(0, Uint8Array.of(17, 0, 1)))),
          arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: [hopByHop([ipv6Option(5, new Uint8Array(2))])] })),
        ]),
      },
      { do: 'hits', counts: { 'INPUT 1': 2, 'FORWARD 1': 2 } },
    ],
  },
  {
    name: 'IPv6: hop-by-hop options at their limits',
    about: 'ip6_parse_tlv(): padding, number, lengths; what IP lets through is judged',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT -p udp', '-A FORWARD -p udp') },
      { do: 'send', packets: [DUT0, SERVER].flatMap((to) => HOP_BY_HOP.map((options) => arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: [hopByHop(options)] })))) },
      { do: 'hits', counts: { 'INPUT 1': 6, 'FORWARD 1': 6 } },
      ...['-2', '0', '2'].flatMap((number): Trap['steps'] => [
        { do: 'set', settings: [['ipv6/max_hbh_opts_number', number]] },
        { do: 'send', packets: [0, 1, 2, 3].map((count) => arrives6('eth0', udp6To(CLIENT, DUT0, 9, { extensions: [hopByHop(Array<Uint8Array>(count).fill(ipv6Option(30)))] }))) },
      ]),
      { do: 'set', settings: [['ipv6/max_hbh_opts_number', '8'], ['ipv6/max_hbh_length', '16']] },
      { do: 'send', packets: [2, 10, 20].map((length) => arrives6('eth0', udp6To(CLIENT, DUT0, 9, { extensions: [hopByHop([ipv6Option(30, new Uint8Array(length))])] }))) },
      { do: 'hits', counts: { 'INPUT 1': 13 } },
    ],
  },
  {
    name: 'IPv6: payload length 0, and jumbograms that are none',
    about: 'ip6_rcv_core(), ipv6_hop_jumbo()',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT', '-A FORWARD', '-A OUTPUT -p ipv6-icmp') },
      {
        do: 'send',
        packets: [DUT0, SERVER].flatMap((to) => [
          arrives6('eth0', udp6To(CLIENT, to, 9, { payloadLength: 0 })),
          arrives6('eth0', udp6To(CLIENT, to, 9, { payloadLength: 0, extensions: [hopByHop()] })),
          ...[16, 70_000].flatMap((length) => [0, undefined].map((payloadLength) => arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: [hopByHop([ipv6Option(194, be32(length))])], ...(payloadLength === undefined ? {} : { payloadLength }) })))),
        ]),
      },
      { do: 'hits', counts: { 'INPUT 1': 2, 'FORWARD 1': 2 } },
    ],
  },
  {
    name: 'IPv6: routing headers of every type, a hundred and more extension headers',
    about: 'rules see them all before the host makes up its mind',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT -p udp', '-A FORWARD -p udp', '-A INPUT -m rt --rt-type 0 --rt-segsleft 1', '-A FORWARD -m rt --rt-type 3') },
      { do: 'send', packets: [DUT0, SERVER].flatMap((to) => [0, 1, 2, 3, 4, 5].flatMap((type) => [0, 1, 255].map((left) => arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: [routingHeader(type, left, new Uint8Array(20))] }))))) },
      { do: 'send', packets: [DUT0, SERVER].flatMap((to) => [64, 65, 170].map((count) => arrives6('eth0', udp6To(CLIENT, to, 9, { extensions: Array<ExtensionHeader>(count).fill(destinationOptions()) })))) },
      { do: 'hits', counts: { 'INPUT 1': 21, 'FORWARD 1': 21, 'INPUT 2': 1, 'FORWARD 2': 3 } },
    ],
  },
];
