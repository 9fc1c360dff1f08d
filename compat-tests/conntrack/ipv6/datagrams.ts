/** What only IPv6 has, for conntrack: ICMPv6 of all kinds, neighbour discovery, redirects, extension headers. */
import { be16, be32, concatBytes } from '../../../src/net/bytes.js';
import { icmp6, icmp6Echo, icmp6Error, neighbour } from '../../../src/net/icmp6.js';
import { icmpQuery } from '../../../src/net/icmp.js';
import { rawTransport, type Transport } from '../../../src/net/ipv4.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, rawHeader, routingHeader } from '../../../src/net/ipv6-extensions.js';
import { ipv6, ipv6Bytes, withIpv6Length, type ExtensionHeader, type Ipv6Fields } from '../../../src/net/ipv6.js';
import { udp } from '../../../src/net/udp.js';
import type { Step } from '../follow.js';
import { inIpv6 } from './translated.js';
import { ipv4Address } from '../../../src/net/ipv4-address.js';

const CLIENT = inIpv6(ipv4Address('10.200.0.2'));
const SERVER = inIpv6(ipv4Address('10.200.1.2'));
const HOST = inIpv6(ipv4Address('10.200.0.1'));
const ROUTER = (0xfe80n << 112n) | 0x77n;
const ALL_NODES = (0xff02n << 112n) | 1n;

type Way = 'c' | 's' | 'in' | 'out';
/** Who sends to whom: client and server through the host, client to the host, the host to the client. */
const ENDS: Readonly<Record<Way, { readonly src: bigint; readonly dst: bigint }>> = {
  c: { src: CLIENT, dst: SERVER },
  s: { src: SERVER, dst: CLIENT },
  in: { src: CLIENT, dst: HOST },
  out: { src: HOST, dst: CLIENT },
};

function build(way: Way, transport: Transport, more: Partial<Ipv6Fields> = {}): Uint8Array {
  return ipv6({ ...ENDS[way], ...more }, transport);
}

function sent(way: Way, note: string, l3: Uint8Array): Step {
  const packet = way === 'out' ? ({ kind: 'local', l3 } as const) : ({ kind: 'arrives', on: way === 's' ? 'eth1' : 'eth0', l3 } as const);
  return { note: `${way}:${note}`, packet };
}

const step = (way: Way, note: string, transport: Transport, more: Partial<Ipv6Fields> = {}): Step => sent(way, note, build(way, transport, more));

/** UDP from the client's `port` to port 53, or back. */
function datagram(way: Way, port: number): Transport {
  return udp(way === 's' || way === 'out' ? { sport: 53, dport: port } : { sport: port, dport: 53 }, new Uint8Array(5));
}

const plain = (way: Way, port: number, more: Partial<Ipv6Fields> = {}): Uint8Array => build(way, datagram(way, port), more);
const flow = (way: Way, port: number, more: Partial<Ipv6Fields> = {}): Step => sent(way, `udp ${port}`, plain(way, port, more));
const error = (way: Way, note: string, type: number, code: number, inner: Uint8Array, quoted?: number): Step => step(way, `error ${type}/${code} ${note}`, icmp6Error(type, code, inner, undefined, quoted));

const OPTIONS = destinationOptions([ipv6Option(1, new Uint8Array(4))]);
const AH = authentication({ spi: 5 });
const NODE_QUERY = concatBytes(be32(0x00020000), new Uint8Array(24));

/** Types of ICMPv6, all that have a meaning and some that have none. */
const ALL_TYPES = [0, 1, 2, 3, 4, 5, 100, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 147, 149, 150, 151, 152, 153, 154, 155, 160, 201, 255];

/** A redirect as a router sends it: to `target` for `dst`, options behind. */
function redirect(options: Uint8Array, code = 0): Transport {
  return icmp6(137, code, concatBytes(new Uint8Array(4), ipv6Bytes(ROUTER), ipv6Bytes(CLIENT), options));
}

