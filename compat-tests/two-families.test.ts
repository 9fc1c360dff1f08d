/**
 * IPv4 and IPv6 rules in one namespace: a commit of one family leaves the programs, the generation and the counters of the other alone, and every
 * packet of the other is judged meanwhile. Interfaces that come get both; detach takes both. Root.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Catalog } from '../src/kernel/catalog.js';
import { withDescriptors } from '../src/kernel/descriptors.js';
import { openNamespace } from '../src/kernel/namespace.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import type { Family } from '../src/ruleset/model.js';
import { execOk, inNamespace } from './harness/exec.js';
import { ipBatch } from './harness/namespaces.js';
import { insideNamespace } from './harness/open-wire.js';
import { requireRoot } from './harness/root.js';
import { Both6 } from './ipv6/both6.js';

requireRoot();
t.setTimeout(300_000);

const PACKETS = 600;
const MOST_COMMITS = 20;
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const COMMAND: Readonly<Record<Family, string>> = { ipv4: 'bpf-iptables', ipv6: 'bpf-ip6tables' };
const FLOOD: Readonly<Record<Family, readonly string[]>> = { ipv4: ['ping', '-q', '-i', '0.004', '-c', `${PACKETS}`, '127.0.0.1'], ipv6: ['ping', '-6', '-q', '-i', '0.004', '-c', `${PACKETS}`, '::1'] };

const run = (namespace: string, family: Family, suffix: '' | '-restore' | '-save', args: readonly string[], input = ''): string =>
  execOk([process.execPath, path.resolve(import.meta.dirname, `../bundle/bin/${COMMAND[family]}${suffix}.js`), ...args], { namespace, input });

const rules = (family: Family, extra: number): string =>
  ['*filter', ...['INPUT', 'OUTPUT'].map((chain) => `-A ${chain} -p ${family === 'ipv4' ? 'icmp' : 'ipv6-icmp'}`), ...Array.from({ length: extra }, (_, index) => `-A FORWARD -p tcp -m tcp --dport ${index + 1} -j DROP`), 'COMMIT', ''].join('\n');

/** Ids of our programs of one family on every interface, and the generation in force. */
function standing(namespace: string, family: Family): string {
  return insideNamespace(namespace, () => {
    const kernel = realKernel();
    const generation = openNamespace(kernel).readState(family)?.generation;
    return withDescriptors(kernel, (descriptors) => {
      const catalog = new Catalog(kernel, descriptors);
      const lines = kernel.links().map((link) => `${link.name}: ${catalog.attachedBoth(link.ifindex).filter((program) => program.family === family).map(({ id, point }) => `${point} ${id}`).join(', ')}`);
      return [`generation ${generation}`, ...lines].join('\n');
    });
  });
}

for (const family of FAMILIES) {
  const other: Family = family === 'ipv4' ? 'ipv6' : 'ipv4';
  t.test(`commits of ${family} while ${other} is judged`, async (trial) => {
    const both = new Both6(`two-${family}`);
    trial.teardown(() => both.close());
    for (const each of FAMILIES) run(both.dut, each, '-restore', [], rules(each, 1));
    const before = standing(both.dut, other);
    const [file = '', ...args] = inNamespace(both.dut, FLOOD[other]);
    const flood = spawn(file, args, { stdio: 'ignore' });
    const over = once(flood, 'exit');
    let commits = 0;
    for (; flood.exitCode === null && commits < MOST_COMMITS; commits++) {
      run(both.dut, family, '-restore', [], rules(family, commits % 3));
      // Whether the flood is over is heard of between turns.
      await sleep(1);
    }
    await over;
    trial.equal(flood.exitCode, 0, 'every echo came back');
    trial.ok(commits >= 2, `${commits} commits meanwhile`);
    trial.equal(standing(both.dut, other), before, 'programs and generation are those before');
    const counted = [...run(both.dut, other, '-save', ['-c']).matchAll(/^\[(\d+):\d+\] -A (INPUT|OUTPUT)/gm)].map(([, packets, chain]) => [chain, Number(packets)]);
    trial.same(counted, [['INPUT', 2 * PACKETS], ['OUTPUT', 2 * PACKETS]], 'each packet was counted once');
  });
}

t.test('interfaces and detach', async (trial) => {
  const both = new Both6('two-cover');
  trial.teardown(() => both.close());
  for (const each of FAMILIES) run(both.dut, each, '-restore', [], rules(each, 1));
  const counts = (): Record<Family, number> => {
    const of = (family: Family): number => (standing(both.dut, family).match(/(ingress|egress) \d+/g) ?? []).length;
    return { ipv4: of('ipv4'), ipv6: of('ipv6') };
  };
  trial.same(counts(), { ipv4: 6, ipv6: 6 }, 'both on lo, eth0 and eth1');
  ipBatch(both.dut, ['link add veth8 type veth peer name veth9']);
  trial.same(insideNamespace(both.dut, () => openNamespace(realKernel()).cover()).sort(), ['veth8', 'veth9']);
  trial.same(counts(), { ipv4: 10, ipv6: 10 }, 'new interfaces have both');
  const listing = run(both.dut, 'ipv4', '', ['hook', 'xdp']);
  trial.match(listing, /eth0 +XDP \(native\), tc behind it/, 'XDP for IPv4');
  trial.match(listing, /IPv6.*tc/, 'and the listing says where IPv6 is judged');
  trial.same(counts(), { ipv4: 20, ipv6: 10 }, 'a second generation of IPv4 on each side');
  run(both.dut, 'ipv6', '', ['detach']);
  trial.same([counts(), standing(both.dut, 'ipv6').split('\n')[0]], [{ ipv4: 0, ipv6: 0 }, 'generation undefined']);
});
