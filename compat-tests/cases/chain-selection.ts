/** Which chain a packet meets, and which packets meet none: what ip_rcv, routing and ip_forward discard before netfilter is never counted. */
import { icmpError, icmpQuery } from '../../src/net/icmp.js';
import type { Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, DUT1, echo, ip, local, SERVER, tcpTo, udpTo } from './packets.js';

const COUNT_ALL = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0
-A INPUT -i eth1
-A INPUT -i lo
-A FORWARD -i eth0 -o eth1
-A FORWARD -i eth1 -o eth0
-A FORWARD -i eth0 -o eth0
-A OUTPUT -o eth0
-A OUTPUT -o eth1
-A OUTPUT -o lo
COMMIT
`;

const load = { do: 'restore', rules: COUNT_ALL } as const;
const JOIN = "const s = require('dgram').createSocket('udp4'); s.bind(5000, () => { s.addMembership('224.0.0.77', '10.200.0.1'); console.log('joined'); })";
const OTHER_HOST = '02:00:00:00:00:99';

export const chainSelection: readonly Trap[] = [
  {
    name: 'unicast to the host on either interface, and through it',
    about: 'ip_route_input: the local table decides, not the interface',
    steps: [
      load,
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9)),
          arrives('eth0', udpTo(CLIENT, DUT1, 9)),
          arrives('eth1', udpTo(SERVER, DUT1, 9)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9)),
          arrives('eth1', udpTo(SERVER, CLIENT, 9)),
          arrives('eth0', udpTo(CLIENT, '10.200.0.77', 9)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 2, 'INPUT 2': 1, 'FORWARD 1': 1, 'FORWARD 2': 1, 'FORWARD 3': 1, 'OUTPUT 1': 2, 'OUTPUT 2': 1 } },
    ],
  },
  {
    name: 'broadcasts and multicast',
    about: 'table of traps, 6: limited and subnet broadcasts and joined groups are INPUT, other groups nothing',
    steps: [
      load,
      { do: 'hold', script: JOIN },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, '255.255.255.255', 9)),
          arrives('eth0', udpTo(CLIENT, '10.200.0.255', 9)),
          arrives('eth0', udpTo(CLIENT, '10.200.1.255', 9)),
          arrives('eth0', udpTo(CLIENT, '224.0.0.1', 9)),
          arrives('eth0', udpTo(CLIENT, '224.0.0.77', 9)),
          arrives('eth1', udpTo(SERVER, '224.0.0.77', 9)),
          arrives('eth0', udpTo(CLIENT, '224.0.0.78', 9)),
          arrives('eth0', udpTo(CLIENT, '239.1.2.3', 9)),
          arrives('eth0', udpTo('0.0.0.0', '255.255.255.255', 67)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 6, 'INPUT 2': 0, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'frames for other hosts and odd link addresses',
    about: 'ip_rcv drops PACKET_OTHERHOST; ip_forward takes only PACKET_HOST; local delivery takes unicast in a broadcast frame',
    steps: [
      load,
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9), { macDst: OTHER_HOST }),
          arrives('eth0', udpTo(CLIENT, SERVER, 9), { macDst: OTHER_HOST }),
          arrives('eth0', udpTo(CLIENT, DUT0, 9), { macDst: 'ff:ff:ff:ff:ff:ff' }),
          arrives('eth0', udpTo(CLIENT, SERVER, 9), { macDst: 'ff:ff:ff:ff:ff:ff' }),
          arrives('eth0', udpTo(CLIENT, SERVER, 9), { macDst: '01:00:5e:00:00:01' }),
          arrives('eth0', udpTo(CLIENT, '224.0.0.1', 9), { macDst: '02:00:00:00:00:01' }),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 2, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'addresses that routing refuses',
    about: 'ip_route_input_slow: martian sources and destinations; a broadcast source is none, and the ICMP error sent to it is heard by ourselves',
    steps: [
      load,
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo('127.0.0.1', DUT0, 1)),
          arrives('eth0', udpTo('224.0.0.5', DUT0, 9)),
          arrives('eth0', udpTo('255.255.255.255', DUT0, 9)),
          arrives('eth0', udpTo('10.200.0.255', DUT0, 9)),
          arrives('eth0', udpTo('0.0.0.0', DUT0, 9)),
          arrives('eth0', udpTo(CLIENT, '127.0.0.1', 9)),
          arrives('eth0', udpTo(CLIENT, '0.0.0.0', 9)),
          arrives('eth0', udpTo(CLIENT, DUT0, 9)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 3, 'OUTPUT 1': 2, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'sources that are the host itself',
    about: 'fib_validate_source: an own address on the wire is a martian',
    steps: [
      load,
      { do: 'send', packets: [arrives('eth0', udpTo(DUT0, DUT0, 9)), arrives('eth0', udpTo(DUT1, SERVER, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 0, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'routes that lead nowhere',
    about: 'blackhole, unreachable, prohibit and throw routes: no FORWARD, perhaps an ICMP error in OUTPUT',
    steps: [
      load,
      { do: 'ip', lines: ['route add blackhole 203.0.113.0/28', 'route add unreachable 203.0.113.16/28', 'route add prohibit 203.0.113.32/28'] },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, '203.0.113.1', 9)),
          arrives('eth0', udpTo(CLIENT, '203.0.113.17', 9)),
          arrives('eth0', udpTo(CLIENT, '203.0.113.33', 9)),
          arrives('eth0', udpTo(CLIENT, '203.0.113.65', 9)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 0, 'FORWARD policy': 1 } },
    ],
  },
  {
    name: 'time to live',
    about: 'table of traps, 3: decremented at FORWARD, 1 and 0 are not forwarded, INPUT takes any',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m ttl --ttl-eq 1
-A INPUT -m ttl --ttl-eq 0
-A FORWARD -m ttl --ttl-eq 9
-A FORWARD -m ttl --ttl-eq 10
-A FORWARD -m ttl --ttl-lt 3
-A OUTPUT -p icmp -m icmp --icmp-type 11
COMMIT
`,
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { ttl: 1 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { ttl: 0 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { ttl: 10 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { ttl: 2 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { ttl: 1 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { ttl: 0 })),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'INPUT 2': 1, 'FORWARD 1': 1, 'FORWARD 2': 0, 'FORWARD 3': 1, 'FORWARD policy': 2, 'OUTPUT 1': 2 } },
    ],
  },
  {
    name: 'forwarding switched off',
    about: 'table of traps, 5: ip_forward=0',
    side: { forwarding: false },
    steps: [
      load,
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, SERVER, 9)), arrives('eth0', udpTo(CLIENT, DUT1, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'strict reverse path',
    divergence: 'Reverse path filtering',
    about: 'table of traps, 5: rp_filter=1 drops in routing',
    steps: [
      load,
      { do: 'set', settings: [['ipv4/conf/eth0/rp_filter', '1']] },
      {
        do: 'send',
        packets: [arrives('eth0', udpTo(SERVER, DUT0, 9)), arrives('eth0', udpTo(SERVER, '10.200.1.9', 9)), arrives('eth0', udpTo(CLIENT, DUT0, 9))],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'too big for the way out',
    about: 'table of traps, 4: with DF answered before FORWARD, without DF fragmented after it',
    steps: [
      load,
      { do: 'ip', lines: ['link set eth1 mtu 600'] },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { dontFragment: true }, 1000)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, {}, 1000)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { dontFragment: true }, 572)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { dontFragment: true }, 573)),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 2, 'OUTPUT 1': 2 } },
    ],
  },
  {
    name: 'path MTUs learned from ICMP',
    about: 'ip_forward goes by the MTU of the way out: an error that anybody can forge keeps no packet from FORWARD',
    steps: [
      load,
      {
        do: 'send',
        packets: [
          arrives('eth0', ip(CLIENT, DUT0, icmpError(3, 4, ip(DUT1, SERVER, icmpQuery(0, 7, 1, new Uint8Array(40))), Uint8Array.of(0, 0, 600 >> 8, 600 & 255)))),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { dontFragment: true }, 1000)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'local routes in other tables',
    about: 'ip_route_input_slow: a local route of any table that the rules lead to is local delivery',
    steps: [
      load,
      { do: 'ip', lines: ['rule add pref 100 lookup 100', 'route add local 192.0.2.7/32 dev lo table 100', 'route add local 192.0.2.8/32 dev lo table main'] },
      { do: 'run', argv: ['sleep', '2'] },
      { do: 'command', args: ['-A', 'INPUT', '-p', 'tcp'] },
      { do: 'send', packets: ['192.0.2.7', '192.0.2.8'].map((dst) => arrives('eth0', udpTo(CLIENT, dst, 9))) },
      { do: 'hits', counts: { 'INPUT 1': 2, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'a mark that leads around a prohibited route',
    about: 'ip rule fwmark: mangle sets the mark behind tc ingress, so where routing rules are an error route is not believed',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -p udp -m udp --dport 9 -j DROP\nCOMMIT\n' },
      { do: 'kernel', args: ['-t', 'mangle', '-A', 'PREROUTING', '-p', 'udp', '-j', 'MARK', '--set-mark', '0x1'] },
      { do: 'ip', lines: ['rule add fwmark 0x1 lookup 100', 'route add 203.0.113.0/24 dev eth1 table 100', 'route add prohibit 203.0.113.0/24'] },
      { do: 'run', argv: ['sleep', '2'] },
      { do: 'command', args: ['-A', 'INPUT', '-p', 'tcp'] },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, '203.0.113.1', 9))] },
      { do: 'hits', counts: { 'FORWARD 1': 1, 'FORWARD policy': 0 } },
    ],
  },
  {
    name: 'priority tags',
    about: 'VLAN 0 is no VLAN: IP input takes the tag off',
    steps: [
      load,
      { do: 'send', packets: [[0], [7], [7, 0], [0, 7]].map((vlans) => arrives('eth0', udpTo(CLIENT, DUT0, 9), { vlans })) },
      { do: 'hits', counts: { 'INPUT 1': 1 } },
    ],
  },
  {
    name: 'priority tags behind a priority tag',
    divergence: 'Frames with several priority tags',
    about: 'the kernel takes them all off between tc and IP input; what iptables would judge must not get past unjudged',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p icmp -j ACCEPT\nCOMMIT\n' },
      { do: 'send', packets: [[0, 0], [0, 0, 0]].map((vlans) => arrives('eth0', echo(CLIENT, DUT0), { vlans })) },
      { do: 'hits', counts: { 'INPUT 1': 2, 'OUTPUT policy': 2 } },
    ],
  },
  {
    name: 'headers that ip_rcv discards',
    about: 'ip_rcv_core: version, header length, checksum, total length; bytes beyond the total length are padding',
    steps: [
      load,
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { headerChecksum: 0x1234 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { version: 5 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { ihl: 4 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { totalLength: 19 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { totalLength: 400 })),
          arrives('eth0', udpTo(CLIENT, DUT0, 9, { totalLength: 30 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { headerChecksum: 0x1234 })),
          arrives('eth0', udpTo(CLIENT, SERVER, 9, { totalLength: 28 })),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'loopback: out and in again',
    about: 'table of traps, 8: OUTPUT -o lo, then INPUT -i lo; own addresses go the same way',
    steps: [
      load,
      { do: 'send', packets: [local(udpTo('127.0.0.1', '127.0.0.1', 9)), local(udpTo(DUT0, DUT0, 9)), local(tcpTo(DUT1, DUT0, 9)), local(echo(DUT0, DUT0))] },
      { do: 'hits', counts: { 'INPUT 3': 8, 'OUTPUT 3': 8, 'INPUT 1': 0 } },
    ],
  },
  {
    name: 'sources that only a wide local route makes ours',
    about: 'fib_validate_source: an address of an interface is a martian source, another one of 127.0.0.0/8 is not (and reaches INPUT where the destination is a broadcast)',
    steps: [
      load,
      { do: 'send', packets: ['127.0.0.1', '127.0.0.2', '127.9.9.9', DUT0, DUT1].map((src) => arrives('eth0', udpTo(src, '255.255.255.255', 9))) },
      { do: 'hits', counts: { 'INPUT 1': 2 } },
    ],
  },
  {
    name: 'odd sources on loopback',
    about: 'a looped packet keeps the route of its way out: no input routing, so that even a martian source reaches INPUT',
    steps: [
      load,
      { do: 'send', packets: ['224.0.0.5', '255.255.255.255', '240.1.1.1', '8.8.8.8', '127.0.0.9'].map((src) => local(udpTo(src, DUT0, 9))) },
      { do: 'hits', counts: { 'OUTPUT 3': 6, 'INPUT 3': 6 } },
    ],
  },
  {
    name: 'forwarded packets never meet OUTPUT',
    about: 'table of traps, 20',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n' },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, SERVER, 9)), arrives('eth0', udpTo(CLIENT, DUT0, 9)), local(udpTo(DUT1, SERVER, 9))] },
      { do: 'hits', counts: { 'FORWARD policy': 1, 'INPUT policy': 1, 'OUTPUT policy': 2 } },
    ],
  },
  {
    name: 'the sender of a multicast hears it too',
    about: 'table of traps, 7: the looped copy enters INPUT with -i eth0, not lo',
    steps: [
      load,
      { do: 'hold', script: JOIN },
      { do: 'ip', lines: ['route add 224.0.0.77/32 dev eth0'] },
      { do: 'send', packets: [local(udpTo(DUT0, '224.0.0.77', 9)), local(udpTo(DUT0, '10.200.0.255', 9))] },
      { do: 'hits', counts: { 'OUTPUT 1': 2, 'INPUT 1': 2, 'INPUT 3': 0 } },
    ],
  },
];
