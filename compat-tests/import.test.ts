/** Connections that were there before: rules about connection states come into force on a running host, and none of its connections breaks. */
import t from 'tap';
import { firewallsOf } from './conntrack/firewalls.js';
import { bpfIptables, LEGACY, restore, runCommand } from './harness/firewall.js';
import { setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { createSide, removeSide } from './harness/side.js';
import { Talk } from './harness/talk.js';
import { worldOf } from './harness/world.js';

requireRoot();

const SERVER = '10.200.1.2';
const DUT = '10.200.0.1';
const STATES = ['*filter', ':INPUT DROP', ':FORWARD DROP', ':OUTPUT DROP'];
const ESTABLISHED = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-A ${chain} -m conntrack --ctstate ESTABLISHED -j ACCEPT`);
/** What makes the kernel track, and lets everything pass. */
const TRACKING = ['*filter', '-A INPUT -m conntrack --ctstate NEW', '-A FORWARD -m conntrack --ctstate NEW', 'COMMIT', ''].join('\n');

const side = createSide('import', worldOf(['eth0', 'eth1']), { peersSpeak: true, arp: true });
t.teardown(() => removeSide(side));

await t.test('live connections go on under rules for ESTABLISHED alone', async (live) => {
  restore(LEGACY, side.dut, TRACKING);
  const ways: readonly (readonly [string, ...Parameters<typeof Talk.begin>])[] = [
    ['tcp, forwarded', 'tcp', side.client, side.server, SERVER, 7001],
    ['udp, forwarded', 'udp', side.client, side.server, SERVER, 7002],
    ['tcp, to the host', 'tcp', side.client, side.dut, DUT, 7003],
    ['tcp, from the host', 'tcp', side.dut, side.server, SERVER, 7004],
    ['tcp, over lo', 'tcp', side.dut, side.dut, '127.0.0.1', 7005],
  ];
  const talks = new Map<string, Talk>();
  live.teardown(() => talks.forEach((talk) => talk.end()));
  for (const [name, ...way] of ways) talks.set(name, await Talk.begin(...way));
  for (const [name, talk] of talks) live.ok(await talk.echoes('before'), `${name}: before`);

  // First rules without states, so that it is the second commit that begins to track.
  restore(bpfIptables(), side.dut, ['*filter', '-A INPUT -p tcp', 'COMMIT', ''].join('\n'));
  restore(bpfIptables(), side.dut, [...STATES, ...ESTABLISHED, 'COMMIT', ''].join('\n'));
  runCommand(LEGACY, side.dut, ['-F']);
  for (const [name, talk] of talks) live.ok(await talk.echoes('after'), `${name}: after`);
  await live.rejects(Talk.begin('tcp', side.client, side.server, SERVER, 7006), 'a new one does not come about');
});

/** The table is there already, for IPv4: what the kernel knows of IPv6 is taken over when rules of IPv6 begin to ask for states. */
await t.test('of IPv6 as well, whichever family has come first, and they move to a table of another size', async (six) => {
  const { legacy, ours } = firewallsOf('ipv6');
  setSysctls(side.dut, [['ipv6/conf/lo/disable_ipv6', '0']]);
  restore(legacy, side.dut, TRACKING);
  const talks = [await Talk.begin('tcp', side.dut, side.dut, '::1', 7011), await Talk.begin('udp', side.dut, side.dut, '::1', 7012)];
  six.teardown(() => talks.forEach((talk) => talk.end()));
  for (const talk of talks) six.ok(await talk.echoes('before'), 'before');

  restore(ours, side.dut, ['*filter', '-A INPUT -p tcp', 'COMMIT', ''].join('\n'));
  restore(ours, side.dut, [...STATES, ...ESTABLISHED, 'COMMIT', ''].join('\n'));
  runCommand(legacy, side.dut, ['-F']);
  for (const talk of talks) six.ok(await talk.echoes('after'), 'after');
  await six.rejects(Talk.begin('tcp', side.dut, side.dut, '::1', 7013), 'a new one does not come about');

  for (const size of ['40001', '2000']) {
    six.equal(runCommand(bpfIptables(), side.dut, ['conntrack', '--size', size]).status, 0, `to ${size}`);
    for (const talk of talks) six.ok(await talk.echoes(`in ${size}`), `in a table of ${size}`);
  }
});
