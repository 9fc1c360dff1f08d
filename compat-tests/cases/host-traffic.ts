/** What the host itself sends: answers of its kernel, sockets of its programs, and what never passes the IP stack. */
import type { Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, echo, local, SERVER, tcpTo, udpTo } from './packets.js';

const COUNT_OUTPUT = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p tcp -m tcp --tcp-flags RST RST
-A OUTPUT -p icmp -m icmp --icmp-type 3
-A OUTPUT -p icmp -m icmp --icmp-type 0
-A OUTPUT -p udp -m udp --dport 4000
-A OUTPUT -p udp -m length --length 3000:
-A OUTPUT -f
COMMIT
`;

/** Sends one datagram of `size` bytes from a fixed port, then ends. */
const sendUdp = (to: string, size: number): readonly string[] => [
  process.execPath,
  '-e',
  `const s = require('dgram').createSocket('udp4'); s.bind(4001, () => s.send(Buffer.alloc(${size}), 9, '${to}', () => s.close()));`,
];

const ECHO_SERVER = "const s = require('dgram').createSocket('udp4'); s.on('message', (m, r) => s.send(m, r.port, r.address)); s.bind(7, () => console.log('ready'));";

export const hostTraffic: readonly Trap[] = [
  {
    name: 'answers of the host',
    about: 'RST for a closed port, port unreachable, echo reply: all pass OUTPUT',
    steps: [
      { do: 'restore', rules: COUNT_OUTPUT },
      { do: 'send', packets: [arrives('eth0', tcpTo(CLIENT, DUT0, 9)), arrives('eth0', udpTo(CLIENT, DUT0, 9)), arrives('eth0', echo(CLIENT, DUT0)), arrives('eth1', tcpTo(SERVER, DUT0, 9))] },
      { do: 'hits', counts: { 'OUTPUT 1': 2, 'OUTPUT 2': 1, 'OUTPUT 3': 1, 'OUTPUT policy': 4 } },
    ],
  },
  {
    name: 'an ordinary server on the host',
    about: 'a UDP echo socket: INPUT and OUTPUT of the same exchange',
    steps: [
      { do: 'restore', rules: COUNT_OUTPUT },
      { do: 'hold', script: ECHO_SERVER },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, DUT0, 7)), arrives('eth1', udpTo(SERVER, DUT0, 7))] },
      { do: 'hits', counts: { 'INPUT policy': 2, 'OUTPUT 4': 2 } },
    ],
  },
  {
    name: 'a datagram larger than the way out',
    about: 'table of traps, 20: OUTPUT sees it whole, before IP fragmentation',
    divergence: 'Large datagrams of the host',
    steps: [
      { do: 'restore', rules: COUNT_OUTPUT },
      { do: 'run', argv: sendUdp(SERVER, 4000) },
      { do: 'hits', counts: { 'OUTPUT 5': 1, 'OUTPUT 6': 0, 'OUTPUT policy': 1 } },
    ],
  },
  {
    name: 'packets of a packet socket',
    about: 'packet_sendmsg goes straight to the device: a DHCP client is never judged by OUTPUT',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n' },
      { do: 'send', packets: [{ kind: 'injected', on: 'eth0', l3: udpTo('0.0.0.0', '255.255.255.255', 67) }, local(udpTo(DUT0, CLIENT, 9))] },
      { do: 'hits', counts: { 'OUTPUT policy': 1 } },
    ],
  },
  {
    name: 'a broadcast of the host that OUTPUT drops',
    about: 'ip_mc_output loops a copy back to INPUT: after OUTPUT, but before tc egress',
    divergence: 'Own broadcasts that OUTPUT drops',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n' },
      { do: 'send', packets: [local(udpTo(DUT0, '10.200.0.255', 9)), local(udpTo(DUT0, '224.0.0.1', 9))] },
      { do: 'hits', counts: { 'OUTPUT policy': 2, 'INPUT policy': 0 } },
    ],
  },
  {
    name: 'a neighbour that never answers',
    about: 'ARP unresolved: FORWARD and OUTPUT judge the packet all the same',
    side: { arp: true },
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -o eth1\n-A OUTPUT -p udp\nCOMMIT\n' },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, '10.200.1.66', 9))] },
      { do: 'hits', counts: { 'FORWARD 1': 1 } },
    ],
  },
];
