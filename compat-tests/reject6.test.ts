/** `-j REJECT` of ip6tables: the answers beside the kernel's own, byte for byte, what counts them, and what is not answered. Root. */
import t from 'tap';
import { setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { answerable6, tcp6, udp6, unanswerable6 } from './ipv6/packets6.js';
import { clientSpeaks, errorsOf } from './ipv6/speak6.js';
import { arrives6, sent6, Twin6, type Packet6 } from './ipv6/twin6.js';

requireRoot();
t.setTimeout(600_000);

const [CLIENT, DUT0, DUT1, SERVER] = ['2001:db8::2', '2001:db8::1', '2001:db8:1::1', '2001:db8:1::2'];
const TYPES = ['icmp6-no-route', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable', 'icmp6-port-unreachable', 'icmp6-policy-fail', 'icmp6-reject-route'];
const COUNTING = ['-o eth0', '-o eth1', '-o lo', '-p icmpv6', '-p tcp -m tcp --tcp-flags RST RST', '-m length --length 60'].map((rule) => `-A OUTPUT ${rule}`).concat(['-A INPUT -i lo -p icmpv6', '-A INPUT -i lo -p tcp', '-A INPUT -i eth0']);
const table = (...rules: readonly string[]): string => ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
const all = (src: string, dst: string): Uint8Array[] => [...answerable6(src, dst), ...unanswerable6(src, dst)];

/** Packets one by one, so that a difference names its packet; then the counters. */
async function same(test: Pick<typeof t, 'same' | 'ok'>, twin: Twin6, what: string, packets: readonly Packet6[], atLeast: number): Promise<void> {
  let answers = 0;
  for (const packet of packets) {
    const [kernel, ours] = await twin.send(packet);
    answers += kernel.length;
    if (kernel.join() !== ours.join()) test.same(ours, kernel, `${what}: ${packet.from} ${Buffer.from(packet.l3).toString('hex')}`);
  }
  const [kernel, ours] = twin.counters();
  test.same(ours, kernel, `${what}: counters`);
  test.ok(answers >= atLeast, `${what}: ${answers} answers`);
}

t.test('what comes in', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  for (const type of TYPES) {
    twin.restore(table(...COUNTING, `-A INPUT -i eth0 -j REJECT --reject-with ${type}`, `-A FORWARD -j REJECT --reject-with ${type}`));
    const some = type === 'icmp6-port-unreachable' ? all : (src: string, dst: string) => [udp6(src, dst), tcp6(src, dst)];
    await same(t, twin, type, [...some(CLIENT, DUT0), ...some(CLIENT, SERVER)].map((packet) => arrives6(packet)), type === 'icmp6-port-unreachable' ? 60 : 4);
  }
  twin.restore(table(...COUNTING, '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'));
  await same(t, twin, 'tcp-reset', [...all(CLIENT, DUT0), ...all(CLIENT, SERVER)].map((packet) => arrives6(packet)), 20);
});

t.test('other ways, and what nobody may answer', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  twin.restore(table(...COUNTING, '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -i eth0 -j REJECT'));
  await same(t, twin, 'ways', [udp6(CLIENT, DUT1), tcp6(CLIENT, DUT1), udp6('fe80::2', 'fe80::1'), udp6('fe80::2', DUT0), udp6('2001:db8:77::9', DUT0)].map((packet) => arrives6(packet)), 4);
  const hardly = [
    ...['ff02::1', 'ff02::2', 'ff05::2'].flatMap((group) => [udp6(CLIENT, group), tcp6(CLIENT, group)]).map((packet) => arrives6(packet, '33:33:00:00:00:01')),
    ...[udp6(CLIENT, DUT0), tcp6(CLIENT, DUT0)].map((packet) => arrives6(packet, '33:33:00:00:00:01')),
    ...['::', '::ffff:10.0.0.1'].flatMap((src) => [udp6(src, DUT0), tcp6(src, DUT0)]).map((packet) => arrives6(packet)),
  ];
  await same(t, twin, 'hardly any', hardly, 0);
  twin.duts.forEach((dut) => setSysctls(dut, [['ipv6/conf/eth0/hop_limit', '77'], ['ipv6/auto_flowlabels', '1']]));
  const frames = await twin.send(arrives6(udp6(CLIENT, DUT0)), arrives6(tcp6(CLIENT, DUT0)));
  // Behind 14 bytes of Ethernet: version and class, flow label, length and next header, hop limit.
  const heads = frames.map((side) => side.map((frame) => frame.slice('eth0 '.length + 28)).map((packet) => [packet.slice(0, 3), packet.slice(3, 8) !== '00000', packet.slice(8, 16)]));
  t.same(heads[1], heads[0]);
  t.match(heads[0], [['600', true, /3a4d$/], ['600', false, /064d$/]], 'ICMPv6 errors have a flow label; the hop limit is the device\'s');
});

