/** Datagrams of protocols other than TCP for conntrack: scripted conversations and random ones, forwarded between client and server. */
import { ipv4, rawTransport, truncateTransport, type Ipv4Fields, type Transport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { icmp, icmpError, icmpQuery } from '../../src/net/icmp.js';
import { sctp, sctpChunk, sctpInit } from '../../src/net/sctp.js';
import { tcp } from '../../src/net/tcp.js';
import { udp, type UdpFields } from '../../src/net/udp.js';
import type { Random } from '../../src/property/random.js';
import type { Step } from './follow.js';

const CLIENT = ipv4Address('10.200.0.2');
const SERVER = ipv4Address('10.200.1.2');
const HOST = ipv4Address('10.200.0.1');

/** A packet between the peers; `back` = from the server to the client. */
function between(back: boolean, transport: Transport): Uint8Array {
  return ipv4(back ? { src: SERVER, dst: CLIENT, id: 7 } : { src: CLIENT, dst: SERVER, id: 7 }, transport);
}

function step(back: boolean, note: string, l3: Uint8Array): Step {
  return { note: `${back ? 's' : 'c'}:${note}`, packet: { kind: 'arrives', on: back ? 'eth1' : 'eth0', l3 } };
}

function datagram(back: boolean, port: number, fields: Partial<UdpFields> = {}, size = 5): Uint8Array {
  const ends = back ? { sport: 53, dport: port } : { sport: port, dport: 53 };
  return between(back, udp({ ...ends, ...fields }, new Uint8Array(size)));
}

function query(back: boolean, type: number, id: number): Uint8Array {
  return between(back, icmpQuery(type, id, 1, new Uint8Array(6)));
}

/** An ICMP error that reaches the sender of `inner` unless `astray`. */
function error(backwards: boolean, type: number, inner: Uint8Array, quoted?: number, astray = false): Step {
  const l3 = between(backwards !== astray, icmpError(type, 0, inner, undefined, quoted));
  return step(backwards !== astray, `error ${type}${astray ? ' astray' : ''}${quoted === undefined ? '' : ` quoting ${quoted}`}`, l3);
}

export const DATAGRAMS: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  ['udp there and back', [step(false, 'udp', datagram(false, 1001)), step(false, 'udp', datagram(false, 1001)), step(true, 'udp', datagram(true, 1001)), step(false, 'udp', datagram(false, 1001))]],
  ['udp lengths and checksums', [
    step(false, 'too short', datagram(false, 1002, { length: 7 })), step(false, 'too long', datagram(false, 1002, { length: 400 })),
    step(false, 'shorter than the packet', datagram(false, 1002, { length: 9, checksum: 0 })), step(false, 'wrong checksum', datagram(false, 1003, { checksum: 1 })),
    step(false, 'no checksum', datagram(false, 1004, { checksum: 0 })), step(false, 'cut', truncateTransport(datagram(false, 1005), 6)),
    step(false, 'long', datagram(false, 1006, {}, 1400)), step(true, 'long, wrong checksum', datagram(true, 1006, { checksum: 1 }, 1301)),
  ]],
  ['icmp queries', [8, 13, 15, 17].flatMap((type, index) => [
    step(true, `answer ${type} without question`, query(true, type === 8 ? 0 : type + 1, 70 + index)), step(false, `query ${type}`, query(false, type, 70 + index)),
    step(true, `answer ${type}`, query(true, type === 8 ? 0 : type + 1, 70 + index)), step(false, `query ${type}`, query(false, type, 70 + index)),
    step(false, 'answer the wrong way', query(false, type === 8 ? 0 : type + 1, 70 + index)), step(true, 'question the other way', query(true, type, 70 + index)),
  ])],
  ['icmp codes tell queries apart', [
    step(false, 'code 1', coded(false, 8, 1)), step(true, 'answer code 0', coded(true, 0, 0)), step(true, 'answer code 1', coded(true, 0, 1)), step(false, 'code 1', coded(false, 8, 1)),
    step(false, 'code 0', coded(false, 8, 0)), step(true, 'answer code 0', coded(true, 0, 0)),
  ]],
  ['icmp of no flow', [9, 10, 19, 40, 255, 1].map((type) => step(false, `type ${type}`, query(false, type, 80)))],
  ['icmp errors', [
    step(false, 'udp', datagram(false, 1010)), error(true, 3, datagram(false, 1010)), error(true, 11, datagram(false, 1010)), error(true, 4, datagram(false, 1010), 24),
    error(true, 12, datagram(false, 1010), 22), error(true, 3, datagram(false, 1010), undefined, true), error(true, 3, datagram(false, 1011)),
    step(true, 'udp', datagram(true, 1010)), error(false, 3, datagram(true, 1010)), step(false, 'echo', query(false, 8, 90)), error(true, 11, query(false, 8, 90)),
    error(true, 3, icmpAbout(datagram(false, 1010))), error(true, 3, query(true, 0, 90)), error(false, 3, query(true, 0, 90)), error(true, 3, query(false, 9, 90)),
  ]],
  ['icmp errors, whatever they quote', [
    step(false, 'udp', datagram(false, 1012)), error(true, 3, quoted({ fragmentOffset: 3 })), error(true, 3, quoted({ moreFragments: true })), error(true, 3, quoted({ options: new Uint8Array([1, 1, 1, 0]) })),
    error(true, 3, quoted({ ihl: 4 })), error(true, 3, quoted({ ihl: 0 })), error(true, 3, quoted({ ihl: 15 })), error(true, 3, quoted({ version: 6 })), error(true, 3, quoted({ headerChecksum: 1 })),
    error(true, 3, quoted({ totalLength: 20 })), error(true, 3, quoted({ ttl: 0 })), error(true, 5, quoted({})), error(true, 12, quoted({})),
    ...[0, 4, 19, 20, 23, 24, 27].map((bytes) => error(true, 3, datagram(false, 1012), bytes)), error(true, 13, quoted({})), error(true, 6, quoted({})),
  ]],
  ['icmp errors about all protocols', Object.entries({
    tcp: tcp({ sport: 1013, dport: 80, seq: 1, ack: 0, flags: 2, window: 1 }), udplite: udp({ sport: 1013, dport: 80 }, new Uint8Array(4), 136), sctp: sctp({ sport: 1013, dport: 80, tag: 0 }, sctpChunk(1, sctpInit(4))),
    gre: rawTransport(47, Uint8Array.of(0, 0, 8, 0, 0, 0, 0, 0)), pptp: callOf(77), dccp: rawTransport(33, Uint8Array.of(3, 245, 0, 80, 0, 0, 0, 0)), other: rawTransport(97, new Uint8Array(8)),
  }).flatMap(([name, transport]) => [step(false, name, between(false, transport)), error(true, 3, between(false, transport)), error(true, 3, between(false, transport), 20), error(true, 3, between(false, transport), 22)])],
  ['icmp errors to and from the host', [
    { note: 'out', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: CLIENT, id: 7 }, udp({ sport: 1023, dport: 9 }, new Uint8Array(3))) } },
    { note: 'error in', packet: { kind: 'arrives', on: 'eth0', l3: ipv4({ src: CLIENT, dst: HOST, id: 7 }, icmpError(3, 3, ipv4({ src: HOST, dst: CLIENT, id: 7 }, udp({ sport: 1023, dport: 9 }, new Uint8Array(3))))) } },
    { note: 'error in, of no flow', packet: { kind: 'arrives', on: 'eth0', l3: ipv4({ src: CLIENT, dst: HOST, id: 7 }, icmpError(3, 3, ipv4({ src: HOST, dst: CLIENT, id: 7 }, udp({ sport: 1024, dport: 9 }, new Uint8Array(3))))) } },
    { note: 'in', packet: { kind: 'arrives', on: 'eth0', l3: ipv4({ src: CLIENT, dst: HOST, id: 7 }, rawTransport(98, new Uint8Array(8))) } },
    { note: 'error out', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: CLIENT, id: 7 }, icmpError(3, 2, ipv4({ src: CLIENT, dst: HOST, id: 7 }, rawTransport(98, new Uint8Array(8))))) } },
    { note: 'error out, of no flow', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: CLIENT, id: 7 }, icmpError(3, 2, ipv4({ src: CLIENT, dst: HOST, id: 7 }, rawTransport(99, new Uint8Array(8))))) } },
  ]],
  ['gre', [
    step(false, 'plain', between(false, rawTransport(47, Uint8Array.of(0, 0, 8, 0, 1, 2, 3, 4)))), step(true, 'plain, with a key', between(true, rawTransport(47, Uint8Array.of(32, 0, 8, 0, 1, 2, 3, 4)))),
    step(false, 'call 5', between(false, callOf(5))), step(true, 'call 5', between(true, callOf(5))), step(true, 'call 0', between(true, callOf(0))), step(false, 'call 0', between(false, callOf(0))),
    step(false, 'call 5', between(false, callOf(5))), step(false, 'version 1, not PPP', between(false, rawTransport(47, Uint8Array.of(0, 1, 8, 0, 1, 2, 3, 4)))),
    ...[1, 3, 4, 6, 7].map((length) => step(false, `version 1, ${length} bytes`, truncateTransport(between(false, callOf(6)), length))),
  ]],
  ['icmpv6 in ipv4', [128, 129, 135, 1].flatMap((type) => [false, true].map((back) => step(back, `icmpv6 ${type}`, between(back, rawTransport(58, Uint8Array.of(type, 0, 0, 0, 0, 1, 0, 1))))))],
  ['dccp', [
    step(false, 'ports 1, 2', between(false, rawTransport(33, Uint8Array.of(0, 1, 0, 2, 5, 0, 0, 0, 0, 0, 0, 0)))), step(true, 'ports 4, 3', between(true, rawTransport(33, Uint8Array.of(0, 4, 0, 3, 5, 0, 0, 0)))),
    step(false, 'cut', between(false, rawTransport(33, Uint8Array.of(0, 1)))),
  ]],
  ['other protocols', [47, 50, 51, 99, 2].flatMap((protocol) => [
    step(false, `protocol ${protocol}`, between(false, rawTransport(protocol, new Uint8Array(16)))), step(true, `protocol ${protocol}`, between(true, rawTransport(protocol, new Uint8Array(16)))),
    step(false, `protocol ${protocol}, empty`, between(false, rawTransport(protocol))),
  ])],
  ['udp lite', [
    step(false, 'whole', between(false, udp({ sport: 3, dport: 4 }, new Uint8Array(9), 136))), step(false, 'no checksum', between(false, udp({ sport: 5, dport: 4, checksum: 0 }, new Uint8Array(9), 136))),
    step(false, 'covers 4', between(false, udp({ sport: 6, dport: 4, length: 4 }, new Uint8Array(9), 136))),
  ]],
  // To the host itself: its answers meet OUTPUT at the same time.
  ['the host answers', [
    { note: 'ping', packet: { kind: 'arrives', on: 'eth0', l3: ipv4({ src: CLIENT, dst: HOST, id: 7 }, icmpQuery(8, 99, 1)) } },
    { note: 'closed port', packet: { kind: 'arrives', on: 'eth0', l3: ipv4({ src: CLIENT, dst: HOST, id: 7 }, udp({ sport: 1020, dport: 9 }, new Uint8Array(3))) } },
    { note: 'to itself', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: HOST, id: 7 }, udp({ sport: 1021, dport: 9 }, new Uint8Array(3))) } },
    { note: 'ping itself', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: HOST, id: 7 }, icmpQuery(8, 98, 1)) } },
    { note: 'out', packet: { kind: 'local', l3: ipv4({ src: HOST, dst: CLIENT, id: 7 }, udp({ sport: 1022, dport: 9 }, new Uint8Array(3))) } },
  ]],
];

