/** The packet that a bench header stands for, for those who read packets. */
import { icmp } from '../../src/net/icmp.js';
import { ipv4, rawTransport, type Transport } from '../../src/net/ipv4.js';
import { tcp } from '../../src/net/tcp.js';
import { udp } from '../../src/net/udp.js';
import { ICMP, TCP, UDP, type Header } from './flat-rule.js';

/** What follows a header that is not TCP, so that all of it can be read. */
const PAYLOAD = new Uint8Array(20);

function transportOf(header: Header): Transport {
  const { sport, dport, proto } = header;
  if (proto === TCP) return tcp({ sport, dport, flags: header.tcpFlags });
  if (proto === UDP) return udp({ sport, dport }, PAYLOAD);
  return proto === ICMP ? icmp(header.icmpType, header.icmpCode, PAYLOAD) : rawTransport(proto, PAYLOAD);
}

/** From the IP header on. */
export function packetOf(header: Header): Uint8Array {
  return ipv4({ src: BigInt(header.src), dst: BigInt(header.dst) }, transportOf(header));
}
