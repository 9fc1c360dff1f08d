/** Fragments, truncated headers, IP options: what the header parsers of the matches do with packets that are not plain. */
import { icmp } from '../../src/net/icmp.js';
import { fragment } from '../../src/net/fragment.js';
import { rawTransport, truncateTransport } from '../../src/net/ipv4.js';
import { TCP_FLAG, mssOption, tcp } from '../../src/net/tcp.js';
import type { Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, echo, ip, local, SERVER, tcpTo, udpTo } from './packets.js';

const FRAGMENT_RULES = (chain: string): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A ${chain} -p udp
-A ${chain} -f
-A ${chain} ! -f
-A ${chain} -p udp -m udp --dport 9
-A ${chain} -p udp -m udp ! --dport 9
-A ${chain} -p udp -m multiport --dports 9,10
-A ${chain} -m length --length 100:
COMMIT
`;

const NOTHING = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

const L4_RULES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -p tcp
-A FORWARD -p tcp -m tcp --dport 9
-A FORWARD -p udp -m udp --dport 9
-A FORWARD -p icmp -m icmp --icmp-type 8
-A FORWARD -p tcp -m multiport --dports 9
-A FORWARD -p tcp
COMMIT
`;

/** Whole packets whose transport header is cut after 0, 1, 3, 4, 7, 8, 12, 19 and 20 bytes. */
function truncated(whole: () => Uint8Array): ReturnType<typeof arrives>[] {
  return [0, 1, 3, 4, 7, 8, 12, 19, 20].map((length) => arrives('eth0', truncateTransport(whole(), length)));
}

