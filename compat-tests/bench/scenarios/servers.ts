import { Random } from '../../../src/property/random.js';
import { formatIpv4Address } from '../../../src/net/ipv4-address.js';
import { LEGACY_TEXT, NFT_TEXT, own } from '../end-to-end/contenders.js';
import { timeOf } from '../end-to-end/tables.js';
import { raceTexts } from '../end-to-end/texts.js';
import { UDP, type Header } from '../flat-rule.js';
import type { Scenario } from '../report/section.js';
import { spread } from '../statistics.js';
import { saveFile } from '../workload.js';

const CLIENTS = 0xc0a80002;
const SERVERS = 0xc0a80a02;
const FIRST_PORT = 8080;

/** By the number of rules: servers, ports of each, and how many of them packets are sent to, so that about a tenth finds no rule. */
const SIZES: Readonly<Record<string, { readonly servers: number; readonly ports: number; readonly towardServers: number; readonly towardPorts: number }>> = {
  50: { servers: 5, ports: 9, towardServers: 6, towardPorts: 9 },
  100: { servers: 10, ports: 9, towardServers: 11, towardPorts: 9 },
  500: { servers: 50, ports: 9, towardServers: 50, towardPorts: 10 },
  1000: { servers: 25, ports: 39, towardServers: 26, towardPorts: 41 },
  5000: { servers: 50, ports: 99, towardServers: 52, towardPorts: 105 },
};

const sequence = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const server = (index: number): string => `${formatIpv4Address(BigInt(SERVERS + index))}/32`;

/** Established first, then new connections of servers, then those to their services. */
function rulesText(servers: number, ports: number): string {
  return saveFile([
    ' -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    ...sequence(servers).map((index) => ` -s ${server(index)} -m conntrack --ctstate NEW -j ACCEPT`),
    ...sequence(servers).flatMap((index) => sequence(ports).map((port) => ` -d ${server(index)} -p udp -m udp --dport ${FIRST_PORT + port} -j ACCEPT`)),
  ]);
}

/** Packets of clients, each followed by the answer to it where a rule lets it through. */
function headers(servers: number, ports: number, towardServers: number, towardPorts: number, random: Random): Header[] {
  return sequence(8192).flatMap(() => {
    const [host, port] = [random.below(towardServers), random.below(towardPorts)];
    const asked: Header = { src: CLIENTS + random.below(10), dst: SERVERS + host, sport: 10_100 + random.below(11), dport: FIRST_PORT + port, proto: UDP, tcpFlags: 0, icmpType: 0, icmpCode: 0, meta: 0 };
    const answered = host < servers && port < ports;
    return [asked, answered ? { ...asked, src: asked.dst, dst: asked.src, sport: asked.dport, dport: asked.sport } : asked];
  });
}

export const PUBLIC_SERVERS: Scenario = {
  name: 'public-servers',
  title: 'Public servers: ESTABLISHED first',
  about: 'The published enterprise scenario in FORWARD, policy DROP: established connections first, new ones of each server, new ones to each of its services. Clients\' packets and servers\' answers in turn, about a tenth of the flows allowed by no rule; end to end, forwarding included.',
  chart: { kind: 'lines', x: 'rules', y: 'ns a packet over the generator', logarithmic: true },
  parts: Object.keys(SIZES),
  run: (part, effort) => {
    const { servers, ports, towardServers, towardPorts } = SIZES[part]!;
    const traffic = new Map([['both ways', headers(servers, ports, towardServers, towardPorts, new Random(`servers ${part}`))]]);
    const result = raceTexts([LEGACY_TEXT, NFT_TEXT, own('tc'), own('xdp')], rulesText(servers, ports), traffic, () => undefined, effort);
    return {
      tables: [{ head: ['rules', ...result.times.map(({ name }) => `${name}, ns`)], rows: [[part, ...result.times.map(({ net }) => spread(net.get('both ways')!, 0))]] }],
      judgements: [],
      series: result.times.map((times) => ({ name: times.name, points: [[Number(part), timeOf(times, 'both ways')] as const] })),
      remarks: result.failures,
    };
  },
};
