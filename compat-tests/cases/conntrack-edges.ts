/** What the kernel's conntrack and REJECT do at their edges: each of these was once a difference that the differential suite found. */
import { icmp } from '../../src/net/icmp.js';
import { rawTransport } from '../../src/net/ipv4.js';
import { tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { arrives, CLIENT, DUT0, echo, ip, local, SERVER, tcpTo, udpTo } from './packets.js';
import type { Trap } from '../harness/trap.js';

const { syn, ack } = TCP_FLAG;

function table(...rules: readonly string[]): string {
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
}

const BY_STATE = table(...['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID'].map((state) => `-A ${chain} -m conntrack --ctstate ${state}`)));

/** A segment from port `from` to port `to`. */
function segment(src: string, from: number, dst: string, to: number, flags: number, seq: number, acknowledged: number): Uint8Array {
  return ip(src, dst, tcp({ sport: from, dport: to, seq, ack: acknowledged, flags }));
}

/** A GRE packet between client and server with these header bytes. */
function gre(header: readonly number[], ttl = 64, back = false): Uint8Array {
  return ip(back ? SERVER : CLIENT, back ? CLIENT : SERVER, rawTransport(47, Uint8Array.of(...header, ...new Uint8Array(12))), { ttl });
}

export const conntrackEdges: readonly Trap[] = [
  {
    name: 'the host\'s own ICMP errors about packets it does not route',
    about: 'icmp_glue_bits, nf_ct_attach: RELATED to what they answer, although no rule ever saw that; a program\'s own ICMP error is not',
    steps: [
      { do: 'restore', rules: BY_STATE },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, SERVER, 33434, { ttl: 1 })),
          arrives('eth0', tcpTo(CLIENT, SERVER, 80, syn, { ttl: 1 })),
          arrives('eth0', echo(CLIENT, SERVER, { ttl: 1 })),
          arrives('eth0', tcpTo(CLIENT, SERVER, 81, TCP_FLAG.fin, { ttl: 1 })),
          arrives('eth0', tcpTo(CLIENT, SERVER, 80, TCP_FLAG.fin, { ttl: 1 })),
        ],
      },
      { do: 'hits', counts: { 'OUTPUT 1': 0, 'OUTPUT 2': 0, 'OUTPUT 3': 3, 'OUTPUT 4': 2 } },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(DUT0, '255.255.255.255', 5000)),
          local(ip('10.200.1.1', DUT0, icmp(3, 3, new Uint8Array([0, 0, 0, 0, ...udpTo(DUT0, '255.255.255.255', 5000)])))),
        ],
      },
      { do: 'hits', counts: { 'OUTPUT 3': 3, 'OUTPUT 4': 3 } },
    ],
  },
  {
    name: 'an ICMP error about the packet that ended its flow',
    about: 'a RST before any answer kills the flow, yet the error about it is RELATED',
    steps: [
      { do: 'restore', rules: BY_STATE },
      {
        do: 'send',
        packets: [
          arrives('eth0', segment(CLIENT, 4100, SERVER, 80, syn, 100, 0)),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: 4100, dport: 80, seq: 101, flags: TCP_FLAG.rst }), { ttl: 1 })),
          arrives('eth0', segment(CLIENT, 4100, SERVER, 80, syn, 300, 0)),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 2, 'OUTPUT 3': 1 } },
    ],
  },
  {
    name: 'GRE calls',
    about: 'gre_pkt_to_tuple: version 1 without PPP belongs to no flow, with PPP the call id tells flows apart',
    steps: [
      { do: 'restore', rules: BY_STATE },
      {
        do: 'send',
        packets: [
          arrives('eth0', gre([0, 0, 8, 0, 0, 0, 0, 1])),
          arrives('eth0', gre([0, 1, 8, 0, 0, 0, 0, 1], 1)),
          arrives('eth0', gre([0x30, 1, 0x88, 0x0b, 0, 0, 0, 1])),
          arrives('eth1', gre([0x30, 1, 0x88, 0x0b, 0, 0, 0, 1], 64, true)),
          arrives('eth0', gre([0x30, 1, 0x88, 0x0b, 0, 0, 0, 2], 1)),
          arrives('eth1', gre([0, 0, 8, 0, 0, 0, 0, 1], 64, true)),
        ],
      },
      { do: 'hits', counts: { 'OUTPUT 3': 1, 'OUTPUT 4': 1 } },
    ],
  },
  {
    name: 'packets that routing discards move connections',
    about: 'nf_conntrack_in runs in PREROUTING: even a martian answer makes a flow known',
    steps: [
      { do: 'restore', rules: BY_STATE },
      {
        do: 'send',
        packets: [
          local(segment(DUT0, 4001, '10.200.1.1', 21, syn, 100, 0)),
          arrives('eth1', segment('10.200.1.1', 21, DUT0, 4001, syn | ack, 500, 101)),
          local(segment(DUT0, 4001, '10.200.1.1', 21, ack, 101, 501)),
        ],
      },
    ],
  },
  {
    name: 'a flow from an end to itself',
    about: 'both directions have the same tuple: after its first packet the kernel finds the reply\'s',
    steps: [
      { do: 'restore', rules: BY_STATE },
      { do: 'send', packets: [local(segment(DUT0, 22, DUT0, 22, syn, 100, 0)), local(ip(DUT0, DUT0, tcp({ sport: 23, dport: 23, seq: 5, ack: 9, flags: ack })))] },
    ],
  },
  {
    name: 'which ICMP types REJECT does not answer',
    about: 'icmp_send: all that the kernel holds for errors, unassigned types 1, 2 and 7 and router discovery among them',
    steps: [
      { do: 'restore', rules: table('-A INPUT -p icmp -j REJECT --reject-with icmp-host-prohibited') },
      { do: 'send', packets: Array.from({ length: 20 }, (_, type) => arrives('eth0', ip(CLIENT, DUT0, icmp(type, 0, new Uint8Array(12))))) },
      { do: 'hits', counts: { 'INPUT 1': 20, 'OUTPUT policy': 8 } },
    ],
  },
  {
    name: 'REJECT of the host\'s own echo replies',
    about: 'icmp_xmit_lock: while the kernel sends ICMP of its own it can send no ICMP error; a program\'s echo request is answered',
    steps: [
      { do: 'restore', rules: table('-A OUTPUT -p icmp -m icmp ! --icmp-type 3 -j REJECT') },
      { do: 'send', packets: [arrives('eth0', echo(CLIENT, DUT0)), local(echo(DUT0, CLIENT)), local(echo(DUT0, '10.200.1.1'))] },
      { do: 'hits', counts: { 'OUTPUT 1': 3, 'OUTPUT policy': 2 } },
    ],
  },
  {
    name: 'REJECT of what the host sends to 0.0.0.0',
    about: 'icmp_send: 0.0.0.0 is no source, routing chooses one',
    steps: [
      { do: 'restore', rules: table('-A OUTPUT -p udp -m udp --dport 53 -j REJECT', '-A OUTPUT -s 0.0.0.0/32', '-A INPUT -p udp -m udp --dport 54 -j REJECT') },
      { do: 'send', packets: [53, 54].map((port) => local(udpTo(DUT0, '0.0.0.0', port))) },
      { do: 'hits', counts: { 'OUTPUT 1': 1, 'OUTPUT 2': 0, 'INPUT 1': 1 } },
    ],
  },
  {
    name: 'REJECT of packets with long IP options',
    about: 'nf_send_reset: the answer is shorter than the header of what it answers',
    steps: [
      { do: 'restore', rules: table('-A INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset', '-A INPUT -p tcp -j REJECT') },
      {
        do: 'send',
        packets: [4, 20, 24, 36, 40].flatMap((length) => [80, 81].map((port) => arrives('eth0', tcpTo(CLIENT, DUT0, port, syn, { options: new Uint8Array(length).fill(1) })))),
      },
      { do: 'hits', counts: { 'INPUT 1': 5, 'INPUT 2': 5, 'OUTPUT policy': 10 } },
    ],
  },
];