export const packetShapes: readonly Trap[] = [
  {
    name: 'fragments forwarded without conntrack',
    about: 'table of traps, 9: ports only on the first fragment, -f on the later ones',
    steps: [
      { do: 'restore', rules: FRAGMENT_RULES('FORWARD') },
      { do: 'send', packets: fragment(udpTo(CLIENT, SERVER, 9, {}, 400), 160).map((part) => arrives('eth0', part)) },
      { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD 2': 2, 'FORWARD 3': 1, 'FORWARD 4': 1, 'FORWARD 5': 0, 'FORWARD 6': 1 } },
    ],
  },
  {
    name: 'truncated transport headers and rules that look at them',
    about: 'table of traps, 11: a tcp, udp, icmp or multiport match on a cut header drops the packet and counts nothing',
    steps: [
      { do: 'restore', rules: L4_RULES },
      {
        do: 'send',
        packets: [...truncated(() => tcpTo(CLIENT, SERVER, 9)), ...truncated(() => udpTo(CLIENT, SERVER, 9, {}, 20)), ...truncated(() => echo(CLIENT, SERVER))],
      },
    ],
  },
  {
    name: 'truncated transport headers and no rule that looks at them',
    about: 'table of traps, 11: the same packets pass',
    steps: [
      { do: 'restore', rules: NOTHING },
      {
        do: 'send',
        packets: [...truncated(() => tcpTo(CLIENT, SERVER, 9)), ...truncated(() => udpTo(CLIENT, SERVER, 9, {}, 20)), ...truncated(() => echo(CLIENT, SERVER))],
      },
      { do: 'hits', counts: { 'FORWARD policy': 27 } },
    ],
  },
  {
    name: 'fragment at offset 1',
    about: 'tcp_mt: a TCP fragment at offset 1 could overwrite the flags and is dropped by any tcp match; other matches just do not match',
    steps: [
      { do: 'restore', rules: L4_RULES },
      {
        do: 'send',
        packets: [6, 17, 1].flatMap((protocol) =>
          [1, 2].map((fragmentOffset) => arrives('eth0', ip(CLIENT, SERVER, rawTransport(protocol, new Uint8Array(24)), { fragmentOffset }))),
        ),
      },
      { do: 'hits', counts: { 'FORWARD 1': 2, 'FORWARD 6': 1, 'FORWARD policy': 5 } },
    ],
  },
  {
    name: 'TCP flags and options',
    about: 'tcp_mt: masked flags, SYN form, an option anywhere in a well-formed header, a header whose options run past the packet',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN
-A FORWARD -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN
-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE
-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG FIN,PSH,URG
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN,RST
-A FORWARD -p tcp -m tcp --tcp-option 2
-A FORWARD -p tcp -m tcp ! --tcp-option 2
-A FORWARD -p tcp -m tcp --tcp-option 8
COMMIT
`,
      },
      {
        do: 'send',
        packets: [
          ...Array.from({ length: 64 }, (_, flags) => arrives('eth0', tcpTo(CLIENT, SERVER, 9, flags))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, options: mssOption(1460) }))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, options: Uint8Array.of(1, 1, 2, 4, 5, 180, 0, 0) }))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, options: Uint8Array.of(8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1) }))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, options: Uint8Array.of(3, 0, 2, 4) }))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, dataOffset: 10 }))),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 1, dport: 9, flags: TCP_FLAG.syn, dataOffset: 3 }))),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 10, 'FORWARD 3': 1, 'FORWARD 6': 3 } },
    ],
  },
  {
    name: 'IP options',
    about: 'table of traps, 13: ports are found behind the options; source routes are dropped before FORWARD',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p udp -m udp --dport 9
-A FORWARD -p udp -m udp --dport 9
COMMIT
`,
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(1, 1, 1, 1) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: new Uint8Array(40).fill(1) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(148, 4, 0, 0) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(7, 7, 4, 0, 0, 0, 0) })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { options: Uint8Array.of(1, 1, 1, 1) })),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 4 } },
    ],
  },
  {
    name: 'source routes and broken IP options',
    about: 'ip_options_compile and ip_options_rcv_srr: refused with a parameter problem or silently, before netfilter',
    steps: [
      { do: 'restore', rules: NOTHING },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { options: Uint8Array.of(131, 7, 4, 10, 200, 1, 2) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(137, 7, 4, 10, 200, 1, 2) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(7, 2, 4, 0) })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { options: Uint8Array.of(68, 12, 5, 0) })),
        ],
      },
    ],
  },
  {
    name: 'protocols without ports',
    about: 'ip_packet_match: -p by number; a host without the protocol answers protocol unreachable, which OUTPUT counts',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p 200
-A INPUT ! -p 200
-A FORWARD -p esp
-A FORWARD ! -p tcp
-A OUTPUT -p icmp -m icmp --icmp-type 3/2
COMMIT
`,
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', ip(CLIENT, DUT0, rawTransport(200, new Uint8Array(4)))),
          arrives('eth0', ip(CLIENT, DUT0, rawTransport(201))),
          arrives('eth0', ip(CLIENT, SERVER, rawTransport(50, new Uint8Array(16)))),
          arrives('eth0', ip(CLIENT, SERVER, rawTransport(0, new Uint8Array(16)))),
          arrives('eth0', ip(CLIENT, SERVER, rawTransport(255))),
          local(ip(DUT0, CLIENT, rawTransport(99, new Uint8Array(3)))),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'INPUT 2': 1, 'FORWARD 1': 1, 'FORWARD 2': 3, 'OUTPUT 1': 2, 'OUTPUT policy': 3 } },
    ],
  },
  {
    name: 'ICMP types and codes',
    about: 'icmp_match: type with any code, type with one code, and `any`',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -p icmp -m icmp --icmp-type 3
-A FORWARD -p icmp -m icmp --icmp-type 3/3
-A FORWARD -p icmp -m icmp ! --icmp-type 8
-A FORWARD -p icmp -m icmp --icmp-type any
-A FORWARD -p icmp -m icmp ! --icmp-type 3/3
COMMIT
`,
      },
      { do: 'send', packets: ([[3, 3], [3, 4], [8, 0], [0, 0], [255, 0], [3, 255]] as const).map(([type, code]) => arrives('eth0', ip(CLIENT, SERVER, icmp(type, code)))) },
      { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD 2': 1, 'FORWARD 3': 5, 'FORWARD 4': 6, 'FORWARD 5': 5 } },
    ],
  },
];
