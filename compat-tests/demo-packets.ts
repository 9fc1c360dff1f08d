/** The demonstration's packets, one for each thing its ruleset does. */
import { TCP_FLAG } from '../src/net/tcp.js';
import { arrives, CLIENT, DUT0, echo, local, SERVER, tcpTo, udpTo } from './cases/packets.js';
import type { TwinPacket } from './harness/packet.js';

export const DEMO_PACKETS: readonly { readonly label: string; readonly packet: TwinPacket }[] = [
  { label: 'office asks the router for DNS', packet: arrives('eth0', udpTo(CLIENT, DUT0, 53)) },
  { label: 'office opens ssh to the router', packet: arrives('eth0', tcpTo(CLIENT, DUT0, 22)) },
  { label: 'office tries telnet on the router', packet: arrives('eth0', tcpTo(CLIENT, DUT0, 23)) },
  { label: 'Internet opens ssh to the router', packet: arrives('eth1', tcpTo(SERVER, DUT0, 22)) },
  { label: 'Internet tries http on the router', packet: arrives('eth1', tcpTo(SERVER, DUT0, 80)) },
  { label: 'office pings the router', packet: arrives('eth0', echo(CLIENT, DUT0)) },
  { label: 'router talks to itself', packet: local(udpTo('127.0.0.1', '127.0.0.1', 9)) },
  { label: 'broadcast in the office', packet: arrives('eth0', udpTo('10.200.5.5', '255.255.255.255', 138)) },
  { label: 'blocked network to the router', packet: arrives('eth1', udpTo('203.0.113.7', DUT0, 53)) },
  { label: 'office opens https outside', packet: arrives('eth0', tcpTo(CLIENT, SERVER, 443)) },
  { label: 'the answer comes back', packet: arrives('eth1', tcpTo(SERVER, CLIENT, 4000, TCP_FLAG.syn | TCP_FLAG.ack)) },
  { label: 'outside opens a connection inward', packet: arrives('eth1', tcpTo(SERVER, CLIENT, 445)) },
  { label: 'office sends mail directly', packet: arrives('eth0', tcpTo(CLIENT, SERVER, 25)) },
  { label: 'restricted office host goes outside', packet: arrives('eth0', udpTo('10.200.0.210', SERVER, 443)) },
  { label: 'office asks a blocked network', packet: arrives('eth0', tcpTo(CLIENT, '203.0.113.9', 443)) },
  { label: 'SYN and FIN together', packet: arrives('eth1', tcpTo(SERVER, CLIENT, 80, TCP_FLAG.syn | TCP_FLAG.fin)) },
  { label: 'no TCP flags at all', packet: arrives('eth1', tcpTo(SERVER, CLIENT, 80, 0)) },
  { label: 'a later fragment', packet: arrives('eth1', udpTo(SERVER, CLIENT, 53, { fragmentOffset: 100 })) },
  { label: 'router sends mail', packet: local(tcpTo(DUT0, SERVER, 25)) },
  { label: 'router asks a time server', packet: local(udpTo(DUT0, SERVER, 123)) },
];
