/** `-j REJECT` beside real iptables. */
import t from 'tap';
import { requireRoot } from './harness/root.js';
import { runTrap } from './harness/trap.js';
import { exec } from './harness/exec.js';
import { bpfIptables, LEGACY } from './harness/firewall.js';
import { setSysctls } from './harness/namespaces.js';
import { createTwin, type Twin } from './harness/twin.js';
import { worldOf } from './harness/world.js';
import { arrives, CLIENT, DUT0, SERVER, tcpTo, times, udpTo } from './cases/packets.js';
import { withEchoedOptions } from './stateful/reject-packets.js';
import { rejectTraps } from './stateful/reject-traps.js';

requireRoot();

for (const trap of rejectTraps) {
  t.test(trap.name, { timeout: 120_000 }, async (t) => {
    const result = await runTrap(trap);
    t.same(result.misses, [], 'real iptables counts what the case says');
    t.same(result.differences, [], `no difference (${trap.about})`);
  });
}

const table = (...rules: readonly string[]): string => ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');

/** Packets counted by a rule, on both sides. */
function counted(twin: Twin, chain: string, position: number | 'policy'): readonly [number, number] {
  const [left, right] = twin.counters().map((lines) => Number(lines.find((line) => line.chain === chain && line.position === position)?.count.packets));
  return [left!, right!];
}

/** Runs a program that sends to `host` by TCP or UDP and ends with the name of the error it gets; both sides must agree. */
function errorOf(twin: Twin, from: 'dut' | 'client', protocol: 'tcp' | 'udp', host: string, port: number): readonly string[] {
  const script =
    protocol === 'tcp'
      ? `require('net').connect(${port}, '${host}').setTimeout(2000, () => { console.log('silence'); process.exit(); }).on('error', (e) => console.log(e.code)).on('connect', () => { console.log('connected'); process.exit(); })`
      : `const s = require('dgram').createSocket('udp4'); s.on('error', (e) => { console.log(e.code); process.exit(); }); s.connect(${port}, '${host}', () => { s.send('x'); setTimeout(() => s.send('x', (e) => e && console.log(e.code)), 100); setTimeout(() => process.exit(), 1500); })`;
  return twin.sides.map((side) => exec([process.execPath, '-e', script], { namespace: side[from], timeout: 10_000 }).stdout.split('\n')[0]!);
}

t.test('programs are refused at once, by real sockets on every way', { timeout: 120_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()], { peersSpeak: true });
  t.teardown(() => twin.close());
  twin.restore(
    table(
      ...['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [
        `-A ${chain} -p tcp --dport 81 -j REJECT --reject-with tcp-reset`,
        `-A ${chain} -p tcp --dport 82 -j REJECT --reject-with icmp-admin-prohibited`,
        `-A ${chain} -p udp --dport 83 -j REJECT`,
      ]),
      '-A OUTPUT -o lo -p tcp --dport 84 -j ACCEPT',
      '-A INPUT -p tcp --dport 84 -j REJECT --reject-with tcp-reset',
      '-A OUTPUT -p icmp -m icmp --icmp-type 3',
      '-A INPUT -p icmp -m icmp --icmp-type 3',
    ),
  );
  const ways = [['client', DUT0], ['client', SERVER], ['dut', CLIENT], ['dut', '127.0.0.1'], ['dut', DUT0]] as const;
  for (const [from, to] of ways) {
    t.same(errorOf(twin, from, 'tcp', to, 81), ['ECONNREFUSED', 'ECONNREFUSED'], `RST from ${from} to ${to}`);
    t.same(errorOf(twin, from, 'tcp', to, 82), ['EHOSTUNREACH', 'EHOSTUNREACH'], `prohibited from ${from} to ${to}`);
    const [, ours] = errorOf(twin, from, 'udp', to, 83);
    t.equal(ours, 'ECONNREFUSED', `UDP from ${from} to ${to}`);
  }
  t.same(errorOf(twin, 'dut', 'tcp', '127.0.0.1', 84), ['ECONNREFUSED', 'ECONNREFUSED'], 'INPUT by lo');
});

t.test('rate limits of ICMP errors', { timeout: 120_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()]);
  t.teardown(() => twin.close());
  const set = (...settings: readonly (readonly [string, string])[]): void => twin.sides.forEach((side) => setSysctls(side.dut, settings));
  const rules = table('-A INPUT -i eth0 -j REJECT', '-A OUTPUT -p icmp');
  const answered = async (count: number, from: string): Promise<readonly [number, number]> => {
    twin.restore(rules);
    twin.send(times(count, () => arrives('eth0', udpTo(from, DUT0, 9))));
    await twin.arrivals();
    return counted(twin, 'OUTPUT', 1);
  };
  set(['ipv4/icmp_ratemask', '6168'], ['ipv4/icmp_ratelimit', '1000']);
  t.same(await answered(30, '10.200.0.76'), [6, 6], 'six to one address, as saved up');
  set(['ipv4/icmp_ratelimit', '25000']);
  t.same(await answered(20, CLIENT), [2, 2], 'of the minute that new ones are taken to have saved');
  t.same(await answered(20, CLIENT), [0, 0], 'then no more');
  t.same(await answered(3, '10.200.0.77'), [2, 2], 'other addresses have their own');
  set(['ipv4/icmp_ratelimit', '0']);
  const [kernel, ours] = await answered(30, CLIENT);
  t.ok(kernel >= 25 && ours >= 25, `no limit for one address: ${kernel} and ${ours} of 30`);
  set(['ipv4/icmp_msgs_per_sec', '50'], ['ipv4/icmp_msgs_burst', '10']);
  await new Promise((done) => setTimeout(done, 300));
  const [few, ourFew] = await answered(100, CLIENT);
  t.ok(few > 0 && few < 60 && ourFew > 0 && ourFew < 60, `for all together: ${few} and ${ourFew} of 100`);
  set(['ipv4/icmp_ratemask', '0']);
  t.same(await answered(100, CLIENT), [100, 100], 'no limit for this type');
});

t.test('an answer that would have to echo IP options is left out', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, bpfIptables()]);
  t.teardown(() => twin.close());
  twin.restore(table('-A INPUT -i eth0 -p udp -j REJECT', '-A INPUT -i eth0 -j REJECT --reject-with tcp-reset -p tcp', '-A OUTPUT'));
  twin.send(withEchoedOptions(CLIENT, DUT0).map((packet) => arrives('eth0', packet)));
  await twin.arrivals();
  t.same(counted(twin, 'INPUT', 1), [1, 1]);
  t.same(counted(twin, 'OUTPUT', 1), [1, 0], 'stated in docs/semantics.md');
  twin.send([arrives('eth0', tcpTo(CLIENT, DUT0, 9))]);
  await twin.arrivals();
  t.same(counted(twin, 'OUTPUT', 1), [2, 1]);
});
