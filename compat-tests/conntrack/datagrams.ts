/** Datagrams of protocols other than TCP for conntrack: scripted conversations and random ones, forwarded between client and server. */
import { ipv4, rawTransport, truncateTransport, type Transport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { icmpError, icmpQuery } from '../../src/net/icmp.js';
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
  ['icmp of no flow', [9, 10, 19, 40, 255, 1].map((type) => step(false, `type ${type}`, query(false, type, 80)))],
  ['icmp errors', [
    step(false, 'udp', datagram(false, 1010)), error(true, 3, datagram(false, 1010)), error(true, 11, datagram(false, 1010)), error(true, 4, datagram(false, 1010), 24),
    error(true, 12, datagram(false, 1010), 22), error(true, 3, datagram(false, 1010), undefined, true), error(true, 3, datagram(false, 1011)),
    step(true, 'udp', datagram(true, 1010)), error(false, 3, datagram(true, 1010)), step(false, 'echo', query(false, 8, 90)), error(true, 11, query(false, 8, 90)),
    error(true, 3, icmpAbout(datagram(false, 1010))),
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

/** An ICMP error as something to be quoted: no flow is made of those. */
function icmpAbout(inner: Uint8Array): Uint8Array {
  return between(false, icmpError(3, 0, inner));
}

/** Some packets of one UDP or ICMP conversation, with errors about them. */
export function randomDatagrams(random: Random, port: number): Step[] {
  const icmp = random.chance(0.4);
  return Array.from({ length: random.between(2, 5) }, () => {
    const back = random.chance(0.5);
    if (icmp) {
      const type = random.pick([8, 8, 0, 13, 14, 15, 16, 17, 18, 9, 19, 3]);
      return step(back, `icmp ${type}`, query(back, type, port));
    }
    if (random.chance(0.2)) return error(!back, random.pick([3, 4, 5, 11, 12]), datagram(back, port), random.chance(0.2) ? 22 : undefined, random.chance(0.2));
    const fields = random.pick<Partial<UdpFields>>([{}, {}, {}, { checksum: 0 }, { checksum: 1 }, { length: 4 }]);
    return step(back, `udp ${JSON.stringify(fields)}`, datagram(back, port, fields, random.between(0, 700)));
  });
}
