/** REJECT beside real iptables: the answers, byte for byte, what counts them, and what is not answered. */
import { arrives, CLIENT, DUT0, DUT1, local, SERVER, tcpTo, udpTo } from '../cases/packets.js';
import type { TwinPacket } from '../harness/packet.js';
import type { Step, Trap } from '../harness/trap.js';
import { answerable, pieces, unanswerable, withOpenOptions } from './reject-packets.js';

const ICMP_ANSWERS = ['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-proto-unreachable', 'icmp-port-unreachable', 'icmp-net-prohibited', 'icmp-host-prohibited', 'icmp-admin-prohibited'];

/** Counts the answers wherever they pass. */
const COUNTING = [
  '-A OUTPUT -p icmp -m icmp --icmp-type 3',
  '-A OUTPUT -p tcp -m tcp --tcp-flags RST RST',
  '-A OUTPUT -o eth0',
  '-A OUTPUT -o eth1',
  '-A OUTPUT -o lo',
  '-A OUTPUT -m length --length 40',
  '-A OUTPUT -m ttl --ttl-eq 64',
  '-A OUTPUT -m addrtype --src-type LOCAL',
  '-A INPUT -i lo -p icmp -m icmp --icmp-type 3',
  '-A INPUT -i lo -p tcp -m tcp --tcp-flags RST RST',
  '-A INPUT -i eth0',
];

const table = (...rules: readonly string[]): string => ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');

const restore = (...rules: readonly string[]): Step => ({ do: 'restore', rules: table(...rules) });
const send = (packets: readonly TwinPacket[]): Step => ({ do: 'send', packets });
const arrive = (packets: readonly Uint8Array[]): TwinPacket[] => packets.map((packet) => arrives('eth0', packet));

const all = (src: string, dst: string): Uint8Array[] => [...answerable(src, dst), ...unanswerable(src, dst)];

const ownAnswers = (name: string, target: string): Trap => ({
  name: `REJECT in OUTPUT: ${name}`,
  about: 'icmp_send() and nf_send_reset() for a packet of the host itself: the answer passes OUTPUT and INPUT by lo',
  steps: [
    restore(...COUNTING, `-A OUTPUT -d ${CLIENT} ${target}`, `-A OUTPUT -d 127.0.0.1 -m addrtype --src-type LOCAL -m ttl ! --ttl-eq 63 ${target}`),
    send(all(DUT0, CLIENT).map(local)),
    send(all('127.0.0.1', '127.0.0.1').map(local)),
    send(answerable(DUT1, CLIENT).map(local)),
  ],
});

/** Rules that no packet of these traps hits, enough that the compiler looks fields up in tables. */
const others = (chain: string): string[] => Array.from({ length: 300 }, (_, index) => `-A ${chain} -s 172.16.${index >> 8}.${index & 255}/32 -p tcp -m tcp --dport ${3000 + index} -j DROP`);

