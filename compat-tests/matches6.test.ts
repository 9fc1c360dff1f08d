/** Matches of both families over IPv6: each rule counts beside ip6tables-legacy what matches, what does not, other protocols, fragments and cut headers. Root. */
import t from 'tap';
import { ipBatch } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { ip6, answerable6, tcp6, udp6, unanswerable6 } from './ipv6/packets6.js';
import { arrives6, sent6, Twin6, type Packet6 } from './ipv6/twin6.js';
import { udp } from '../src/net/udp.js';
import { rawTransport } from '../src/net/ipv4.js';
import { destinationOptions, fragmentHeader } from '../src/net/ipv6-extensions.js';

requireRoot();
t.setTimeout(600_000);

const [CLIENT, DUT0, DUT1, SERVER] = ['2001:db8::2', '2001:db8::1', '2001:db8:1::1', '2001:db8:1::2'];
const NEAR = ['2001:db8::', '2001:db8::3', '2001:db8::ffff:ffff', '2001:db8::1:0:0', '2001:db8:0:0:1::', '2001:db8:0:1::2', '2001:db8:1::2', '2001:db9::2'];

/** Rules that may hot drop stand alone: what they drop is seen by no rule behind them. */
const ALONE = [
  '-p tcp -m tcp --dport 22', '-p tcp -m tcp ! --sport 4000', '-p tcp -m tcp --syn', '-p tcp -m tcp --tcp-option 2', '-p tcp -m tcp ! --tcp-option 2', '-p udp -m udp --dport 53', '-p udp -m udp ! --dport 1:60', '-p udp -m udp --sport 4000:4001',
  '-p udp -m multiport --dports 2,50:60', '-p tcp -m multiport ! --ports 22,7', '-p udplite -m multiport --sports 1', '-p sctp -m multiport --ports 1',
];
const TOGETHER = [
  '-m iprange --src-range 2001:db8::2-2001:db8::3', '-m iprange ! --src-range 2001:db8::2-2001:db8::3', '-m iprange --src-range 2001:db8::1-2001:db8::1:0:0', '-m iprange --src-range 2001:db8::3-2001:db8:0:1::2', '-m iprange --src-range 2001:db8:0:0:1::-2001:db8:1::1',
  '-m iprange ! --src-range ::-2001:db8::ffff:ffff', '-m iprange --dst-range 2001:db8::-2001:db8::1 --src-range 2001:db8::-2001:db9::', '-m iprange --src-range 2001:db8::3-2001:db8::2', '-m iprange ! --dst-range 2001:db8::1',
  '-m length --length 57', '-m length ! --length 40:80', '-m length --length 0:47', '-m length --length 1300:', '-m mark --mark 0', '-m mark ! --mark 0', '-m mark --mark 0x2a/0xff', '-m comment --comment all', '-m limit --limit 1/hour --limit-burst 7',
  ...['UNSPEC', 'UNICAST', 'LOCAL', 'ANYCAST', 'MULTICAST', 'LOCAL,ANYCAST', 'UNICAST,LOCAL', 'MULTICAST,LOCAL'].flatMap((type) => [`-m addrtype --src-type ${type}`, `-m addrtype ! --src-type ${type}`, `-m addrtype --dst-type ${type}`, `-m addrtype ! --dst-type ${type}`]),
];
const IN_ONLY = ['-m mac --mac-source 02:00:00:00:00:02', '-m mac ! --mac-source 02:00:00:00:00:02', '-m mac --mac-source 02:00:00:00:00:03', '-m addrtype --dst-type LOCAL --limit-iface-in', '-m addrtype ! --src-type LOCAL --limit-iface-in', '-m addrtype --dst-type ANYCAST --limit-iface-in'];

/** Everything that comes in and goes out. */
const PACKETS: readonly Packet6[] = [
  ...[...answerable6(CLIENT, DUT0), ...unanswerable6(CLIENT, DUT0), ...answerable6(CLIENT, SERVER).slice(0, 12)].map((packet) => arrives6(packet)),
  ...NEAR.map((src) => arrives6(udp6(src, DUT0))),
  ...[DUT1, '2001:db8::', 'fe80::1', '2001:db8:0:0:1::5'].map((dst) => arrives6(udp6(CLIENT, dst))),
  arrives6(udp6('fe80::2', 'ff02::1'), '33:33:00:00:00:01'),
  ...['::', 'fe80::2'].map((src) => arrives6(udp6(src, DUT0))),
  arrives6(ip6(CLIENT, DUT0, udp({ sport: 1, dport: 2 }, new Uint8Array(4), 136))),
  arrives6(ip6(CLIENT, DUT0, rawTransport(132, Uint8Array.of(0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)))),
  arrives6(ip6(CLIENT, DUT0, rawTransport(132, Uint8Array.of(0, 1, 0)))),
  arrives6(ip6(CLIENT, DUT0, rawTransport(17, new Uint8Array(3)), { extensions: [destinationOptions()] })),
  arrives6(ip6(CLIENT, DUT0, rawTransport(6, new Uint8Array(20)), { extensions: [fragmentHeader({ id: 1, offset: 1 })] })),
  ...[udp6(DUT0, CLIENT), tcp6(DUT0, CLIENT), udp6(DUT1, SERVER, 54), udp6('::1', '::1'), udp6(DUT0, DUT1)].map(sent6),
];

