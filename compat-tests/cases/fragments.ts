/**
 * Datagrams in fragments where the kernel puts them together before the rules: INPUT always, FORWARD where a rule tracks connections. Every
 * counter must hold the datagram once, with the length of the whole.
 */
import { fragment } from '../../src/net/fragment.js';
import { icmp } from '../../src/net/icmp.js';
import { tcp, TCP_FLAG } from '../../src/net/tcp.js';
import { Random } from '../../src/property/random.js';
import type { TwinPacket } from '../harness/packet.js';
import type { Step, Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, ip, local, SERVER, udpTo } from './packets.js';

const OPEN = ':INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';

/** Rules that count without an end, chains by jump and goto, a limit; ports 10 and code 1 are dropped, port 11 and the rest of FORWARD rejected. */
const rules = (chain: string, tracked: boolean, extra = ''): string => `*filter
${OPEN}:seen - [0:0]
:more - [0:0]
:end - [0:0]
${tracked ? `-A ${chain} -m conntrack --ctstate INVALID\n-A ${chain} -m conntrack --ctstate NEW\n-A ${chain} -m conntrack --ctstate ESTABLISHED\n` : ''}-A ${chain} -f
-A ${chain} ! -f
-A ${chain} -m limit --limit 1/hour --limit-burst 3
-A ${chain} -j seen
-A seen -p udp -m udp --dport 9 -j more
-A seen -p tcp -m tcp --dport 9
-A seen -p icmp -m icmp --icmp-type 8
-A seen -p udp -m multiport --dports 9,10 -j more
-A more -s ${CLIENT} -g end
-A more -p udp
-A end -p udp -j RETURN
-A end
-A ${chain} -p udp -m udp --dport 10 -j DROP
-A ${chain} -p tcp -m tcp --dport 10 -j DROP
-A ${chain} -p icmp -m icmp --icmp-type 8/1 -j DROP
-A ${chain} -p udp -m udp --dport 11 -j REJECT
-A ${chain} -p tcp -m tcp --dport 11 -j REJECT --reject-with tcp-reset
-A ${chain} -p udp
${extra}COMMIT
`;

type Parts = readonly [Uint8Array, Uint8Array, Uint8Array];

/** A packet as three fragments. */
function three(packet: Uint8Array): Parts {
  const [first, second, third, ...more] = fragment(packet, 160);
  if (first === undefined || second === undefined || third === undefined || more.length > 0) throw new Error('not three fragments');
  return [first, second, third];
}

const datagram = (to: string, port: number, id?: number): Parts => three(udpTo(CLIENT, to, port, id === undefined ? {} : { id }, 400));
const segment = (to: string, port: number): Parts => three(ip(CLIENT, to, tcp({ sport: 4000, dport: port, seq: 1000, flags: TCP_FLAG.syn }, new Uint8Array(390))));
const query = (to: string, code: number): Parts => three(ip(CLIENT, to, icmp(8, code, Uint8Array.of(0, 7, 0, 1, ...new Uint8Array(390)))));

const send = (...parts: readonly Uint8Array[]): Step => ({ do: 'send', packets: parts.map((part): TwinPacket => arrives('eth0', part)) });

/** What both chains have in common: the first fragment comes first, and none comes twice. */
function inTurn(to: string): Step[] {
  const steps: Step[] = [];
  for (const port of [9, 10]) {
    const [a, b, c] = [datagram(to, port), datagram(to, port), segment(to, port)];
    steps.push(send(...a), send(b[0], b[2], b[1]), send(...c));
  }
  const [open, shut] = [datagram(to, 9), datagram(to, 10)];
  steps.push(send(open[0], shut[0], open[1], shut[1], shut[2], open[2]));
  for (const code of [0, 1]) steps.push(send(...query(to, code)));
  // The identification once more.
  const [one, two, same] = [datagram(to, 9, 77), datagram(to, 10, 77), datagram(to, 9, 77)];
  steps.push(send(...one), send(two[0], two[2], two[1]), send(...same));
  return steps;
}

/** In what order they come, and how often, makes no difference to the host itself. */
function outOfTurn(): Step[] {
  const steps: Step[] = [];
  for (const port of [9, 10]) {
    const orders: ((parts: Parts) => readonly Uint8Array[])[] = [
      ([a, b, c]) => [b, a, c], ([a, b, c]) => [c, a, b], ([a, b, c]) => [c, b, a],
      ([a, b, c]) => [a, b, b, c], ([a, b, c]) => [a, a, b, c], ([a, b, c]) => [b, b, a, c], ([a, b, c]) => [a, b, a, c],
    ];
    for (const order of orders) steps.push(send(...order(datagram(DUT0, port))));
  }
  return steps;
}

/**
 * Twenty datagrams at once, half of them dropped; the seed says whose fragment comes next. Fewer fragments than ipfrag_max_dist, after which the
 * kernel gives a datagram up.
 * @param inOrder each datagram's first one first
 */
function interleaved(to: string, inOrder: boolean): Step[] {
  const random = new Random('fragments');
  const waiting = Array.from({ length: 20 }, (_, index) => {
    const [first, ...others] = datagram(to, 9 + (index % 2));
    const rest = random.sample(others, others.length);
    return inOrder ? [first, ...rest] : random.sample([first, ...rest], 3);
  });
  const parts: Uint8Array[] = [];
  for (;;) {
    const left = waiting.filter((each) => each.length > 0);
    if (left.length === 0) return [send(...parts)];
    parts.push(random.pick(left).shift()!);
  }
}

