/** IPv6: which chain sees a packet, as routing decides, and what IP discards before any. */
import { rawTransport } from '../../src/net/ipv4.js';
import { neighbour } from '../../src/net/icmp6.js';
import { ipv6Address } from '../../src/net/ipv6-address.js';
import { udp } from '../../src/net/udp.js';
import type { Trap } from '../harness/trap.js';
import { arrives6, CLIENT, DUT0, DUT1, echo6, ip6, rules6, SERVER, tcp6To, udp6To } from './packets6.js';
import { local, times } from './packets.js';

const EVERYWHERE = rules6('-A INPUT', '-A FORWARD', '-A OUTPUT');

export const routing6: readonly Trap[] = [
  {
    name: 'IPv6: INPUT and FORWARD',
    about: 'table of traps, 6: own addresses of any device, groups that are joined; other hosts are forwarded; groups that are not joined and other MAC addresses are nobody\'s',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: EVERYWHERE },
      { do: 'send', packets: [DUT0, DUT1, 'ff02::1', 'ff02::2', 'fd00:200::'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) },
      { do: 'hits', counts: { 'INPUT 1': 5, 'FORWARD 1': 0 } },
      { do: 'send', packets: [SERVER, '2001:db8::9', '9000::1'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) },
      { do: 'hits', counts: { 'INPUT 1': 5, 'FORWARD 1': 3 } },
      { do: 'send', packets: [...['ff02::77', 'ff05::2:77'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))), ...[DUT0, SERVER].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9), { macDst: '02:00:00:00:00:77' }))] },
    ],
  },
  {
    name: 'IPv6: what IP discards before any table',
    about: 'ip6_rcv_core(), ip6_forward(): version, length beyond the packet, loopback addresses on the wire, groups as source, scope of an interface, link-local sources are not forwarded; a link-local destination goes back where it came from, and no address is routed as any other',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: EVERYWHERE },
      {
        do: 'send',
        packets: [DUT0, SERVER].flatMap((to) => [
          arrives6('eth0', udp6To(CLIENT, to, 9, { version: 5 })),
          arrives6('eth0', udp6To(CLIENT, to, 9, { payloadLength: 17 })),
          arrives6('eth0', udp6To(CLIENT, to, 9).subarray(0, 39)),
          arrives6('eth0', udp6To('::1', to, 9)),
          arrives6('eth0', udp6To('ff02::1', to, 9)),
          arrives6('eth0', udp6To('ff05::1', to, 9)),
        ]),
      },
      { do: 'send', packets: ['::1', 'ff01::1', 'ff00::1', '::'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) },
      { do: 'send', packets: [arrives6('eth0', udp6To(CLIENT, 'fe80::99', 9)), arrives6('eth0', udp6To('fe80::99', SERVER, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 0, 'FORWARD 1': 2 } },
    ],
  },
  {
    name: 'IPv6: bytes behind the payload length',
    about: 'ip6_rcv_core() trims them: counters have the length that the header says',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT -p udp', '-A FORWARD -p udp') },
      { do: 'send', packets: [DUT0, SERVER].map((to) => arrives6('eth0', Uint8Array.of(...ip6(CLIENT, to, udp({ sport: 1, dport: 2 })), 0, 0, 0, 0, 0))) },
      { do: 'hits', counts: { 'INPUT 1': 1, 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'IPv6: hop limit',
    about: 'table of traps, 3: what has no hop left is answered before FORWARD sees it; to the host itself any will do',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: EVERYWHERE },
      { do: 'send', packets: [0, 1, 2, 255].flatMap((hopLimit) => [DUT0, SERVER].map((to) => arrives6('eth0', tcp6To(CLIENT, to, 9, 4, { hopLimit })))) },
      { do: 'hits', counts: { 'INPUT 1': 4, 'FORWARD 1': 2 } },
    ],
  },
  {
    name: 'IPv6: packets too big for the way out',
    about: 'table of traps, 4: answered before FORWARD sees them',
    family: 'ipv6',
    steps: [
      { do: 'ip', lines: ['link set eth1 mtu 1280'] },
      { do: 'restore', rules: EVERYWHERE },
      { do: 'send', packets: [1232, 1233, 1400].map((size) => arrives6('eth0', udp6To(CLIENT, SERVER, 9, {}, size))) },
      { do: 'hits', counts: { 'FORWARD 1': 1 } },
    ],
  },
  {
    name: 'IPv6: a host that does not forward',
    about: 'table of traps, 5: FORWARD sees nothing',
    family: 'ipv6',
    side: { forwarding: false },
    steps: [
      { do: 'restore', rules: EVERYWHERE },
      { do: 'send', packets: [DUT0, DUT1, SERVER, '2001:db8::9'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) },
      { do: 'hits', counts: { 'INPUT 1': 2, 'FORWARD 1': 0 } },
    ],
  },
  {
    name: 'IPv6: error routes',
    about: 'routing drops or answers before FORWARD',
    family: 'ipv6',
    steps: [
      { do: 'ip', lines: ['route add blackhole 2001:db8:1::/48', 'route add unreachable 2001:db8:2::/48', 'route add prohibit 2001:db8:3::/48'] },
      { do: 'restore', rules: EVERYWHERE },
      { do: 'send', packets: [1, 2, 3, 4].map((net) => arrives6('eth0', tcp6To(CLIENT, `2001:db8:${net}::1`, 9, 4))) },
      { do: 'hits', counts: { 'FORWARD 1': 1 } },
    ],
  },
  ...['1', '0'].map((forwarding): Trap => ({
    name: `IPv6: routes to the host itself in the main table, forwarding ${forwarding}`,
    about: 'ip6_input() is where a route of type local or anycast leads, whatever its table; a narrower one leads elsewhere',
    family: 'ipv6',
    steps: [
      { do: 'set', settings: [['ipv6/conf/all/forwarding', forwarding]] },
      { do: 'ip', lines: ['route add local 2001:db8:77::/64 dev lo table main', 'route add local 2001:db8:78::/64 dev lo', 'route add anycast 2001:db8:79::5 dev eth0 table main', `route add 2001:db8:78::7 via ${SERVER} dev eth1 table local`, `route add 2001:db8:77::6 via ${SERVER} dev eth1`] },
      { do: 'restore', rules: rules6('-A INPUT -p udp', '-A FORWARD -p udp') },
      { do: 'send', packets: ['2001:db8:77::5', '2001:db8:78::5', '2001:db8:79::5'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) },
      { do: 'hits', counts: { 'INPUT 1': 3 } },
      ...(forwarding === '1' ? ([{ do: 'send', packets: ['2001:db8:77::6', '2001:db8:78::7'].map((to) => arrives6('eth0', udp6To(CLIENT, to, 9))) }, { do: 'hits', counts: { 'FORWARD 1': 2 } }] as const) : []),
    ],
  })),
  {
    name: 'IPv6: devices by name',
    about: 'table of traps, 8 and 26: what the host sends itself goes out by lo and comes in by it',
    family: 'ipv6',
    steps: [
      {
        do: 'restore',
        rules: rules6('-A INPUT -i lo', '-A INPUT -i eth0', '-A INPUT -i eth+', '-A INPUT ! -i eth0', '-A FORWARD -i eth0 -o eth1', '-A FORWARD -o eth0', '-A OUTPUT -o lo', '-A OUTPUT -o eth1'),
      },
      { do: 'send', packets: [arrives6('eth0', udp6To(CLIENT, 'ff02::1', 9)), arrives6('eth1', udp6To(SERVER, 'ff02::1', 9)), arrives6('eth0', udp6To(CLIENT, SERVER, 9))] },
      { do: 'send', packets: [local(tcp6To(DUT0, DUT1, 9, 4)), local(tcp6To('::1', '::1', 9, 4)), local(tcp6To(DUT1, SERVER, 9, 4))] },
      { do: 'hits', counts: { 'INPUT 1': 2, 'INPUT 2': 1, 'INPUT 3': 2, 'INPUT 4': 3, 'FORWARD 1': 1, 'FORWARD 2': 0, 'OUTPUT 1': 2, 'OUTPUT 2': 1 } },
    ],
  },
  {
    name: 'IPv6: neighbour discovery is filtered like all else',
    about: 'table of traps, 18: solicitations to the host meet INPUT, its answers OUTPUT',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT -p ipv6-icmp', '-A OUTPUT -p ipv6-icmp', '-A INPUT -p tcp -j DROP') },
      {
        do: 'send',
        packets: [DUT0, 'ff02::1'].map((to) => arrives6('eth0', ip6(CLIENT, to, neighbour(135, ipv6Address(DUT0), 0, Uint8Array.of(1, 1, 2, 0, 0, 0, 0, 2)), { hopLimit: 255 }))),
      },
      { do: 'hits', counts: { 'INPUT 1': 2 } },
    ],
  },
  {
    name: 'IPv6: drops in each chain',
    about: 'verdicts and arrivals',
    family: 'ipv6',
    steps: [
      { do: 'restore', rules: rules6('-A INPUT -p ipv6-icmp -s fd00:200::2 -j DROP', '-A FORWARD -p udp --dport 1:9 -j DROP', '-A OUTPUT -p tcp -d fd00:200:0:1::/64 -j DROP') },
      { do: 'send', packets: [...times(2, () => arrives6('eth0', echo6(CLIENT, DUT0))), arrives6('eth1', echo6(SERVER, DUT1)), ...[9, 10].map((port) => arrives6('eth0', udp6To(CLIENT, SERVER, port)))] },
      { do: 'send', packets: [local(tcp6To(DUT1, SERVER, 9)), local(tcp6To(DUT0, CLIENT, 9)), arrives6('eth0', ip6(CLIENT, SERVER, rawTransport(47, new Uint8Array(8))))] },
      { do: 'hits', counts: { 'INPUT 1': 2, 'INPUT policy': 1, 'FORWARD 1': 1, 'FORWARD policy': 2, 'OUTPUT 1': 1, 'OUTPUT policy': 2 } },
    ],
  },
];
