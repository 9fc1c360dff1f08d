/**
 * IPv6 datagrams in fragments. Where a rule tracks connections the kernel puts them together before every chain (nf_defrag_ipv6), without their fragment
 * header; else INPUT and FORWARD see each fragment.
 */
import { icmp6Echo } from '../../src/net/icmp6.js';
import { rawTransport, type Transport } from '../../src/net/ipv4.js';
import { destinationOptions, fragmentHeader, hopByHop, ipv6Option } from '../../src/net/ipv6-extensions.js';
import { IPV6_HEADER_LENGTH, type ExtensionHeader } from '../../src/net/ipv6.js';
import { tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { Step, Trap } from '../harness/trap.js';
import { arrives6, CLIENT, DUT0, ip6, rules6, SERVER, udp6To } from './packets6.js';

let lastId = 1000;

interface Cut {
  readonly id?: number;
  /** Behind the fragment header. */
  readonly extensions?: readonly ExtensionHeader[];
  /** Before it. */
  readonly before?: readonly ExtensionHeader[];
  /** Next header that later fragments claim. */
  readonly claimed?: number;
}

/** A datagram cut at these offsets of what can be fragmented. */
function cutAt(to: string, transport: Transport, offsets: readonly number[], { id = (lastId += 1), extensions = [], before = [], claimed }: Cut = {}): Uint8Array[] {
  const whole = ip6(CLIENT, to, transport, { extensions });
  const body = whole.subarray(IPV6_HEADER_LENGTH);
  const starts = [0, ...offsets];
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? body.length;
    const next = index > 0 && claimed !== undefined ? claimed : whole[6]!;
    return ip6(CLIENT, to, rawTransport(next, body.subarray(start, end)), { extensions: [...before, fragmentHeader({ id, offset: start / 8, more: end < body.length })] });
  });
}

const datagram = (port: number, size = 400): Transport => udp({ sport: 4000, dport: port }, new Uint8Array(size));
const segment = (port: number, size = 390): Transport => tcp({ sport: 4000 + (lastId % 1000), dport: port, seq: 1000, flags: TCP_FLAG.syn }, new Uint8Array(size));
const query = (): Transport => icmp6Echo(128, 7, 1, new Uint8Array(390));

const send = (...parts: readonly Uint8Array[]): Step => ({ do: 'send', packets: parts.map((part) => arrives6('eth0', part)) });

const STATES = (chain: string): string[] => ['INVALID', 'NEW', 'ESTABLISHED'].map((state) => `-A ${chain} -m conntrack --ctstate ${state}`);

/** Neighbour discovery is let through first. */
const tracked = (chain: string, ...lines: readonly string[]): string =>
  rules6('-A INPUT -p ipv6-icmp -m icmp6 ! --icmpv6-type 128 -j ACCEPT', ...STATES(chain), ...[
    '-m frag --fragid 0:4294967295', '-m ipv6header --header frag --soft', '-p udp', '-p udp --dport 9', '-p tcp --dport 9', '-p ipv6-icmp -m icmp6 --icmpv6-type 128', '-p udp --dport 10 -j DROP', '-p tcp --dport 10 -j DROP', ...lines,
  ].map((line) => `-A ${chain} ${line}`));

const THREE = [160, 320];

function inTurn(to: string): Step[] {
  return [
    send(...cutAt(to, datagram(9), THREE)), send(...cutAt(to, datagram(10), THREE)), send(...cutAt(to, datagram(9, 200), [104])), send(...cutAt(to, segment(9), THREE)), send(...cutAt(to, segment(10), THREE)),
    send(...cutAt(to, query(), THREE)), send(...cutAt(to, datagram(9), THREE, { claimed: 6 })), send(...cutAt(to, datagram(9), THREE, { claimed: 60 })),
    send(...cutAt(to, datagram(9), THREE, { extensions: [destinationOptions([ipv6Option(5, new Uint8Array(9))])] })),
    send(...cutAt(to, datagram(9), THREE, { before: [hopByHop([ipv6Option(5, new Uint8Array(2))])] })),
    ...[9, 10].map((port) => { const [a, b, c] = cutAt(to, datagram(port), THREE); return send(a!, c!, b!); }),
  ];
}

function outOfTurn(): Step[] {
  return [9, 10].flatMap((port) => [[1, 0, 2], [2, 0, 1], [2, 1, 0], [0, 1, 1, 2]].map((order) => { const parts = cutAt(DUT0, datagram(port), THREE); return send(...order.map((index) => parts[index]!)); }));
}

/** What hides the transport from whoever sees the first fragment alone. */
const hidden = (to: string): Step[] => [
  send(...cutAt(to, segment(9), [8], { claimed: 17 })), send(...cutAt(to, segment(9), [16], { claimed: 6 })), send(...cutAt(to, segment(9), [16], { claimed: 17 })),
];

const STRIPPED = 'Fragment headers of IPv6';
const NESTED = 'Fragments of IPv6 in fragments';
const OVERLAP = 'Fragments that overlap';

