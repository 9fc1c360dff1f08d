/** The cases of datagrams in fragments under every strategy of the compiler and with XDP in front of tc: cases.test.ts has them as they come. */
import t from 'tap';
import { bpfIptables, LEGACY } from './harness/firewall.js';
import { requireRoot } from './harness/root.js';
import { runTrap } from './harness/trap.js';
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