/** Sends one datagram of `size` bytes from a fixed port, then ends. */
const sendUdp = (port: number, size: number): readonly string[] => [
  process.execPath,
  '-e',
  `const s = require('dgram').createSocket('udp4'); s.on('error', () => {}); s.bind(4001, () => s.send(Buffer.alloc(${size}), ${port}, '${SERVER}', () => s.close()));`,
];

const sent = (tracked: boolean): Trap => ({
  name: `a datagram larger than the way out${tracked ? ', tracked' : ''}: counters`,
  about: 'table of traps, 20: counted once, as the whole it was in OUTPUT',
  steps: [
    { do: 'restore', rules: `*filter\n${OPEN}${tracked ? '-A OUTPUT -m conntrack --ctstate NEW\n' : ''}-A OUTPUT -f\n-A OUTPUT -p udp -m udp --dport 9\n-A OUTPUT -p udp -m udp ! --dport 9\nCOMMIT\n` },
    { do: 'run', argv: sendUdp(9, 4000) },
    { do: 'run', argv: sendUdp(9, 2000) },
    { do: 'hits', counts: { 'OUTPUT policy': 2 } },
  ],
});

export const fragments: readonly Trap[] = [
  {
    name: 'fragments to the host itself',
    about: 'table of traps, 9: INPUT sees whole packets, put together before it',
    steps: [{ do: 'restore', rules: rules('INPUT', false) }, ...inTurn(DUT0), ...outOfTurn(), ...interleaved(DUT0, false), { do: 'hits', counts: { 'INPUT 1': 0, 'INPUT 2': 47, 'INPUT 3': 3, 'INPUT 4': 47 } }],
  },
  {
    name: 'fragments to the host itself, tracked',
    about: 'nf_defrag_ipv4 comes before conntrack',
    steps: [{ do: 'restore', rules: rules('INPUT', true) }, ...inTurn(DUT0), ...outOfTurn(), ...interleaved(DUT0, false), { do: 'hits', counts: { 'INPUT 4': 0, 'INPUT 5': 47 } }],
  },
  {
    name: 'fragments forwarded and tracked',
    about: 'table of traps, 9: with a rule on connection states FORWARD sees whole packets',
    steps: [{ do: 'restore', rules: rules('FORWARD', true) }, ...inTurn(SERVER), ...interleaved(SERVER, true), { do: 'hits', counts: { 'FORWARD 4': 0, 'FORWARD 5': 33 } }],
  },
  {
    name: 'fragments forwarded, with a rule on sockets',
    about: 'socket_mt_enable_defrag(): the match puts them together for all chains',
    steps: [{ do: 'restore', rules: rules('FORWARD', false, '-A INPUT -m socket\n') }, ...inTurn(SERVER), ...interleaved(SERVER, true), { do: 'hits', counts: { 'FORWARD 1': 0, 'FORWARD 2': 33 } }],
  },
  {
    name: 'fragments of a program, tracked',
    about: 'nf_defrag_ipv4 in OUTPUT',
    steps: [
      { do: 'restore', rules: `*filter\n${OPEN}-A OUTPUT -m conntrack --ctstate NEW\n-A OUTPUT -f\n-A OUTPUT -p udp -m udp --dport 9\nCOMMIT\n` },
      { do: 'send', packets: three(udpTo(DUT0, SERVER, 9, {}, 400)).map(local) },
      { do: 'hits', counts: { 'OUTPUT 1': 1, 'OUTPUT 2': 0, 'OUTPUT 3': 1 } },
    ],
  },
  sent(false),
  sent(true),
  {
    name: 'forwarded and tracked, a later fragment before the first',
    about: 'nf_defrag_ipv4 waits for the others',
    divergence: 'Later fragments before the first',
    steps: [{ do: 'restore', rules: rules('FORWARD', true) }, ((parts) => send(parts[1], parts[0], parts[2]))(datagram(SERVER, 9))],
  },
  {
    name: 'forwarded and tracked, the first fragment dropped, another before it',
    about: 'nothing of it may pass, and the counters hold the whole',
    steps: [{ do: 'restore', rules: rules('FORWARD', true) }, ((parts) => send(parts[1], parts[0], parts[2]))(datagram(SERVER, 10)), { do: 'hits', counts: { 'FORWARD 5': 1 } }],
  },
  {
    name: 'forwarded and tracked, a later fragment twice',
    about: 'inet_frag_queue_insert: one of them is dropped',
    divergence: 'Fragments that come twice',
    steps: [{ do: 'restore', rules: rules('FORWARD', true) }, ((parts) => send(parts[0], parts[1], parts[1], parts[2]))(datagram(SERVER, 9)), { do: 'hits', counts: { 'FORWARD 5': 1 } }],
  },
  {
    name: 'a datagram in fragments that is rejected',
    about: 'the answer quotes the whole of it',
    divergence: 'REJECT of datagrams in fragments',
    steps: [{ do: 'restore', rules: rules('FORWARD', true) }, send(...datagram(SERVER, 11)), { do: 'hits', counts: { 'FORWARD 5': 1, 'OUTPUT policy': 1 } }],
  },
  {
    name: 'a datagram that stays without its last fragment',
    about: 'inet_frag timers: nothing is counted',
    divergence: 'Datagrams that stay incomplete',
    steps: [{ do: 'restore', rules: rules('INPUT', false) }, ((parts) => send(parts[0], parts[1]))(datagram(DUT0, 9))],
  },
];