/** The option that quotes a packet (RFC 4861, 4.6.3). */
function redirected(inner: Uint8Array, type = 4, length?: number): Uint8Array {
  const padded = concatBytes(inner, new Uint8Array(-inner.length & 7));
  return concatBytes(Uint8Array.of(type, length ?? padded.length / 8 + 1), new Uint8Array(6), padded);
}

const LINK_LAYER = Uint8Array.of(2, 1, 2, 0, 0, 0, 0, 9);
const fromRouter = { src: ROUTER, dst: HOST, hopLimit: 255 } as const;

/** Extension headers before UDP, in all orders that come, and some that should not. */
const CHAINS: Readonly<Record<string, readonly ExtensionHeader[]>> = {
  'destination options': [OPTIONS],
  'long destination options': [destinationOptions([ipv6Option(1, new Uint8Array(250))])],
  'hop by hop': [hopByHop([ipv6Option(5, be16(0))])],
  'hop by hop, destination options': [hopByHop([ipv6Option(1, new Uint8Array(4))]), OPTIONS],
  routing: [routingHeader(4, 0)],
  authentication: [AH],
  'all of them': [hopByHop([ipv6Option(1, new Uint8Array(4))]), OPTIONS, routingHeader(4, 0), AH, OPTIONS],
  'six times options': Array.from({ length: 6 }, () => OPTIONS),
};

const manyOptions = (count: number): readonly ExtensionHeader[] => Array.from({ length: count }, () => OPTIONS);

/** Chains that lead nowhere, or beyond the packet. `length` bytes are left of it. */
function broken(note: string, more: Partial<Ipv6Fields>, transport: Transport, length?: number): Step {
  const whole = build('c', transport, more);
  return sent('c', note, length === undefined ? whole : withIpv6Length(whole, length));
}

const unknown = (protocol: number): Transport => rawTransport(protocol, new Uint8Array(16));

