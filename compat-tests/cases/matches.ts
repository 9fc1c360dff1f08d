/** Matches whose answer comes from outside the IP packet, and the boundaries of the others. */
import { tcp } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, DUT1, echo, ip, local, SERVER, tcpTo, udpTo } from './packets.js';

const table = (...rules: readonly string[]): string => ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');

export const matches: readonly Trap[] = [
  {
    name: 'address types',
    about: 'xt_addrtype: inet_addr_type of source and destination, limited to the interface where asked',
    steps: [
      {
        do: 'restore',
        rules: table(
          '-A INPUT -m addrtype --dst-type LOCAL',
          '-A INPUT -m addrtype --dst-type BROADCAST',
          '-A INPUT -m addrtype --dst-type MULTICAST',
          '-A INPUT -m addrtype ! --dst-type LOCAL',
          '-A INPUT -m addrtype --src-type UNICAST',
          '-A INPUT -m addrtype --src-type LOCAL --dst-type LOCAL',
          '-A INPUT -m addrtype --dst-type LOCAL --limit-iface-in',
          '-A FORWARD -m addrtype --src-type UNICAST --dst-type UNICAST',
          '-A FORWARD -m addrtype --src-type UNICAST --limit-iface-in',
          '-A OUTPUT -m addrtype --src-type LOCAL',
          '-A OUTPUT -m addrtype --dst-type LOCAL',
          '-A OUTPUT -m addrtype --dst-type UNICAST,BROADCAST',
          '-A OUTPUT -m addrtype --dst-type LOCAL --limit-iface-out',
        ),
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9)),
          arrives('eth0', udpTo(CLIENT, DUT1, 9)),
          arrives('eth0', udpTo(CLIENT, '10.200.0.255', 9)),
          arrives('eth0', udpTo(CLIENT, '255.255.255.255', 9)),
          arrives('eth0', udpTo(CLIENT, '224.0.0.1', 9)),
          arrives('eth0', udpTo('0.0.0.0', '255.255.255.255', 67)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9)),
          arrives('eth0', udpTo('240.0.0.1', '200.1.1.1', 9)),
          local(udpTo(DUT0, DUT1, 9)),
          local(udpTo(DUT0, SERVER, 9)),
          local(udpTo('1.2.3.4', SERVER, 9)),
        ],
      },
    ],
  },
  {
    name: 'address types limited to the device in FORWARD',
    about: 'xt_addrtype: --limit-iface-in asks of the device it came in by, --limit-iface-out of the one it goes out by',
    steps: [
      {
        do: 'restore',
        rules: table(
          '-A FORWARD -m addrtype --src-type BROADCAST',
          '-A FORWARD -m addrtype --src-type BROADCAST --limit-iface-in',
          '-A FORWARD -m addrtype --src-type BROADCAST --limit-iface-out',
          '-A FORWARD -m addrtype ! --src-type BROADCAST --dst-type UNICAST --limit-iface-out',
        ),
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo('10.200.0.255', SERVER, 9)),
          arrives('eth1', udpTo('10.200.0.255', CLIENT, 9)),
          arrives('eth1', udpTo('10.200.0.255', CLIENT, 9)),
          arrives('eth0', udpTo(CLIENT, SERVER, 9)),
        ],
      },
      { do: 'hits', counts: { 'FORWARD 1': 3, 'FORWARD 2': 1, 'FORWARD 3': 2, 'FORWARD 4': 2 } },
    ],
  },
  {
    name: 'source MAC addresses',
    about: 'xt_mac: only where the packet came with an Ethernet header; loopback has one of zeros',
    steps: [
      {
        do: 'restore',
        rules: table(
          '-A INPUT -m mac --mac-source 02:00:00:00:00:02',
          '-A INPUT -m mac ! --mac-source 02:00:00:00:00:02',
          '-A INPUT -m mac --mac-source 00:00:00:00:00:00',
          '-A FORWARD -m mac --mac-source 06:AA:BB:CC:DD:EE',
        ),
      },
      {
        do: 'send',
        packets: [
          arrives('eth0', udpTo(CLIENT, DUT0, 9)),
          arrives('eth0', udpTo(CLIENT, DUT0, 9), { macSrc: '06:aa:bb:cc:dd:ee' }),
          arrives('eth0', udpTo(CLIENT, SERVER, 9), { macSrc: '06:aa:bb:cc:dd:ee' }),
          arrives('eth0', udpTo(CLIENT, SERVER, 9), { macSrc: '06:aa:bb:cc:dd:ef' }),
          local(udpTo(DUT0, DUT0, 9)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'marks set by mangle OUTPUT',
    about: 'table of traps, 29: mangle runs before filter, and before tc egress',
    steps: [
      { do: 'kernel', args: ['-t', 'mangle', '-A', 'OUTPUT', '-p', 'udp', '-j', 'MARK', '--set-mark', '0x17'] },
      { do: 'restore', rules: table('-A OUTPUT -m mark --mark 0x17', '-A OUTPUT -m mark --mark 0x10/0xf0', '-A OUTPUT -m mark ! --mark 0x17', '-A OUTPUT -m mark --mark 0x0') },
      { do: 'send', packets: [local(udpTo(DUT0, CLIENT, 9)), local(tcpTo(DUT0, CLIENT, 9))] },
      { do: 'hits', counts: { 'OUTPUT 1': 1, 'OUTPUT 2': 1, 'OUTPUT 3': 1, 'OUTPUT 4': 1 } },
    ],
  },
  {
    name: 'marks set by mangle PREROUTING',
    about: 'table of traps, 29: tc ingress runs before mangle',
    divergence: 'Marks set by mangle',
    steps: [
      { do: 'kernel', args: ['-t', 'mangle', '-A', 'PREROUTING', '-p', 'udp', '-j', 'MARK', '--set-mark', '0x17'] },
      { do: 'restore', rules: table('-A INPUT -m mark --mark 0x17', '-A FORWARD -m mark --mark 0x17') },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, DUT0, 9)), arrives('eth0', udpTo(CLIENT, SERVER, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'dropped by the raw table',
    about: 'table of traps, 1: what an earlier hook drops is never counted by filter',
    divergence: 'Packets dropped by earlier hooks',
    steps: [
      { do: 'kernel', args: ['-t', 'raw', '-A', 'PREROUTING', '-p', 'udp', '--dport', '9', '-j', 'DROP'] },
      { do: 'restore', rules: table('-A INPUT -p udp', '-A FORWARD -p udp') },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, DUT0, 9)), arrives('eth0', udpTo(CLIENT, SERVER, 9)), arrives('eth0', udpTo(CLIENT, DUT0, 10))] },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 0 } },
    ],
  },
  {
    name: 'ports at their limits',
    about: 'port_match and multiport: 0, 65535, ranges with open ends, either direction',
    steps: [
      {
        do: 'restore',
        rules: table(
          '-A FORWARD -p udp -m udp --dport 0',
          '-A FORWARD -p udp -m udp --dport 65535',
          '-A FORWARD -p udp -m udp --dport 100:200',
          '-A FORWARD -p udp -m udp ! --dport 100:200',
          '-A FORWARD -p udp -m udp --sport 4000 --dport :99',
          '-A FORWARD -p tcp -m multiport --dports 9,100:200,65535',
          '-A FORWARD -p tcp -m multiport --sports 9,4000',
          '-A FORWARD -p tcp -m multiport --ports 9,100:200',
          '-A FORWARD -p tcp -m multiport ! --ports 9,100:200',
        ),
      },
      {
        do: 'send',
        packets: [0, 9, 99, 100, 101, 199, 200, 201, 4000, 65534, 65535].flatMap((port) => [
          arrives('eth0', udpTo(CLIENT, SERVER, port)),
          arrives('eth0', tcpTo(CLIENT, SERVER, port)),
          arrives('eth0', ip(CLIENT, SERVER, tcp({ sport: port, dport: 5 }))),
          arrives('eth0', ip(CLIENT, SERVER, udp({ sport: port, dport: 5 }))),
        ]),
      },
      { do: 'hits', counts: { 'FORWARD 1': 1, 'FORWARD 2': 1, 'FORWARD 3': 4, 'FORWARD 4': 18, 'FORWARD 5': 4, 'FORWARD 6': 6, 'FORWARD 7': 13, 'FORWARD 8': 10, 'FORWARD 9': 12 } },
    ],
  },
  {
    name: 'lengths, ranges of addresses, comments',
    about: 'xt_length (total length), xt_iprange (both ends included)',
    steps: [
      {
        do: 'restore',
        rules: table(
          '-A FORWARD -m length --length 36',
          '-A FORWARD -m length --length 37:100',
          '-A FORWARD -m length ! --length 0:36',
          '-A FORWARD -m iprange --src-range 10.200.0.2-10.200.0.9 -m comment --comment "a range"',
          '-A FORWARD -m iprange ! --dst-range 10.200.1.0-10.200.1.2',
        ),
      },
      {
        do: 'send',
        packets: [
          ...[0, 7, 8, 9, 72, 73].map((size) => arrives('eth0', udpTo(CLIENT, SERVER, 9, {}, size))),
          ...['10.200.0.11', '10.200.0.9', '10.200.0.10'].map((src) => arrives('eth0', udpTo(src, '10.200.1.3', 9))),
          arrives('eth0', echo('10.200.0.5', SERVER)),
        ],
      },
    ],
  },
];