export const rejectTraps: readonly Trap[] = [
  {
    name: 'REJECT among many rules',
    about: 'answers, log records and limits are the same whatever the compiler makes of the chains',
    steps: [
      restore(
        ...['INPUT', 'FORWARD', 'OUTPUT'].flatMap(others),
        ...COUNTING,
        '-A INPUT -i eth0 -p udp -m limit --limit 1/hour --limit-burst 3',
        '-A INPUT -i eth0 -p udp -j LOG --log-prefix "among many "',
        '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset',
        '-A INPUT -i eth0 -j REJECT',
        '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset',
        '-A FORWARD -j REJECT',
        `-A OUTPUT -d ${CLIENT} -p udp --sport 4000 -j REJECT`,
      ),
      send(arrive(all(CLIENT, DUT0))),
      send(arrive(all(CLIENT, SERVER))),
      send(all(DUT0, CLIENT).map(local)),
      { do: 'hits', counts: { 'INPUT 304': 3 } },
    ],
  },
  ...ICMP_ANSWERS.map((answer): Trap => ({
    name: `REJECT in INPUT and FORWARD: ${answer}`,
    about: 'nf_send_unreach(), table of traps 21 and 34',
    steps: [
      restore(...COUNTING, `-A INPUT -i eth0 -j REJECT --reject-with ${answer}`, `-A FORWARD -j REJECT --reject-with ${answer}`),
      send(arrive(all(CLIENT, DUT0))),
      send(arrive(all(CLIENT, SERVER))),
      send(arrive(pieces(CLIENT, SERVER))),
      send(arrive([...withOpenOptions(CLIENT, DUT0), ...withOpenOptions(CLIENT, SERVER)])),
      ...(answer === 'icmp-port-unreachable' ? [{ do: 'hits', counts: { 'OUTPUT 1': 81, 'OUTPUT 8': 81, 'OUTPUT policy': 81 } } as const] : []),
    ],
  })),
  {
    name: 'REJECT in INPUT and FORWARD: tcp-reset',
    about: 'nf_send_reset(), table of traps 22',
    steps: [
      restore(...COUNTING, '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'),
      send(arrive(all(CLIENT, DUT0))),
      send(arrive(all(CLIENT, SERVER))),
      send(arrive(pieces(CLIENT, SERVER))),
    ],
  },
  ownAnswers('icmp-port-unreachable', '-j REJECT'),
  ownAnswers('tcp-reset', '-p tcp -j REJECT --reject-with tcp-reset'),
  {
    name: 'REJECT of what nobody may answer',
    about: 'broadcast, multicast, frames to all',
    steps: [
      restore(...COUNTING, '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -i eth0 -j REJECT'),
      { do: 'ip', lines: ['maddr add 01:00:5e:01:02:03 dev eth0'] },
      send(['255.255.255.255', '10.200.0.255', '224.0.0.1'].flatMap((dst) => arrive([udpTo(CLIENT, dst, 9), tcpTo(CLIENT, dst, 9)]))),
      send([udpTo, tcpTo].map((make) => arrives('eth0', make(CLIENT, DUT0, 9), { macDst: 'ff:ff:ff:ff:ff:ff' }))),
      send(arrive([udpTo('10.77.0.9', DUT0, 9), udpTo(CLIENT, DUT1, 9), tcpTo(CLIENT, DUT1, 9)])),
    ],
  },
  {
    name: 'what OUTPUT says of answers',
    about: 'answers are packets of the host: dropped, rejected, bare of the mark',
    steps: [
      restore('-A INPUT -i eth0 -p udp -j REJECT', '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A OUTPUT -p icmp -m mark --mark 0', '-A OUTPUT -p icmp -j DROP', '-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset'),
      send(arrive([udpTo(CLIENT, DUT0, 9), tcpTo(CLIENT, DUT0, 9)])),
      { do: 'hits', counts: { 'OUTPUT 2': 1, 'OUTPUT policy': 0 } },
    ],
  },
  {
    name: 'answers to the host itself that INPUT drops',
    about: 'they come by lo',
    steps: [restore(...COUNTING, '-A OUTPUT -o eth0 -p udp -j REJECT', '-A INPUT -i lo -j DROP'), send([local(udpTo(DUT0, CLIENT, 9))]), { do: 'hits', counts: { 'INPUT 1': 1, 'OUTPUT 1': 1 } }],
  },
  {
    name: 'the state of answers',
    about: 'nf_ct_attach(): RELATED to the flow they are about; INVALID where that has none',
    steps: [
      restore(
        '-A OUTPUT -p icmp -m conntrack --ctstate RELATED',
        '-A OUTPUT -p icmp -m conntrack --ctstate INVALID',
        '-A OUTPUT -p tcp --tcp-flags RST RST -m conntrack --ctstate RELATED',
        '-A OUTPUT -p tcp --tcp-flags RST RST -m conntrack --ctstate INVALID',
        '-A INPUT -i lo -m conntrack --ctstate RELATED',
        '-A INPUT -i lo -m conntrack --ctstate INVALID',
        '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset',
        '-A INPUT -i eth0 -j REJECT',
        '-A FORWARD -j REJECT',
        '-A OUTPUT -o eth0 -d 10.200.0.9 -p tcp -j REJECT --reject-with tcp-reset',
        '-A OUTPUT -o eth0 -d 10.200.0.9 -j REJECT',
      ),
      send(arrive([udpTo(CLIENT, DUT0, 9), tcpTo(CLIENT, DUT0, 9), tcpTo(CLIENT, DUT0, 9, 0), udpTo(CLIENT, SERVER, 9)])),
      send([local(udpTo(DUT0, '10.200.0.9', 9)), local(tcpTo(DUT0, '10.200.0.9', 9))]),
      { do: 'hits', counts: { 'OUTPUT 1': 3, 'OUTPUT 3': 2, 'INPUT 1': 2 } },
    ],
  },
];
