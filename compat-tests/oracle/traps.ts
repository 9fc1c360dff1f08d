/** Scripted packets where the kernel's walk surprises: what the oracle is known to be tempted to get wrong. */
import { fragment } from '../../src/net/fragment.js';
import { ipv4, rawTransport, truncateTransport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { icmp } from '../../src/net/icmp.js';
import { mssOption, tcp, TCP_FLAG, tcpOption } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { TwinPacket } from '../harness/packet.js';

export interface OracleTrap {
  readonly name: string;
  readonly rules: string;
  readonly packets: readonly { readonly name: string; readonly packet: TwinPacket }[];
  /** Packets dropped without a counter moving; default none. */
  readonly hotdrops?: number;
}

const DUT = ipv4Address('10.200.0.1');
const CLIENT = ipv4Address('10.200.0.2');
const SERVER = ipv4Address('10.200.1.2');

const table = (rules: readonly string[], policy = 'ACCEPT'): string =>
  ['*filter', `:INPUT ${policy} [0:0]`, `:FORWARD ${policy} [0:0]`, `:OUTPUT ${policy} [0:0]`, ':a - [0:0]', ':b - [0:0]', ...rules, 'COMMIT', ''].join('\n');
const arrives = (l3: Uint8Array): TwinPacket => ({ kind: 'arrives', on: 'eth0', l3 });
const between = { src: CLIENT, dst: SERVER };
const syn = (sport = 4000, dport = 22, options?: Uint8Array): Uint8Array => ipv4({ src: CLIENT, dst: DUT }, tcp({ sport, dport, flags: TCP_FLAG.syn, ...(options === undefined ? {} : { options }) }));
const flags = (bits: number): Uint8Array => ipv4({ src: CLIENT, dst: DUT }, tcp({ sport: 4000, dport: 22, flags: bits }));
const short = (packet: Uint8Array, length: number): Uint8Array => truncateTransport(packet, length);
const datagram = ipv4({ ...between, id: 7 }, udp({ sport: 4000, dport: 53 }, new Uint8Array(48)));
const segment = ipv4({ ...between, id: 8 }, tcp({ sport: 4000, dport: 22, flags: TCP_FLAG.syn }, new Uint8Array(48)));
const named = (packets: Readonly<Record<string, Uint8Array>>): OracleTrap['packets'] => Object.entries(packets).map(([name, l3]) => ({ name, packet: arrives(l3) }));

export const TRAPS: readonly OracleTrap[] = [
  {
    name: 'a short header hot-drops only where a match reads it',
    rules: table(['-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT', '-A INPUT -p udp -m udp --sport 9 -j ACCEPT', '-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT', '-A INPUT -p sctp -j ACCEPT']),
    packets: named({
      'tcp 19 bytes': short(syn(), 19),
      'tcp 20 bytes': syn(),
      'udp 7 bytes': short(ipv4({ src: CLIENT, dst: DUT }, udp({ sport: 9, dport: 9 })), 7),
      'udp 8 bytes': ipv4({ src: CLIENT, dst: DUT }, udp({ sport: 9, dport: 9 })),
      'icmp 7 bytes': short(ipv4({ src: CLIENT, dst: DUT }, icmp(8, 0)), 7),
      'icmp 8 bytes': ipv4({ src: CLIENT, dst: DUT }, icmp(8, 0)),
      'sctp without a byte': ipv4({ src: CLIENT, dst: DUT }, rawTransport(132)),
    }),
    hotdrops: 3,
  },
  {
    name: 'multiport needs four bytes, whatever the protocol',
    rules: table(['-A INPUT -p tcp -m multiport --dports 22,80:90 -j ACCEPT', '-A INPUT -p udp -m multiport ! --ports 53 -j DROP']),
    packets: named({ 'tcp 3 bytes': short(syn(), 3), 'tcp 4 bytes': short(syn(), 4), 'tcp port 90': syn(1, 90), 'tcp port 91': syn(1, 91), 'udp not 53': ipv4({ src: CLIENT, dst: DUT }, udp({ sport: 1, dport: 2 })), 'udp 53': ipv4({ src: CLIENT, dst: DUT }, udp({ sport: 53, dport: 2 })) }),
    hotdrops: 1,
  },
  {
    name: 'a hot drop keeps what was counted before it',
    rules: table(['-A INPUT', '-A INPUT -p tcp -m comment --comment first -m tcp --syn -j ACCEPT', '-A INPUT']),
    packets: named({ 'tcp 8 bytes': short(syn(), 8) }),
  },
  {
    name: 'later fragments: no ports, inverted or not; -f and ! -f',
    rules: table(['-A FORWARD -p udp -m udp --dport 53', '-A FORWARD -p udp -m udp ! --dport 53', '-A FORWARD -p udp -m multiport ! --dports 1', '-A FORWARD -f', '-A FORWARD ! -f', '-A FORWARD -p udp -m udp', '-A FORWARD -p udp']),
    packets: fragment(datagram, 24).map((l3, index) => ({ name: `fragment ${index + 1}`, packet: arrives(l3) })),
  },
  {
    name: 'a TCP fragment at offset 1 is dropped where a tcp match looks, at offset 2 it is not',
    rules: table(['-A FORWARD', '-A FORWARD -p tcp -m tcp --dport 22', '-A FORWARD -p icmp -m icmp --icmp-type 8', '-A FORWARD -p tcp']),
    packets: [...fragment(segment, 8).slice(0, 3), ...fragment(segment, 16).slice(0, 3)].map((l3, index) => ({ name: `fragment ${index}`, packet: arrives(l3) })),
  },
  {
    name: '--tcp-flags with NONE, all bits, and inversion',
    rules: table([
      '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE',
      '-A INPUT -p tcp -m tcp ! --tcp-flags SYN,ACK SYN',
      '-A INPUT -p tcp -m tcp --tcp-flags SYN FIN,SYN',
      '-A INPUT -p tcp -m tcp ! --tcp-flags SYN FIN,SYN',
      '-A INPUT -p tcp -m tcp --syn',
      '-A INPUT -p tcp -m tcp ! --syn',
    ]),
    packets: [0, 1, 2, 3, 4, 6, 16, 18, 0x29, 0x3f, 0x40, 0x80, 0xc2, 0xff].map((bits) => ({ name: `flags ${bits}`, packet: arrives(flags(bits)) })),
  },
  {
    name: '--tcp-option: presence, inversion, and headers that lie about their length',
    rules: table(['-A INPUT -p tcp -m tcp --tcp-option 2', '-A INPUT -p tcp -m tcp ! --tcp-option 2', '-A INPUT -p tcp -m tcp --tcp-option 1']),
    packets: named({
      none: syn(),
      mss: syn(1, 2, mssOption(1460)),
      'nop, mss': syn(1, 2, Uint8Array.of(1, 2, 4, 5, 180)),
      'end of list, then mss': syn(1, 2, Uint8Array.of(0, 2, 4, 5, 180)),
      'length 0': syn(1, 2, Uint8Array.of(8, 0, 2, 4)),
      'length over the end': syn(1, 2, Uint8Array.of(8, 40, 2, 4)),
      'within another': syn(1, 2, tcpOption(8, Uint8Array.of(2, 4, 1, 1))),
      'offset below 5': ipv4({ src: CLIENT, dst: DUT }, tcp({ sport: 1, dport: 2, flags: 2, dataOffset: 4 })),
      'offset beyond the end': ipv4({ src: CLIENT, dst: DUT }, tcp({ sport: 1, dport: 2, flags: 2, dataOffset: 6 })),
    }),
    hotdrops: 2,
  },
  {
    name: 'a bad data offset matters only to --tcp-option',
    rules: table(['-A INPUT -p tcp -m tcp --dport 2', '-A INPUT -p tcp -m tcp --syn']),
    packets: named({ 'offset 0': ipv4({ src: CLIENT, dst: DUT }, tcp({ sport: 1, dport: 2, flags: 2, dataOffset: 0 })) }),
  },
  {
    name: 'icmp: any, inverted any, type with and without code',
    rules: table(['-A INPUT -p icmp -m icmp --icmp-type any', '-A INPUT -p icmp -m icmp ! --icmp-type any', '-A INPUT -p icmp -m icmp --icmp-type 255', '-A INPUT -p icmp -m icmp ! --icmp-type 3/1', '-A INPUT -p icmp -m icmp --icmp-type 3/1', '-A INPUT -p icmp -m icmp --icmp-type 3']),
    packets: [[3, 0], [3, 1], [3, 2], [8, 0], [255, 0], [40, 9]].map(([type, code]) => ({ name: `icmp ${type}/${code}`, packet: arrives(ipv4({ src: CLIENT, dst: DUT }, icmp(type!, code!))) })),
  },
  {
    name: 'goto from a built-in chain ends in its policy, from a user chain at the caller; RETURN in a built-in chain is the policy',
    rules: table(['-A INPUT -p udp -g a', '-A INPUT -p tcp -j a', '-A INPUT -p icmp -j RETURN', '-A INPUT -p tcp', '-A INPUT -j ACCEPT', '-A a -g b', '-A a', '-A b -p tcp -j RETURN', '-A b'], 'DROP'),
    packets: named({ udp: ipv4({ src: CLIENT, dst: DUT }, udp({ sport: 1, dport: 2 })), tcp: syn(), icmp: ipv4({ src: CLIENT, dst: DUT }, icmp(8, 0)) }),
  },
  {
    name: 'devices that a hook does not have: only + and inverted names match',
    rules: table(['-A INPUT -j a', '-A OUTPUT -j a', '-A a -i eth0', '-A a ! -i eth0', '-A a -o eth0', '-A a ! -o eth0', '-A a -i +', '-A a -o +', '-A a -i enp+', '-A a ! -i ppp0', '-A a -o enp0s31f6', '-A a -o enp0s31f', '-A a -o enp0s31f+']),
    packets: [
      { name: 'in', packet: arrives(syn()) },
      { name: 'out', packet: { kind: 'local', l3: ipv4({ src: DUT, dst: SERVER }, udp({ sport: 1, dport: 2 })) } },
    ],
  },
  {
    name: 'ports are found behind IP options; length and ttl as the chain sees them',
    rules: table(['-A FORWARD -p udp -m udp --dport 53', '-A FORWARD -m ttl --ttl-eq 9', '-A FORWARD -m ttl --ttl-lt 10', '-A FORWARD -m length --length 36', '-A FORWARD -m length ! --length 36:40']),
    packets: named({ 'two words of options': ipv4({ ...between, ttl: 10, options: new Uint8Array(8).fill(1) }, udp({ sport: 1, dport: 53 })), plain: ipv4({ ...between, ttl: 11 }, udp({ sport: 1, dport: 53 })) }),
  },
];
