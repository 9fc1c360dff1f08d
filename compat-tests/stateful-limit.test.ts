/** `-m limit` beside real iptables: how many of the same packets pass, over time, across edits, from several CPUs at once. */
import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { execOk } from './harness/exec.js';
import { bpfIptables, LEGACY, runCommand } from './harness/firewall.js';
import { requireRoot } from './harness/root.js';
import { createTwin, type Pair, type Twin } from './harness/twin.js';
import { worldOf } from './harness/world.js';
import { arrives, CLIENT, DUT0, times, udpTo } from './cases/packets.js';

requireRoot();

const rules = (...limits: readonly string[]): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT DROP [0:0]', ...limits.map((each) => `-A INPUT -p udp ${each}`), 'COMMIT', ''].join('\n');

/** Packets counted by the INPUT rules, both sides. */
function passed(twin: Twin): Pair<readonly number[]> {
  const packets = (side: 0 | 1): number[] => twin.counters()[side].filter(({ chain, position }) => chain === 'INPUT' && position !== 'policy').map(({ count }) => Number(count.packets));
  return [packets(0), packets(1)];
}

async function send(twin: Twin, count: number): Promise<void> {
  twin.send(times(count, () => arrives('eth0', udpTo(CLIENT, DUT0, 9))));
  await twin.arrivals();
}

t.test('bursts and rates', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()]);
  t.teardown(() => twin.close());
  twin.restore(rules('-m limit', '-m limit --limit 1/hour --limit-burst 1', '-m limit --limit 20/sec --limit-burst 4', '-m limit --limit 500/sec --limit-burst 100', '-m limit --limit 1/hour --limit-burst 40', '-m limit --limit 10000/sec --limit-burst 10000'));
  await send(twin, 60);
  const [kernel, ours] = passed(twin);
  t.same([kernel[0], kernel[1], kernel[5]], [5, 1, 60], 'bursts of real iptables');
  t.same([ours[0], ours[1], ours[5]], [5, 1, 60], 'and ours');
  t.equal(kernel[4], 2, 'credits for 40 hours do not fit in 32 bits');
  t.equal(ours[4], 2);
  for (let round = 0; round < 4; round += 1) {
    await sleep(130);
    await send(twin, 40);
  }
  const [kernelLater, oursLater] = passed(twin);
  t.ok(kernelLater[2]! >= 12 && kernelLater[2]! < 60, `20/sec let ${kernelLater[2]} of 220 pass`);
  kernelLater.forEach((count, rule) => t.ok(Math.abs(count - oursLater[rule]!) <= 3, `rule ${rule + 1}: ${count} and ${oursLater[rule]}`));
});

t.test('a bucket is full again after any commit of the table', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()]);
  t.teardown(() => twin.close());
  twin.restore(rules('-m limit --limit 1/hour --limit-burst 7'));
  const edit = (...args: readonly string[]): void => twin.firewalls.forEach((firewall, side) => t.equal(runCommand(firewall, twin.sides[side]!.dut, args).status, 0));
  await send(twin, 20);
  t.same(passed(twin), [[7], [7]]);
  edit('-nvL');
  await send(twin, 20);
  t.same(passed(twin), [[7], [7]], 'a listing changes nothing');
  edit('-A', 'FORWARD', '-p', 'tcp');
  await send(twin, 20);
  t.same(passed(twin), [[14], [14]], 'an edit of another chain');
  edit('-Z', 'FORWARD');
  await send(twin, 20);
  const [kernel, ours] = passed(twin);
  t.same(ours, kernel, 'zeroed counters of another chain');
});

t.test('one bucket for all CPUs', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()]);
  t.teardown(() => twin.close());
  twin.restore(rules('-m limit --limit 10/min --limit-burst 3000').replace(':OUTPUT DROP', ':OUTPUT ACCEPT'));
  const flood = "const s=require('dgram').createSocket('udp4');let n=4000;const go=()=>n--?s.send('x',9,'127.0.0.1',go):s.close();go();";
  for (const { dut } of twin.sides) {
    const one = `${process.execPath} -e "${flood}"`;
    execOk(['sh', '-c', `${one} & a=$!; ${one}; wait $a`], { namespace: dut });
  }
  for (const [count] of passed(twin)) t.ok(count! >= 3000 && count! <= 3003, `${count} of 8000 passed`);
});