const table = (rules: readonly string[], policy = 'DROP'): string => ['*filter', `:INPUT ${policy} [0:0]`, ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
/** Packets of the test alone: hosts have things to say of themselves. */
const OURS = ['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [`-A ${chain} -p icmpv6 -m icmp6 ! --icmpv6-type 128 -j ACCEPT`]);

async function compared(test: Pick<typeof t, 'same' | 'ok'>, twin: Twin6, rules: readonly string[]): Promise<void> {
  twin.restore(table(rules));
  await twin.send(...PACKETS);
  const [kernel, ours] = twin.counters().map((lines) => lines.filter((line) => !/-p ipv6-icmp|^:OUTPUT/.test(line)));
  test.same(ours, kernel, rules.slice(-2).join(' '));
  test.ok(kernel!.some((line) => /^\[[1-9]/.test(line)), 'something is counted');
}

t.test('rules of matches', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  for (const dut of twin.duts) ipBatch(dut, ['addr add 2001:db8:0:0:1::5/128 dev lo']);
  await compared(t, twin, [...OURS, ...TOGETHER.flatMap((rule) => [`-A INPUT ${rule}`, `-A FORWARD ${rule}`, `-A OUTPUT ${rule}`]), ...IN_ONLY.flatMap((rule) => [`-A INPUT ${rule}`, `-A FORWARD ${rule}`]), '-A OUTPUT -m addrtype --dst-type LOCAL --limit-iface-out']);
  for (const rule of ALONE) await compared(t, twin, [...OURS, ...['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [`-A ${chain} ${rule}`, `-A ${chain} -m comment --comment behind`])]);
});

t.test('rules of connections', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  // Both count what the host answers: where its neighbour is not known, ours would see nothing (docs/semantics.md).
  for (const dut of twin.duts) ipBatch(dut, ['neigh replace 2001:db8::8000:0:0:2 lladdr 02:00:00:00:00:02 nud permanent dev eth0']);
  const asked = ['--ctorigsrc 2001:db8::2', '! --ctorigsrc 2001:db8::2', '--ctorigdst 2001:db8::/64', '--ctorigdst 2001:db8:1::/64', '--ctorigsrc 2001:db8::8000:0:0:0/65', '--ctreplsrc 2001:db8::/65', '--ctrepldst ::/0', '! --ctrepldst ::/0', '--ctorigsrc 2001:db8::3 --ctstate INVALID', '--ctproto 17 --ctorigdstport 53', '--ctdir REPLY', '--ctstate ESTABLISHED --ctorigsrc 2001:db8::/32'];
  const rules = [...asked.flatMap((rule) => ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-A ${chain} -m conntrack ${rule}`)), ...['NEW', 'ESTABLISHED', 'INVALID', 'RELATED', 'UNTRACKED'].map((state) => `-A INPUT -p udp -m state --state ${state}`)];
  twin.restore(table(rules, 'ACCEPT'));
  const answer = ip6(DUT0, CLIENT, udp({ sport: 53, dport: 4000 }, new Uint8Array(5)));
  await twin.send(...[udp6(CLIENT, DUT0), tcp6(CLIENT, DUT0, 0), udp6('2001:db8::8000:0:0:2', DUT0), udp6(CLIENT, SERVER)].map((packet) => arrives6(packet)), sent6(answer), arrives6(udp6(CLIENT, DUT0)));
  const [kernel, ours] = twin.counters().map((lines) => lines.filter((line) => !line.startsWith(':') && !/-A OUTPUT.*(! --ctrepldst|--ctrepldst|! --ctorigsrc)/.test(line)));
  t.same(ours, kernel);
  t.ok(kernel!.filter((line) => /^\[[1-9]/.test(line)).length > 12);
});
