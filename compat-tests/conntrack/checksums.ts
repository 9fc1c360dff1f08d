/** Packets whose checksum is wrong, of each protocol that has one: INVALID as long as net.netfilter.nf_conntrack_checksum is 1. */
import { ipv4 } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { icmp, icmpError } from '../../src/net/icmp.js';
import { sctp, sctpChunk, sctpInit } from '../../src/net/sctp.js';
import { tcp } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import type { Transport } from '../../src/net/ipv4.js';
import type { Step } from './follow.js';

const ENDS = { src: ipv4Address('10.200.0.2'), dst: ipv4Address('10.200.1.2'), id: 7 };

/** Its last byte changed, the checksum not made anew. */
function spoilt(transport: Transport): Transport {
  return { protocol: transport.protocol, bytes: (src, dst) => transport.bytes(src, dst).map((byte, index, all) => (index === all.length - 1 ? byte ^ 1 : byte)) };
}

export function wrongChecksums(port: number): Step[] {
  const ports = { sport: port, dport: 4000 };
  const asked = ipv4(ENDS, udp(ports, new Uint8Array(5)));
  const kinds: Readonly<Record<string, Transport>> = {
    tcp: tcp({ ...ports, seq: 1, ack: 0, flags: 2, window: 5000 }, new Uint8Array(0)),
    udp: udp(ports, new Uint8Array(5)),
    udplite: udp({ ...ports, sport: port + 1 }, new Uint8Array(5), 136),
    icmp: icmp(8, 0, new Uint8Array(9)),
    sctp: sctp({ ...ports, tag: 0 }, sctpChunk(1, sctpInit(5))),
    'sctp, long': sctp({ ...ports, sport: port + 1, tag: 0 }, sctpChunk(1, new Uint8Array(1203).fill(7))),
  };
  const steps = Object.entries(kinds).flatMap(([name, transport]) => [spoilt(transport), transport].map((each, index): Step => ({
    note: `${name}${index === 0 ? ', wrong' : ''}`, packet: { kind: 'arrives', on: 'eth0', l3: ipv4(ENDS, each) },
  })));
  const error = icmpError(3, 1, asked);
  const back = [spoilt(error), error].map((each, index): Step => ({
    note: `icmp error${index === 0 ? ', wrong' : ''}`, packet: { kind: 'arrives', on: 'eth1', l3: ipv4({ src: ENDS.dst, dst: ENDS.src, id: 7 }, each) },
  }));
  return [...steps, ...back];
}
