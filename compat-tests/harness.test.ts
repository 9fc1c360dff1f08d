/** The harness judged by itself: two real iptables are equal on every packet, and one changed rule is found with its packets. */
import t from 'tap';
import { rules6 } from './cases/packets6.js';
import { LEGACY, LEGACY6, legacyOf } from './harness/firewall.js';
import { requireRoot } from './harness/root.js';
import { parseSaved, compareCounters } from './harness/counters.js';
import { compareSeen, seen } from './harness/observe.js';
import { toleranceOf } from './harness/tolerance.js';
import { trafficFor } from './harness/traffic.js';
import { hostAddresses, interfaceNames, worldFor, worldOf } from './harness/world.js';
import { reportText } from './harness/report.js';
import { runTrap } from './harness/trap.js';
import { runTwin } from './run.js';
import { traps } from './cases/all.js';
import { arrives, CLIENT, DUT0, echo, local, SERVER, tcpTo, times, udpTo } from './cases/packets.js';

requireRoot();

const RULES = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
-A INPUT -i eth0 -p udp -m udp --dport 53 -j ACCEPT
-A INPUT -i eth0 -p tcp -m tcp --dport 80 -j web
-A INPUT -i lo -j ACCEPT
-A FORWARD -i eth0 -o eth1 -p udp -m udp --dport 100:200 -j DROP
-A FORWARD -p tcp -j REJECT --reject-with tcp-reset
-A web -s 10.200.0.0/25 -j ACCEPT
COMMIT
`;

/** A fixed mixture in which packet 57 of each hundred is the only one that a changed port range treats differently. */
const PACKETS = Array.from({ length: 2000 }, (_, index) => {
  if (index % 100 === 57) return arrives('eth0', udpTo(CLIENT, SERVER, 100));
  const kinds = [
    () => arrives('eth0', udpTo(CLIENT, DUT0, 53)),
    () => arrives('eth0', tcpTo(CLIENT, DUT0, 80)),
    () => arrives('eth1', tcpTo(SERVER, '10.200.0.99', 22)),
    () => arrives('eth0', udpTo('10.3.3.3', SERVER, 99 + (index % 2) * 102)),
    () => arrives('eth1', echo(SERVER, CLIENT)),
    () => local(udpTo(DUT0, DUT0, 53)),
    () => local(tcpTo(DUT0, CLIENT, 80)),
    () => arrives('eth1', echo(SERVER, DUT0)),
  ];
  return kinds[index % kinds.length]!();
});

t.test('two real iptables are equal on the same packets', async (t) => {
  const result = await runTwin({ rulesText: RULES, packets: PACKETS, firewalls: [LEGACY, LEGACY] });
  t.equal(result.equal, true, reportText(result));
  t.same(result.differences, []);
  t.ok(result.arrived > 1000, 'packets arrive');
  t.ok(result.lines.every((line) => (line.left?.count.packets ?? 0n) > 0n), 'every rule and policy of the test is hit');
});

t.test('one changed rule is found, with the packets that show it', { timeout: 120_000 }, async (t) => {
  const result = await runTwin({ rulesText: RULES, rightRulesText: RULES.replace('100:200', '101:200'), packets: PACKETS, firewalls: [LEGACY, LEGACY], batch: 250 });
  t.equal(result.equal, false);
  t.ok(result.differences.length >= 3, 'several packets found');
  t.ok(result.differences.every((each) => each.packets.length === 1 && each.first % 100 === 57), 'exactly the packets of port 100');
  const first = result.differences[0];
  t.equal(first?.arrivals.onlyRight.length, 1, 'and the packet that got through on one side');
  t.match(reportText(result), /packet 58: in on eth0: udp 10\.200\.0\.2:4000 > 10\.200\.1\.2:100/);
});

t.test('a rule that only answers differently is found', async (t) => {
  const packets = times(30, () => arrives('eth0', tcpTo(CLIENT, SERVER, 22)));
  const result = await runTwin({ rulesText: RULES, rightRulesText: RULES.replace('tcp-reset', 'icmp-port-unreachable'), packets, firewalls: [LEGACY, LEGACY] });
  t.equal(result.equal, false);
  t.match(reportText(result), /arrived with iptables only: client eth0: tcp .*\[RA\]/);
});

t.test('every scripted case says truly what real iptables counts', { timeout: 600_000 }, async (t) => {
  for (const trap of traps) {
    const legacy = legacyOf(trap.world?.family ?? trap.family ?? 'ipv4');
    const result = await runTrap(trap, [legacy, legacy]);
    // What twins of ours may differ in twins of the kernel's may: where IPv6 cuts a packet anew, it chooses the identification.
    t.same([...result.misses, ...(trap.divergence === undefined ? result.differences : [])], [], trap.name);
  }
});

t.test('a wrong statement about hits is noticed', async (t) => {
  const trap = traps.find((each) => each.name.startsWith('time to live'))!;
  const steps = trap.steps.map((step) => (step.do === 'hits' ? { ...step, counts: { ...step.counts, 'INPUT 1': 2, 'NOWHERE 1': 0 } } : step));
  const result = await runTrap({ ...trap, steps }, [LEGACY, LEGACY]);
  t.equal(result.misses.length, 2);
});

t.test('counters are read from save text', async (t) => {
  const lines = parseSaved('# c\n*nat\n:PREROUTING ACCEPT [9:9]\nCOMMIT\n*filter\n:INPUT DROP [1:60]\n:u - [0:0]\n[2:120] -A INPUT -j u\n[3:9] -A u -p tcp\nCOMMIT\n');
  t.same(
    lines.map((line) => [line.chain, line.position, line.text, line.count.packets, line.count.bytes]),
    [
      ['INPUT', 1, '-A INPUT -j u', 2n, 120n],
      ['u', 1, '-A u -p tcp', 3n, 9n],
      ['INPUT', 'policy', ':INPUT DROP', 1n, 60n],
    ],
  );
  t.throws(() => parseSaved('*filter\n-A INPUT\n'), /not a line of iptables-save -c/);
  const other = lines.slice(1).map((line) => ({ ...line, count: { ...line.count, packets: line.count.packets + 1n } }));
  t.same(compareCounters(lines, other).map((each) => each.equal), [false, false, false]);
  t.same(compareCounters(lines, other, { ofLine: () => 1n, arrivals: 0n }).map((each) => each.equal), [false, true, true]);
});

t.test('behind a limit one packet may differ, elsewhere none', async (t) => {
  const line = (text: string) => ({ chain: 'INPUT', position: 1, text, count: { packets: 0n, bytes: 0n } });
  const limit = '-A INPUT -m limit --limit 3/min -j LOG --log-prefix "[x] "';
  const logged = toleranceOf(`${limit}\n-A INPUT -j DROP\n`);
  t.same([logged.ofLine(line(limit)), logged.ofLine(line('-A INPUT -j DROP')), logged.arrivals], [1n, 0n, 0n], 'a limited LOG moves nothing but itself');
  const accepted = toleranceOf('-A INPUT -m limit --limit 3/min -j ACCEPT\n-A INPUT -m limit --limit 3/min -j LOGGING\n');
  t.same([accepted.ofLine(line('-A INPUT -j DROP')), accepted.arrivals], [2n, 2n], 'limits that decide move what stands behind');
});

t.test('arrivals are compared byte for byte, but for what a kernel picks', async (t) => {
  const own = (address: string): boolean => address === DUT0;
  const see = (l3: Uint8Array) => seen('client eth0', 'host', l3, own);
  const a = see(echo(DUT0, CLIENT, { id: 1 }));
  const b = see(echo(DUT0, CLIENT, { id: 2 }));
  t.same(compareSeen([a], [b]), { onlyLeft: [], onlyRight: [] }, 'the id of what the host sends does not count');
  const c = see(echo(SERVER, CLIENT, { id: 1 }));
  const d = see(echo(SERVER, CLIENT, { id: 2 }));
  t.equal(compareSeen([c], [d]).onlyLeft.length, 1, 'the id of what it forwards does');
  t.equal(compareSeen([c, c], [c]).onlyLeft.length, 1, 'a second copy counts');
  t.equal(compareSeen([c], [see(echo(SERVER, CLIENT, { id: 1, ttl: 63 }))]).onlyRight.length, 1, 'so does the TTL');
});

t.test('a world follows the rules', async (t) => {
  const rules = '-A INPUT -i wlan0 -d 192.168.0.14/32\n-A INPUT ! -i ppp+ -j DROP\n-A FORWARD -i eth3 -d 10.1.1.1/32\n-A OUTPUT -s 172.16.0.5/32 -o lo\n';
  t.same(interfaceNames(rules), ['wlan0', 'ppp0', 'eth3']);
  t.same(hostAddresses(rules), ['192.168.0.14', '172.16.0.5']);
  t.same(worldFor('-A INPUT -i eth0').interfaces.map((each) => each.name), ['eth0', 'eth1']);
});

t.test('IPv6: the same firewall on both sides is equal to itself, one changed rule is found', { timeout: 120_000 }, async (t) => {
  const world = worldOf(['eth0', 'eth1'], [], 'ipv6');
  const rulesText = rules6('-A INPUT -p tcp --dport 1:100', '-A FORWARD -p udp --dport 100:200 -j DROP', '-A OUTPUT -p ipv6-icmp');
  const { packets } = trafficFor(rulesText, world, 'harness', 600);
  const same = await runTwin({ rulesText, world, packets, firewalls: [LEGACY6, LEGACY6] });
  t.equal(same.equal, true);
  t.ok(same.arrived > 50 && same.lines.every((line) => (line.left?.count.packets ?? 0n) > 0n), 'packets arrive and meet every rule');
  const other = await runTwin({ rulesText, rightRulesText: rulesText.replace('100:200', '101:200'), world, packets, firewalls: [LEGACY6, LEGACY6], suspects: 1 });
  t.equal(other.equal, false);
});