export const fragments6: readonly Trap[] = [
  {
    name: 'IPv6: fragments to the host itself, tracked',
    about: 'nf_defrag_ipv6 comes before conntrack',
    family: 'ipv6',
    steps: [{ do: 'restore', rules: tracked('INPUT') }, ...inTurn(DUT0), ...outOfTurn(), { do: 'hits', counts: { 'INPUT 3': 20, 'INPUT 5': 0, 'INPUT 6': 0 } }],
  },
  {
    name: 'IPv6: fragments forwarded and tracked',
    about: 'nf_defrag_ipv6 comes before conntrack',
    family: 'ipv6',
    steps: [{ do: 'restore', rules: tracked('FORWARD', '-j DROP') }, ...inTurn(SERVER), { do: 'hits', counts: { 'FORWARD 2': 12, 'FORWARD 4': 0, 'FORWARD 5': 0 } }],
  },
  {
    name: 'IPv6: fragments forwarded and tracked, on the wire',
    about: 'ip6_fragment() cuts them anew, with an identification of its own',
    divergence: STRIPPED,
    family: 'ipv6',
    steps: [{ do: 'restore', rules: tracked('FORWARD') }, send(...cutAt(SERVER, datagram(9), THREE))],
  },
  ...(['INPUT -m socket', 'INPUT -m conntrack --ctstate NEW'] as const).map((rule): Trap => ({
    name: `IPv6: fragments forwarded, with the rule ${rule}`,
    about: 'nf_ct_frag6_gather(): datagrams are put together, what ends within its fragment header is dropped, but where there is no payload',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6(`-A ${rule}`, '-A FORWARD -m frag --fragid 0:4294967295', '-A FORWARD -p udp --dport 9', '-A FORWARD', '-A FORWARD -j DROP') },
      ...inTurn(SERVER), { do: 'hits', counts: { 'FORWARD 1': 0, 'FORWARD 2': 7 } },
      send(...[0, 1, 3, 4, 7].map((length) => ip6(CLIENT, SERVER, rawTransport(44, Uint8Array.from([17, 0, 0, 0, 0, 0, 0]).subarray(0, length))))),
      send(ip6(CLIENT, SERVER, rawTransport(44, Uint8Array.of(17)), { hopLimit: 1 })),
    ],
  })),
  {
    name: 'IPv6: atomic fragments, tracked',
    about: 'nf_ct_frag6_gather(): they lose their fragment header',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: tracked('INPUT', '-m length --length 56', '-j DROP') },
      send(udp6To(CLIENT, DUT0, 9, { extensions: [fragmentHeader({ id: 5 })] })),
      { do: 'hits', counts: { 'INPUT 3': 1, 'INPUT 5': 0, 'INPUT 6': 0, 'INPUT 13': 1 } },
    ],
  },
  ...([[DUT0, 'INPUT'], [SERVER, 'FORWARD']] as const).flatMap(([to, chain]): Trap[] => [
    {
      name: `IPv6: a first fragment without its whole transport header, tracked, ${chain}`,
      about: 'ipv6frag_thdr_truncated(): it is put together with no other, and passes the rules as it is',
      family: 'ipv6',
      steps: [
        { do: 'restore', rules: tracked(chain) }, ...hidden(to),
        { do: 'restore', rules: rules6(`-A ${chain} -m conntrack --ctstate NEW -j DROP`, `-A ${chain} -m conntrack --ctstate INVALID`) }, ...hidden(to),
        send(...cutAt(to, segment(9), [16], { extensions: [destinationOptions([ipv6Option(5, new Uint8Array(29))])] })),
        { do: 'hits', counts: { [`${chain} 1`]: 0, [`${chain} 2`]: 4 } },
      ],
    },
    {
      name: `IPv6: a first fragment that ends before an extension header, tracked, ${chain}`,
      about: 'ipv6_skip_exthdr() finds nothing, so the kernel puts the datagram together: here none of it passes',
      family: 'ipv6',
      divergence: NESTED,
      steps: [{ do: 'restore', rules: rules6(`-A ${chain} -m conntrack --ctstate NEW -j DROP`) }, send(...cutAt(to, segment(9), [8], { extensions: [destinationOptions(), destinationOptions()] }))],
    },
    {
      name: `IPv6: fragments that overlap the first, tracked, ${chain}`,
      about: 'RFC 5722: the kernel gives the datagram up',
      divergence: OVERLAP,
      family: 'ipv6',
      steps: [{ do: 'restore', rules: tracked(chain) }, ((id) => { const [a, b] = cutAt(to, datagram(9), [160], { id }); const [, c] = cutAt(to, datagram(10), [80, 320], { id }); return send(a!, c!, b!); })(99)],
    },
  ]),
  {
    name: 'IPv6: fragments in fragments, tracked',
    about: 'the kernel takes off the first fragment header alone; here none of it passes',
    divergence: NESTED,
    family: 'ipv6',
    steps: [{ do: 'restore', rules: tracked('FORWARD') }, send(...cutAt(SERVER, segment(9), THREE, { extensions: [fragmentHeader({ id: 7 })] }))],
  },
  {
    name: 'IPv6: fragments, tracked, that are rejected',
    about: 'the answer quotes the whole datagram',
    divergence: 'REJECT of datagrams in fragments',
    family: 'ipv6',
    steps: [{ do: 'restore', rules: tracked('FORWARD', '-p udp --dport 11 -j REJECT') }, send(...cutAt(SERVER, datagram(11), THREE))],
  },
  {
    name: 'IPv6: fragments that are rejected, each by itself',
    about: 'icmp6_send() answers the first alone',
    family: 'ipv6',
    steps: [{ do: 'restore', rules: rules6('-A FORWARD -p udp -j REJECT') }, send(...cutAt(SERVER, datagram(11), THREE)), { do: 'hits', counts: { 'FORWARD 1': 3 } }],
  },
];