t.test('what the host sends', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  for (const target of ['-p udp -j REJECT', '-j REJECT', '-p tcp -j REJECT --reject-with tcp-reset']) {
    const alone = target === '-j REJECT' ? [] : [`-A OUTPUT -s ::1 -d ::1 -m addrtype --src-type LOCAL ${target}`];
    twin.restore(table(...COUNTING, `-A OUTPUT -d ${CLIENT} ${target}`, ...alone));
    await same(t, twin, `to others: ${target}`, answerable6(DUT0, CLIENT).map(sent6), 0);
    await same(t, twin, `over lo: ${target}`, [udp6('::1', '::1'), tcp6('::1', '::1')].map(sent6), 0);
  }
});

t.test('what OUTPUT says of answers, and over lo', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  twin.restore(table('-A INPUT -i eth0 -p udp -j REJECT', '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A OUTPUT -p icmpv6 --icmpv6-type port-unreachable -j DROP', '-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset'));
  await same(t, twin, 'dropped', [udp6(CLIENT, DUT0), tcp6(CLIENT, DUT0)].map((packet) => arrives6(packet)), 0);
  twin.restore(table(...COUNTING, '-A INPUT -i lo -p udp -j REJECT', '-A INPUT -i lo -p tcp --dport 22 -j REJECT --reject-with tcp-reset'));
  await same(t, twin, 'in INPUT from lo', [udp6('::1', '::1'), tcp6('::1', '::1'), udp6(DUT0, DUT0), tcp6(DUT0, DUT1)].map(sent6), 0);
});

t.test('programs are refused at once, by real sockets on every way', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  clientSpeaks(twin);
  twin.restore(
    table(
      ...['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => [`-A ${chain} -p tcp --dport 81 -j REJECT --reject-with tcp-reset`, `-A ${chain} -p tcp --dport 82 -j REJECT --reject-with icmp6-adm-prohibited`, `-A ${chain} -p udp --dport 83 -j REJECT`]),
      '-A INPUT -i lo -p tcp --dport 84 -j REJECT --reject-with tcp-reset',
      '-A OUTPUT -p icmpv6 -m icmp6 --icmpv6-type 1',
    ),
  );
  const ways = [[twin.clients, DUT0], [twin.clients, SERVER], [twin.duts, CLIENT], [twin.duts, '::1'], [twin.duts, DUT0]] as const;
  for (const [from, to] of ways) {
    const who = from === twin.duts ? 'the host' : 'the client';
    t.same(errorsOf(from, 'tcp', to, 81), ['ECONNREFUSED', 'ECONNREFUSED'], `RST from ${who} to ${to}`);
    const [kernel, ours] = errorsOf(from, 'tcp', to, 82);
    t.equal(ours, kernel, `prohibited from ${who} to ${to}: ${kernel}`);
    t.equal(errorsOf(from, 'udp', to, 83)[1], 'ECONNREFUSED', `UDP from ${who} to ${to}`);
  }
  t.same(errorsOf(twin.duts, 'tcp', '::1', 84), ['ECONNREFUSED', 'ECONNREFUSED'], 'INPUT by lo');
});

t.test('rate limits of errors', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  const rules = table('-A INPUT -i eth0 -j REJECT', '-A OUTPUT -p icmpv6');
  const answered = async (from: string): Promise<readonly number[]> => {
    twin.restore(rules);
    return (await twin.send(...Array.from({ length: 20 }, () => arrives6(udp6(from, DUT0))))).map((frames) => frames.length);
  };
  for (const dut of twin.duts) setSysctls(dut, [['ipv6/icmp/ratelimit', '8000']]);
  t.same(await answered(CLIENT), [6, 6], 'six to one address of a link, as saved up');
  for (const dut of twin.duts) setSysctls(dut, [['ipv6/icmp/ratemask', '0']]);
  t.same(await answered(CLIENT), [20, 20], 'no limit for this type');
});
