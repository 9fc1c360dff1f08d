/** A device that moves to another network namespace takes the programs along, but not the rules: those are of the namespace. Root. */
import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables } from './harness/firewall.js';
import { createNamespace, ipBatch } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
const lockfile = { XTABLES_LOCKFILE: `/run/bic-${process.pid}-moved.lock` };
t.teardown(() => rmSync(lockfile.XTABLES_LOCKFILE, { force: true }));

const own = bpfIptables();
const DEVICE = 'mv0';

/** Packets that the namespace's INPUT and OUTPUT policies have counted. */
function counted(namespace: string): readonly number[] {
  const saved = execOk([...own.save, '-c'], { namespace, env: lockfile });
  return ['INPUT', 'OUTPUT'].map((chain) => Number(new RegExp(`^:${chain} \\w+ \\[(\\d+):`, 'm').exec(saved)![1]));
}

for (const hook of ['tc', 'xdp', 'early-drop'] as const) t.test(`a device is judged where it is: ${hook}`, { timeout: 60_000 }, async (t: Test) => {
  const env = { ...lockfile, BPF_IPTABLES_HOOK: hook };
  const iptables = (namespace: string, ...args: string[]): void => void execOk([...own.command, ...args], { namespace, env });
  const first = createNamespace(`first-${hook}`);
  const second = createNamespace(`second-${hook}`);
  const peer = createNamespace(`peer-${hook}`);
  ipBatch(peer, ['link add px type veth peer name mv0', 'addr add 10.7.0.1/24 dev px', 'link set px up', `link set ${DEVICE} netns ${first}`]);
  const arrive = (namespace: string): void => ipBatch(namespace, [`addr add 10.7.0.2/24 dev ${DEVICE}`, `link set ${DEVICE} up`]);
  const move = (from: string, to: string): void => {
    ipBatch(from, [`link set ${DEVICE} netns ${to}`]);
    arrive(to);
  };
  const answered = (): boolean => exec(['ping', '-c', '2', '-i', '0.1', '-W', '1', '10.7.0.2'], { namespace: peer }).status === 0;

  arrive(first);
  t.ok(answered(), 'without rules');
  iptables(first, '-P', 'INPUT', 'DROP');
  iptables(first, '-P', 'OUTPUT', 'DROP');
  t.notOk(answered(), 'dropped where the rules are');
  t.equal(counted(first)[0], 2, 'and counted');

  move(first, second);
  t.ok(answered(), 'not judged by the rules it came from');
  const ping = exec(['ping', '-c', '1', '-W', '1', '10.7.0.1'], { namespace: second });
  t.equal(ping.status, 0, 'in neither direction');
  t.same(counted(first), [2, 0], 'nor counted by them');

  iptables(second, '-P', 'INPUT', 'ACCEPT');
  t.ok(answered(), 'judged by the rules where it is');
  t.same(counted(second), [2, 2], 'each packet once');
  iptables(second, '-P', 'INPUT', 'DROP');
  t.notOk(answered());

  move(second, first);
  iptables(first, '-P', 'INPUT', 'ACCEPT');
  iptables(first, '-P', 'OUTPUT', 'ACCEPT');
  t.ok(answered(), 'back again: not judged by the rules of the other');
  t.same(counted(first), [2, 2]);
});
