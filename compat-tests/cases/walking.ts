/** How a packet walks the chains, and what the counters do meanwhile and between edits. */
import type { Trap } from '../harness/trap.js';
import { arrives, CLIENT, DUT0, echo, SERVER, tcpTo, times, udpTo } from './packets.js';

const toHost = (n: number, port = 9) => times(n, () => arrives('eth0', udpTo(CLIENT, DUT0, port)));

/** A chain of `depth` chains, each jumping to the next and counting before and after. */
function nested(depth: number): string {
  const names = Array.from({ length: depth }, (_, index) => `d${String(index).padStart(2, '0')}`);
  const lines = names.flatMap((name, index) => [`-A ${name}`, ...(names[index + 1] === undefined ? ['-A ' + name + ' -p udp -j RETURN', '-A ' + name + ' -j DROP'] : [`-A ${name} -j ${names[index + 1]}`]), `-A ${name} -p udp`]);
  return ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...names.map((name) => `:${name} - [0:0]`), `-A INPUT -j ${names[0]}`, '-A INPUT -p udp -j ACCEPT', ...lines, 'COMMIT', ''].join('\n');
}

export const walking: readonly Trap[] = [
  {
    name: 'jump, goto, RETURN and the policy counter',
    about: 'table of traps, 23: only packets that fall off the base chain or RETURN in it count for the policy; goto from it ends in the policy',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:a - [0:0]
:b - [0:0]
:empty - [0:0]
-A INPUT -p udp --dport 1 -j RETURN
-A INPUT -p udp --dport 2 -g a
-A INPUT -p udp --dport 3 -j a
-A INPUT -p udp --dport 4 -j b
-A INPUT -j empty
-A INPUT -p udp --dport 5 -j ACCEPT
-A INPUT -p udp --dport 6 -j DROP
-A INPUT
-A a -p udp --dport 2
-A a -p udp --dport 3 -j RETURN
-A a
-A b -p udp -g a
-A b -j DROP
COMMIT
`,
      },
      { do: 'send', packets: [1, 2, 3, 4, 5, 6, 7].flatMap((port) => toHost(2, port)) },
      { do: 'hits', counts: { 'INPUT 8': 6, 'INPUT 5': 10, 'a 1': 2, 'a 2': 2, 'a 3': 4, 'b 1': 2, 'b 2': 0, 'INPUT policy': 10 } },
    ],
  },
  {
    name: 'sixteen chains deep',
    about: 'ipt_do_table: the jump stack holds as many entries as there are chains',
    steps: [
      { do: 'restore', rules: nested(16) },
      { do: 'send', packets: [...toHost(3), arrives('eth0', tcpTo(CLIENT, DUT0, 9))] },
      { do: 'hits', counts: { 'INPUT 2': 3, 'd15 1': 4, 'd15 3': 1, 'INPUT policy': 0 } },
    ],
  },
  {
    name: 'rule counters live through edits of other rules',
    about: 'table of traps, 24: kept by every edit; legacy zeroes policy counters at each commit',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:u - [0:0]\n-A INPUT -p udp\n-A INPUT -j u\n-A u -s 10.200.0.0/24\nCOMMIT\n' },
      { do: 'send', packets: toHost(5) },
      { do: 'hits', counts: { 'INPUT 1': 5, 'INPUT 2': 5, 'u 1': 5, 'INPUT policy': 5 } },
      { do: 'command', args: ['-I', 'INPUT', '-p', 'tcp'] },
      { do: 'hits', counts: { 'INPUT 1': 0, 'INPUT 2': 5, 'INPUT 3': 5, 'u 1': 5, 'INPUT policy': 0 } },
      { do: 'send', packets: toHost(2) },
      { do: 'command', args: ['-D', 'INPUT', '1'] },
      { do: 'command', args: ['-R', 'INPUT', '2', '-j', 'u'] },
      { do: 'hits', counts: { 'INPUT 1': 7, 'INPUT 2': 0, 'u 1': 7 } },
      { do: 'command', args: ['-N', 'v'] },
      { do: 'command', args: ['-E', 'u', 'w'] },
      { do: 'command', args: ['-A', 'v', '-p', 'udp', '-c', '7', '700'] },
      { do: 'send', packets: toHost(1) },
      { do: 'hits', counts: { 'INPUT 1': 8, 'w 1': 8, 'v 1': 7, 'INPUT policy': 1 } },
      { do: 'command', args: ['-Z', 'INPUT', '1'] },
      { do: 'hits', counts: { 'INPUT 1': 0, 'INPUT 2': 1 } },
      { do: 'command', args: ['-Z'] },
      { do: 'send', packets: toHost(3) },
      { do: 'hits', counts: { 'INPUT 1': 3, 'INPUT 2': 3, 'w 1': 3, 'v 1': 0 } },
    ],
  },
  {
    name: 'counters through iptables-restore',
    about: 'table of traps, 24: restore -n keeps the counters of other chains, `:FOO` in it zeroes and empties FOO, -c sets them',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:u - [0:0]\n:v - [0:0]\n-A INPUT -j u\n-A INPUT -j v\n-A u -p udp\n-A v -p udp\nCOMMIT\n' },
      { do: 'send', packets: toHost(4) },
      { do: 'restore', args: ['-n'], rules: '*filter\n:v - [0:0]\n-A v -p udp\n-A v -p tcp\nCOMMIT\n' },
      { do: 'hits', counts: { 'INPUT 1': 4, 'u 1': 4, 'v 1': 0 } },
      { do: 'send', packets: toHost(1) },
      { do: 'restore', args: ['-n', '-c'], rules: '*filter\n[100:5000] -A u -p tcp\nCOMMIT\n' },
      { do: 'send', packets: [arrives('eth0', tcpTo(CLIENT, DUT0, 9))] },
      { do: 'hits', counts: { 'u 1': 5, 'u 2': 101, 'v 1': 1 } },
      { do: 'restore', args: ['-c'], rules: '*filter\n:INPUT DROP [10:1000]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n[3:300] -A INPUT -p udp -j ACCEPT\nCOMMIT\n' },
      { do: 'send', packets: [...toHost(2), arrives('eth0', tcpTo(CLIENT, DUT0, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 5, 'INPUT policy': 11 } },
    ],
  },
  {
    name: 'policies and changes of them',
    about: '-P takes effect at once',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' },
      { do: 'send', packets: [...toHost(1), arrives('eth0', udpTo(CLIENT, SERVER, 9))] },
      { do: 'command', args: ['-P', 'FORWARD', 'DROP'] },
      { do: 'command', args: ['-P', 'OUTPUT', 'DROP'] },
      { do: 'send', packets: [...toHost(1), arrives('eth0', udpTo(CLIENT, SERVER, 9)), arrives('eth0', echo(CLIENT, DUT0))] },
      { do: 'command', args: ['-F'] },
      { do: 'command', args: ['-X'] },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, SERVER, 9))] },
    ],
  },
  {
    name: 'negations and masks in the rule head',
    about: 'ip_packet_match: every field alone and inverted, odd masks',
    steps: [
      {
        do: 'restore',
        rules: `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -s 10.200.0.2/32
-A FORWARD ! -s 10.200.0.2/32
-A FORWARD -s 10.200.0.0/24 ! -d 10.200.1.0/25
-A FORWARD -s 10.0.0.2/255.0.0.255
-A FORWARD ! -d 10.0.1.0/255.0.255.0
-A FORWARD ! -p udp
-A FORWARD -d 0.0.0.0/0
-A FORWARD -d 128.0.0.0/1
COMMIT
`,
      },
      {
        do: 'send',
        packets: ['10.200.0.2', '10.200.0.3', '10.1.2.2', '11.200.0.2'].flatMap((src) => [SERVER, '10.200.1.127', '10.200.1.128', '200.1.1.1'].flatMap((dst) => [arrives('eth0', udpTo(src, dst, 9)), arrives('eth0', echo(src, dst))])),
      },
      { do: 'hits', counts: { 'FORWARD 1': 8, 'FORWARD 2': 24, 'FORWARD 4': 16, 'FORWARD 6': 16, 'FORWARD 7': 32, 'FORWARD 8': 8 } },
    ],
  },
];