/** Each with the port of its own flow, so that none is known before. */
export const DATAGRAMS6: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  ['icmpv6 of all types, forwarded', ALL_TYPES.flatMap((type) => (['c', 's'] as const).map((way) => step(way, `type ${type}`, icmp6(type, 0, Uint8Array.of(0, 60, 0, 1, 1, 2, 3, 4, 5)))))],
  ['icmpv6 of all types, to the host', ALL_TYPES.map((type) => step('in', `type ${type}`, icmp6(type, 0, concatBytes(Uint8Array.of(0, 61, 0, 1), new Uint8Array(20)))))],
  ['icmpv6 of all types, their checksum wrong', ALL_TYPES.map((type) => step('c', `type ${type}`, icmp6(type, 0, Uint8Array.of(0, 62, 0, 1), 1)))],
  ['icmpv6, cut short', [128, 133, 135, 1, 137, 139].flatMap((type) => [0, 1, 4, 7].map((length) => sent('c', `type ${type}, ${length} bytes`, withIpv6Length(build('c', icmp6(type, 0)), 40 + length))))],
  ['queries and answers', [
    step('s', 'answer without question', icmp6Echo(129, 70, 1)), step('c', 'echo', icmp6Echo(128, 70, 1)), step('c', 'again', icmp6Echo(128, 70, 2)), step('s', 'answer', icmp6Echo(129, 70, 1)), step('s', 'again', icmp6Echo(129, 70, 1)),
    step('c', 'echo', icmp6Echo(128, 70, 3)), step('c', 'answer the wrong way', icmp6Echo(129, 70, 1)), step('s', 'question the other way', icmp6Echo(128, 70, 1)), step('s', 'another id', icmp6Echo(129, 71, 1)),
    step('c', 'code 1', icmp6(128, 1, be32(0x00480001))), step('s', 'answer code 0', icmp6(129, 0, be32(0x00480001))), step('s', 'answer code 1', icmp6(129, 1, be32(0x00480001))), step('c', 'code 1', icmp6(128, 1, be32(0x00480001))),
    step('s', 'node information without question', icmp6(140, 0, NODE_QUERY)), step('c', 'who are you', icmp6(139, 0, NODE_QUERY)), step('s', 'node information', icmp6(140, 0, NODE_QUERY)), step('c', 'who are you', icmp6(139, 0, NODE_QUERY)),
    step('s', 'echo answer in its place', icmp6Echo(129, 2, 0)),
  ]],
  ['errors of all types and codes', [
    flow('c', 1110), ...[0, 1, 2, 3, 4, 5, 6, 7, 255].map((code) => error('s', 'about it', 1, code, plain('c', 1110))), error('s', 'about it', 2, 0, plain('c', 1110)), error('s', 'about it', 3, 0, plain('c', 1110)),
    error('s', 'about it', 3, 1, plain('c', 1110)), ...[0, 1, 2].map((code) => error('s', 'about it', 4, code, plain('c', 1110))), ...[0, 5, 100, 127].map((type) => error('s', 'about it', type, 0, plain('c', 1110))),
    error('c', 'astray', 1, 0, plain('c', 1110)), error('s', 'of no flow', 1, 0, plain('c', 1111)), flow('s', 1110), error('c', 'about the answer', 1, 4, plain('s', 1110)), error('c', 'about the answer', 127, 0, plain('s', 1110)),
    error('s', 'about the answer, astray', 1, 4, plain('s', 1110)), error('s', 'about an error', 1, 0, build('c', icmp6Error(1, 0, plain('s', 1110)))), flow('c', 1110),
    step('s', 'wrong checksum', icmp6(1, 0, concatBytes(new Uint8Array(4), plain('c', 1110)), 7)),
  ]],
  ['errors about queries', [
    step('c', 'echo', icmp6Echo(128, 90, 1)), error('s', 'about the question', 1, 0, build('c', icmp6Echo(128, 90, 1))), error('c', 'about the answer', 1, 0, build('s', icmp6Echo(129, 90, 1))),
    error('s', 'about another id', 1, 0, build('c', icmp6Echo(128, 91, 1))), error('s', 'about another code', 1, 0, build('c', icmp6(128, 1, be32(0x005a0001)))), error('s', 'about a solicitation', 1, 0, build('c', neighbour(135, HOST))),
    error('s', 'about a report', 1, 0, build('c', icmp6(143, 0))), error('s', 'about ICMP of IPv4', 1, 0, build('c', icmpQuery(8, 90, 1))), step('s', 'answer', icmp6Echo(129, 90, 1)), error('s', 'about the question', 3, 0, build('c', icmp6Echo(128, 90, 1))),
  ]],
  ['errors, cut anywhere', [
    flow('c', 1112), ...[0, 1, 6, 7, 23, 24, 39, 40, 41, 43, 44, 47, 48, 53].map((bytes) => error('s', `quoting ${bytes}`, 1, 0, plain('c', 1112), bytes)),
    step('c', 'echo', icmp6Echo(128, 92, 1)), ...[40, 44, 47, 48].map((bytes) => error('s', `quoting ${bytes} of an echo`, 1, 0, build('c', icmp6Echo(128, 92, 1)), bytes)),
    step('c', 'protocol 99', unknown(99)), ...[39, 40].map((bytes) => error('s', `quoting ${bytes} of protocol 99`, 1, 0, build('c', unknown(99)), bytes)),
  ]],
  ['errors about packets with extension headers', [
    flow('c', 1113), ...Object.entries(CHAINS).map(([name, extensions]) => error('s', `about ${name}`, 1, 0, plain('c', 1113, { extensions }))),
    ...[{}, { more: true }, { offset: 1 }, { offset: 4096 }, { reservedBits: 3 }, { reserved: 255 }].map((fields) => error('s', `about a fragment ${JSON.stringify(fields)}`, 1, 0, plain('c', 1113, { extensions: [fragmentHeader(fields)] }))),
    error('s', 'about no next header', 1, 0, plain('c', 1113, { extensions: [OPTIONS], protocol: 59 })), error('s', 'about options that are too long', 1, 0, plain('c', 1113, { extensions: [destinationOptions([], 9)] })),
    error('s', 'about protocol 59', 1, 0, plain('c', 1113, { nextHeader: 59 })), error('s', 'about version 4', 1, 0, plain('c', 1113, { version: 4 })), error('s', 'about ESP', 1, 0, plain('c', 1113, { nextHeader: 50 })),
    ...[40, 41, 42, 47, 48, 51, 52].map((bytes) => error('s', `about options, quoting ${bytes}`, 1, 0, plain('c', 1113, { extensions: [OPTIONS] }), bytes)),
    ...[40, 42, 43, 44, 48, 52].map((bytes) => error('s', `about a fragment, quoting ${bytes}`, 1, 0, plain('c', 1113, { extensions: [fragmentHeader({ more: true })] }), bytes)),
  ]],
  ['errors about all protocols', [50, 51, 41, 4, 2, 132, 136, 135, 253].flatMap((protocol) => [
    step('c', `protocol ${protocol}`, unknown(protocol)), error('s', `about protocol ${protocol}`, 1, 0, build('c', unknown(protocol))), error('s', `about protocol ${protocol}, cut`, 1, 0, build('c', unknown(protocol)), 40),
  ])],
  ['extension headers', Object.entries(CHAINS).flatMap(([name, extensions], index) => [
    flow('c', 1120 + index, { extensions }), sent('s', 'answer', plain('s', 1120 + index)), sent('c', `${name} again`, plain('c', 1120 + index, { extensions })), step('c', `${name}, wrong checksum`, udp({ sport: 1120 + index, dport: 53, checksum: 1 }, new Uint8Array(5)), { extensions }),
    step('c', `echo behind ${name}`, icmp6Echo(128, 1120 + index, 1), { extensions }), step('c', `solicitation behind ${name}`, neighbour(135, SERVER), { extensions }),
  ])],
  ['as many extension headers as anybody allows', [7, 8, 9, 11, 12, 13, 20].flatMap((count) => [flow('c', 1140 + count, { extensions: manyOptions(count) }), error('s', `about ${count} headers`, 1, 0, plain('c', 1140 + count, { extensions: manyOptions(count) }))])],
  ['no protocol to be found', [
    broken('no next header', { nextHeader: 59 }, unknown(59)), broken('no next header behind options', { extensions: [OPTIONS] }, rawTransport(59)), broken('options that are not there', { nextHeader: 60 }, rawTransport(60)),
    broken('half of the options', { extensions: [OPTIONS] }, unknown(99), 41), ...[2, 8, 20, 200].map((length) => broken(`options longer than the packet by ${length}`, { extensions: [destinationOptions([], length)] }, unknown(99))),
    broken('options longer than the packet, udp', { extensions: [destinationOptions([], 9)] }, datagram('c', 1160)), broken('options longer than the packet, echo', { extensions: [destinationOptions([], 9)] }, icmp6Echo(128, 1160, 1)),
    broken('options longer than the packet, GRE', { extensions: [destinationOptions([], 9)] }, unknown(47)), broken('options longer than the packet, options', { extensions: [destinationOptions([], 9), OPTIONS] }, unknown(99)),
    ...[41, 42, 43, 44].flatMap((length) => [99, 58, 17, 47, 59, 43].map((protocol) => broken(`routing cut to ${length - 40} before ${protocol}`, { extensions: [routingHeader(4, 0)] }, unknown(protocol), length))), broken('authentication longer than the packet', { extensions: [authentication({ spi: 1, length: 60 })] }, unknown(98)), broken('a header of 1 byte', { extensions: [rawHeader(60, new Uint8Array(1))] }, rawTransport(99)),
  ]],
  ['protocols that IPv6 treats as others do', [1, 2, 4, 41, 47, 50, 97, 103, 135, 139, 140, 253, 255].flatMap((protocol) => (['c', 's', 'c'] as const).map((way) => step(way, `protocol ${protocol}`, unknown(protocol))))],
  ['ICMP of IPv4', [0, 8, 3, 13, 128].flatMap((type) => (['c', 's'] as const).map((way) => step(way, `icmp ${type}`, icmpQuery(type, 95, 1))))],
  ['neighbours and routers', [
    step('in', 'solicitation', neighbour(135, HOST), { hopLimit: 255 }), step('in', 'advertisement', neighbour(136, CLIENT), { hopLimit: 255 }), step('in', 'router solicitation', icmp6(133, 0), { src: ROUTER, hopLimit: 255 }),
    step('in', 'router advertisement', icmp6(134, 0, new Uint8Array(12)), { src: ROUTER, dst: ALL_NODES, hopLimit: 255 }), step('in', 'solicitation of code 3', icmp6(135, 3, new Uint8Array(20)), { hopLimit: 255 }), step('in', 'solicitation, hop limit 64', neighbour(135, HOST)),
    step('in', 'listener query', icmp6(130, 0, new Uint8Array(20)), { src: ROUTER, dst: ALL_NODES, hopLimit: 1, extensions: [hopByHop([ipv6Option(5, be16(0))])] }), step('in', 'listener report', icmp6(131, 0, new Uint8Array(20)), { dst: ALL_NODES, hopLimit: 1 }),
    step('in', 'report 2', icmp6(143, 0, new Uint8Array(20)), { dst: ALL_NODES, hopLimit: 1 }), step('in', 'echo to all', icmp6Echo(128, 96, 1), { dst: ALL_NODES }),
  ]],
  ['redirects', [
    sent('out', 'udp', plain('out', 1170)), step('in', 'redirect', redirect(redirected(plain('out', 1170))), fromRouter), step('in', 'hop limit 254', redirect(redirected(plain('out', 1170))), { ...fromRouter, hopLimit: 254 }),
    step('in', 'from no router', redirect(redirected(plain('out', 1170))), { hopLimit: 255 }), step('in', 'code 1', redirect(redirected(plain('out', 1170)), 1), fromRouter), step('in', 'code 1, hop limit 64', redirect(redirected(plain('out', 1170)), 1)),
    step('in', 'no option', redirect(new Uint8Array(0)), fromRouter), step('in', 'link-layer address first', redirect(concatBytes(LINK_LAYER, redirected(plain('out', 1170)))), fromRouter), step('in', 'link-layer address second', redirect(concatBytes(redirected(plain('out', 1170)), LINK_LAYER)), fromRouter),
    step('in', 'option of no length', redirect(redirected(plain('out', 1170), 4, 0)), fromRouter), step('in', 'link-layer address of no length', redirect(redirected(plain('out', 1170), 2, 0)), fromRouter), step('in', 'option of any length', redirect(redirected(plain('out', 1170), 4, 1)), fromRouter),
    step('in', 'of no flow', redirect(redirected(plain('out', 1171))), fromRouter), step('in', 'about an answer', redirect(redirected(plain('in', 1170))), fromRouter), sent('in', 'answer', plain('in', 1170)), step('in', 'redirect', redirect(redirected(plain('out', 1170))), fromRouter),
    step('in', 'wrong checksum', icmp6(137, 0, concatBytes(new Uint8Array(36), redirected(plain('out', 1170))), 1), fromRouter), ...[8, 39, 40, 41].map((length) => sent('in', `${length} bytes`, withIpv6Length(build('in', icmp6(137, 0, new Uint8Array(40), 0), fromRouter), 40 + length))),
  ]],
  ['the host answers', [
    step('in', 'ping', icmp6Echo(128, 99, 1)), step('in', 'closed port', udp({ sport: 1180, dport: 9 }, new Uint8Array(3))), step('in', 'unknown protocol', unknown(97)), step('in', 'unknown option', datagram('in', 1181), { extensions: [destinationOptions([ipv6Option(0x80, new Uint8Array(4))])] }),
    sent('out', 'to itself', build('out', udp({ sport: 1182, dport: 9 }, new Uint8Array(3)), { dst: HOST })), sent('out', 'ping itself', build('out', icmp6Echo(128, 98, 1), { dst: HOST })), sent('out', 'out', plain('out', 1183)),
    step('c', 'hop limit 1', datagram('c', 1184), { hopLimit: 1 }), step('c', 'hop limit 1, echo', icmp6Echo(128, 1184, 1), { hopLimit: 1 }), sent('out', 'error out of no flow', build('out', icmp6Error(1, 0, plain('in', 1185)))),
  ]],
];
