/** Interfaces by name, as they are at packet time. */
import type { Trap } from '../harness/trap.js';
import { worldOf } from '../harness/world.js';
import { arrives, CLIENT, DUT0, local, SERVER, tcpTo, udpTo } from './packets.js';

const NAMES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0
-A INPUT -i eth+
-A INPUT -i +
-A INPUT ! -i eth0
-A INPUT ! -i eth+
-A INPUT -i absent0
-A INPUT -i eth
-A INPUT -i eth00
-A FORWARD -i eth+ -o eth+
-A FORWARD -i eth0 ! -o eth0
-A FORWARD -o wan0
-A FORWARD ! -i wan0
-A OUTPUT -o eth+
-A OUTPUT ! -o lo
-A OUTPUT -o l+
COMMIT
`;

export const interfaces: readonly Trap[] = [
  {
    name: 'names, wildcards, absent names',
    about: 'table of traps, 26: string compare at packet time, + suffix, absent names are legal and never match',
    world: worldOf(['eth0', 'eth1', 'eth00', 'wan0', 'averylongname15']),
    steps: [
      { do: 'restore', rules: NAMES },
      {
        do: 'send',
        packets: [
          ...['eth0', 'eth1', 'eth00', 'wan0', 'averylongname15'].flatMap((name) => [arrives(name, udpTo('10.9.9.9', DUT0, 9)), arrives(name, udpTo('10.9.9.9', '10.200.3.2', 9)), arrives(name, udpTo('10.9.9.9', SERVER, 9))]),
          local(udpTo('127.0.0.1', '127.0.0.1', 9)),
          local(udpTo(DUT0, CLIENT, 9)),
          local(udpTo(DUT0, '10.200.3.2', 9)),
        ],
      },
      { do: 'hits', counts: { 'INPUT 1': 1, 'INPUT 2': 3, 'INPUT 6': 0, 'INPUT 7': 0, 'INPUT 8': 1, 'FORWARD 3': 5, 'FORWARD 4': 8 } },
    ],
  },
  {
    name: 'rename while the rules are loaded',
    about: 'table of traps, 26: a rename takes effect at once',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i eth0\n-A INPUT -i lan7\n-A FORWARD -o eth0\n-A FORWARD -o lan7\n-A OUTPUT -o lan7\nCOMMIT\n' },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, DUT0, 9)), arrives('eth1', udpTo(SERVER, CLIENT, 9))] },
      { do: 'ip', lines: ['link set eth0 name lan7'] },
      { do: 'send', packets: [arrives('eth0', udpTo(CLIENT, DUT0, 9)), local(udpTo(DUT0, CLIENT, 9))] },
      { do: 'hits', counts: { 'INPUT 1': 1, 'INPUT 2': 1, 'FORWARD 1': 1, 'OUTPUT 1': 2 } },
    ],
  },
  {
    name: 'an interface that appears later is covered by the next command',
    about: 'issue: commands cover interfaces that appeared since',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i new0\n-A OUTPUT -o new0\nCOMMIT\n' },
      { do: 'ip', lines: ['link add new0 type veth peer name new1', 'link set new0 up', 'link set new1 up', 'addr add 10.77.0.1/24 dev new0', 'neigh add 10.77.0.2 lladdr 02:00:00:00:77:02 dev new0'] },
      { do: 'command', args: ['-A', 'INPUT', '-p', 'tcp'] },
      { do: 'send', packets: [local(udpTo('10.77.0.1', '10.77.0.2', 9)), local(tcpTo('10.77.0.1', '10.77.0.2', 9))] },
      { do: 'hits', counts: { 'OUTPUT 1': 2 } },
    ],
  },
  {
    name: 'an interface that goes away and comes back',
    about: 'rules by name outlive the device',
    steps: [
      { do: 'restore', rules: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -o new0 -j ACCEPT\nCOMMIT\n' },
      { do: 'ip', lines: ['link add new0 type veth peer name new1', 'link del new0', 'link add new0 type veth peer name new1', 'link set new0 up', 'link set new1 up', 'addr add 10.77.0.1/24 dev new0', 'neigh add 10.77.0.2 lladdr 02:00:00:00:77:02 dev new0'] },
      { do: 'command', args: ['-C', 'OUTPUT', '-o', 'new0', '-j', 'ACCEPT'] },
      { do: 'command', args: ['-A', 'INPUT', '-i', 'new1'] },
      { do: 'send', packets: [local(udpTo('10.77.0.1', '10.77.0.2', 9))] },
      { do: 'hits', counts: { 'OUTPUT 1': 1 } },
    ],
  },
];
