/**
 * The cases of datagrams in fragments under every strategy of the compiler and with XDP in front of tc (cases.test.ts has them as they come), and a
 * command that changes the rules between two fragments.
 */
import t from 'tap';
import { bpfIptables, LEGACY } from './harness/firewall.js';
import { requireRoot } from './harness/root.js';
import { runTrap } from './harness/trap.js';
import { arrives, CLIENT, DUT0, udpTo } from './cases/packets.js';
import { fragment } from '../src/net/fragment.js';
import { fragments } from './cases/fragments.js';

requireRoot();
t.setTimeout(900_000);

const settings = [
  ...['linear', 'bitvector', 'home'].map((strategy) => ({ BPF_IPTABLES_STRATEGY: strategy })),
  ...['early-drop', 'xdp'].map((hook) => ({ BPF_IPTABLES_HOOK: hook })),
];
const exact = fragments.filter(({ divergence }) => divergence === undefined);

for (const environment of settings) {
  await t.test(Object.entries(environment).join(' '), { timeout: 300_000 }, async (trial) => {
    for (const trap of exact) {
      const { misses, differences } = await runTrap(trap, [LEGACY, bpfIptables(environment)]);
      trial.same(misses, [], `${trap.name}: real iptables counts what the case says`);
      trial.same(differences, [], `${trap.name}: no difference (${trap.about})`);
    }
  });
}

await t.test('rules that change between two fragments', async (trial) => {
  const rules = (protocol: string): string => `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p ${protocol}\nCOMMIT\n`;
  const [first, ...others] = fragment(udpTo(CLIENT, DUT0, 9, {}, 400), 160).map((part) => arrives('eth0', part));
  const { differences } = await runTrap({
    name: 'rules that change between two fragments',
    about: 'the counters of the first fragment belong to rules that are gone',
    steps: [{ do: 'restore', rules: rules('udp') }, { do: 'send', packets: [first!] }, { do: 'restore', rules: rules('tcp') }, { do: 'send', packets: others }],
  });
  trial.ok(differences.some((text) => text.includes('-A INPUT -p udp')), 'the first fragment was counted');
  trial.same(differences.filter((text) => text.includes('-A INPUT -p tcp')), [], 'the others move no counter of the new rules');
});