/** The packet that errors quote, with some of its header otherwise. */
function quoted(fields: Partial<Ipv4Fields>): Uint8Array {
  return ipv4({ src: CLIENT, dst: SERVER, id: 7, ...fields }, udp({ sport: 1012, dport: 53 }, new Uint8Array(5)));
}

/** An echo request or answer with a code, which nobody sends. */
function coded(back: boolean, type: number, code: number): Uint8Array {
  return between(back, icmp(type, code, Uint8Array.of(0, 95, 0, 1)));
}

/** PPTP: GRE of version 1 that carries PPP. */
function callOf(call: number): Transport {
  return rawTransport(47, Uint8Array.of(0x30, 1, 0x88, 0x0b, 0, 0, call >> 8, call & 255));
}

/** An ICMP error as something to be quoted: no flow is made of those. */
function icmpAbout(inner: Uint8Array): Uint8Array {
  return between(false, icmpError(3, 0, inner));
}

/** Packets of one conversation of UDP, UDP-Lite, GRE or ICMP queries, with errors about them. */
export function randomDatagrams(random: Random, port: number): Step[] {
  const kind = random.pick(['udp', 'udp', 'icmp', 'icmp', 'udplite', 'gre'] as const);
  return Array.from({ length: random.between(2, 9) }, () => {
    const back = random.chance(0.5);
    if (random.chance(0.2)) {
      const about = randomPlain(random, kind, back, port);
      return error(!back, random.pick([3, 4, 5, 11, 12]), about, random.chance(0.3) ? random.between(0, 30) : undefined, random.chance(0.2));
    }
    if (kind === 'icmp') {
      const type = random.pick([8, 8, 0, 0, 13, 14, 15, 16, 17, 18, 9, 19, 3]);
      return step(back, `icmp ${type}`, random.chance(0.2) ? between(back, icmp(type, 1, Uint8Array.of(port >> 8, port & 255, 0, 1))) : query(back, type, port));
    }
    if (kind !== 'udp') return step(back, kind, randomPlain(random, kind, back, port));
    const fields = random.pick<Partial<UdpFields>>([{}, {}, {}, { checksum: 0 }, { checksum: 1 }, { length: 4 }, { length: 9000 }]);
    const whole = datagram(back, port, fields, random.between(0, 1400));
    return step(back, `udp ${JSON.stringify(fields)}`, random.chance(0.05) ? truncateTransport(whole, random.between(0, 9)) : whole);
  });
}

function randomPlain(random: Random, kind: 'udp' | 'icmp' | 'udplite' | 'gre', back: boolean, port: number): Uint8Array {
  if (kind === 'icmp') return query(back, random.pick([8, 8, 0, 13]), port);
  if (kind === 'gre') return between(back, callOf(random.chance(0.2) ? 0 : port));
  const ends = back ? { sport: 53, dport: port } : { sport: port, dport: 53 };
  if (kind === 'udp') return datagram(back, port);
  return between(back, udp({ ...ends, ...random.pick<Partial<UdpFields>>([{}, {}, { checksum: 0 }, { length: 8 }, { length: 7 }, { length: 100 }]) }, new Uint8Array(9), 136));
}
