/**
 * XDP in front of tc on real veth pairs: that it judges, that every packet is counted once, early drop, answers of REJECT, fast-forward.
 * What XDP does alone is seen by taking tc's ingress programs off. Root.
 */
import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { attachType } from '../src/kernel/catalog.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { native } from '../src/native/native.js';
import { internetChecksum } from '../src/net/checksum.js';
import { ethernet, ETHERTYPE, macAddress } from '../src/net/ethernet.js';
import { icmpQuery } from '../src/net/icmp.js';
import { ipv4Address } from '../src/net/ipv4-address.js';
import { ipv4, type Transport } from '../src/net/ipv4.js';
import { tcp } from '../src/net/tcp.js';
import { udp } from '../src/net/udp.js';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables } from './harness/firewall.js';
import { createNamespace, ipBatch, setSysctls } from './harness/namespaces.js';
import { insideNamespace, openWire } from './harness/open-wire.js';
import { requireRoot } from './harness/root.js';
import type { Wire } from './harness/wire.js';

requireRoot();
t.setTimeout(600_000);
const env = { XTABLES_LOCKFILE: `/run/bic-${process.pid}-xdp.lock` };
t.teardown(() => rmSync(env.XTABLES_LOCKFILE, { force: true }));

const own = bpfIptables();
const MAC = { eth0: '02:00:00:00:00:01', eth1: '02:00:00:00:01:01', p0: '02:00:00:00:00:02', p1: '02:00:00:00:01:02' };

/** A host under test with eth0 and eth1, and a peer at the other end of each. Frames go in at p0. */
interface Net {
  readonly dut: string;
  readonly left: string;
  readonly right: string;
  readonly wire: Wire;
}

let nets = 0;

function makeNet(t: Test): Net {
  const [dut, left, right] = ['dut', 'left', 'right'].map((label) => createNamespace(`xdp${nets}-${label}`)) as [string, string, string];
  nets += 1;
  for (const [device, peer, namespace, net] of [['eth0', 'p0', left, '10.9.0'], ['eth1', 'p1', right, '10.9.1']] as const) {
    ipBatch(dut, [
      `link add ${device} address ${MAC[device]} type veth peer name ${peer} address ${MAC[peer]} netns ${namespace}`,
      `addr add ${net}.1/24 dev ${device}`, `link set ${device} up`,
    ]);
    ipBatch(namespace, [`addr add ${net}.2/24 dev ${peer}`, `link set ${peer} up`, `route add default via ${net}.1`]);
  }
  ipBatch(dut, [`neigh replace 10.9.0.2 lladdr ${MAC.p0} dev eth0 nud permanent`, `neigh replace 10.9.1.2 lladdr ${MAC.p1} dev eth1 nud permanent`]);
  setSysctls(dut, [['ipv4/ip_forward', '1']]);
  const wire = openWire([{ kind: 'device', namespace: left, device: 'p0' }, { kind: 'device', namespace: right, device: 'p1' }]);
  t.teardown(() => wire.close());
  return { dut, left, right, wire };
}

function load({ dut }: Net, hook: string, ...rules: string[]): void {
  const text = ['*filter', ':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT', ...rules, 'COMMIT', ''].join('\n');
  execOk(own.restore, { namespace: dut, env: { ...env, BPF_IPTABLES_HOOK: hook }, input: text });
}

/** Packets counted by chain: the policy first, then the rules. */
function counted({ dut }: Net, chain: string): number[] {
  const saved = execOk([...own.save, '-c'], { namespace: dut, env });
  const policy = Number(new RegExp(`^:${chain} \\w+ \\[(\\d+):`, 'm').exec(saved)![1]);
  return [policy, ...[...saved.matchAll(new RegExp(`^\\[(\\d+):\\d+\\] -A ${chain} `, 'gm'))].map((match) => Number(match[1]))];
}

/** Takes tc's ingress programs off eth0: what happens then XDP alone has done. */
function withoutTc({ dut }: Net): void {
  insideNamespace(dut, () => {
    const kernel = realKernel();
    const [ifindex, type] = [native().interfaceIndex('eth0'), attachType('ingress')];
    for (const id of kernel.progQuery(ifindex, type).ids) {
      const fd = kernel.progFdById(id);
      kernel.progDetach(fd, ifindex, type);
      kernel.closeFd(fd);
    }
  });
}

const CHATTER = new Uint8Array(20).fill(7);

/** Sends a packet from 10.9.0.`host` in at eth0, `times` times, and waits; returns what came out at the peers, by peer. */
async function send({ wire }: Net, dst: string, transport: Transport, options: { host?: number; times?: number; ttl?: number; to?: string } = {}): Promise<readonly [Uint8Array[], Uint8Array[]]> {
  const packet = ipv4({ src: ipv4Address(`10.9.0.${options.host ?? 2}`), dst: ipv4Address(dst), ttl: options.ttl ?? 64 }, transport);
  const bytes = ethernet(macAddress(options.to ?? MAC.eth0), macAddress(MAC.p0), ETHERTYPE.ipv4, packet);
  await wire.drain();
  wire.send(Array.from({ length: options.times ?? 1 }, () => ({ endpoint: 0, bytes })));
  const received = await wire.drain();
  return [0, 1].map((endpoint) => received.filter((frame) => frame.endpoint === endpoint).map((frame) => frame.bytes)) as [Uint8Array[], Uint8Array[]];
}

const echo = icmpQuery(8, 1, 1, CHATTER);
const datagram = (port: number): Transport => udp({ sport: 4000, dport: port }, CHATTER);

for (const hook of ['xdp', 'xdp-generic']) {
  t.test(`${hook}: a packet is counted once, by XDP`, { timeout: 60_000 }, async (t: Test) => {
    const net = makeNet(t);
    load(net, hook, '-A INPUT -p icmp -j ACCEPT', '-A INPUT -p udp -j DROP', '-A FORWARD -i eth0 -p icmp -j ACCEPT', '-A FORWARD -p udp -j DROP');
    // Somebody who looks at the packets must not cost them their stamps.
    const onlooker = openWire([{ kind: 'device', namespace: net.dut, device: 'eth0' }]);
    const [answers] = await send(net, '10.9.0.1', echo, { times: 5 });
    t.equal(answers.length, 5, 'echo requests are answered');
    const [, through] = await send(net, '10.9.1.2', echo, { times: 3 });
    t.equal(through.length, 3, 'others go through');
    await send(net, '10.9.0.1', datagram(9), { times: 2 });
    await send(net, '10.9.1.2', datagram(9), { times: 4 });
    t.same(counted(net, 'INPUT'), [0, 5, 2]);
    t.same(counted(net, 'FORWARD'), [3, 3, 4], 'with three answers by the policy');
    onlooker.close();

    withoutTc(net);
    t.equal((await send(net, '10.9.0.1', echo))[0].length, 1);
    const dropped = await send(net, '10.9.1.2', datagram(9));
    t.equal(dropped[1].length, 0);
    t.same([counted(net, 'INPUT'), counted(net, 'FORWARD')], [[0, 6, 2], [3, 3, 5]], 'XDP alone counts as much');
  });
}

t.test('what XDP is not sure of is judged by tc, once', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  load(net, 'xdp', '-A INPUT -p udp -m conntrack --ctstate NEW -j ACCEPT', '-A INPUT -p udp -m conntrack --ctstate INVALID -j DROP', '-A INPUT -p icmp -j ACCEPT');
  const wrong = udp({ sport: 4000, dport: 9, checksum: 0x1234 }, CHATTER);
  await send(net, '10.9.0.1', wrong, { times: 2 });
  t.same(counted(net, 'INPUT'), [0, 0, 2, 0], 'a wrong checksum: perhaps one still to be made, tc knows');
  await send(net, '10.9.0.255', echo, { times: 1, to: 'ff:ff:ff:ff:ff:ff' });
  t.same(counted(net, 'INPUT'), [0, 0, 2, 1], 'a broadcast');
  await send(net, '10.9.0.1', echo, { to: '02:00:00:00:00:77' });
  t.same(counted(net, 'INPUT'), [0, 0, 2, 1], 'another host’s frame is nobody’s');
  withoutTc(net);
  await send(net, '10.9.0.1', wrong);
  await send(net, '10.9.0.255', echo, { to: 'ff:ff:ff:ff:ff:ff' });
  t.same(counted(net, 'INPUT'), [0, 0, 2, 1], 'without tc nobody judges them');
});

t.test('a stamp does not come back with the packet', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  setSysctls(net.left, [['ipv4/ip_forward', '1']]);
  // The left peer routes to us what we route to it, until the TTL is used up: 9, 7, 5 and 3 come to FORWARD; with 1 nothing does.
  ipBatch(net.dut, ['route add 10.55.0.0/16 via 10.9.0.2']);
  load(net, 'xdp', '-A FORWARD -d 10.55.0.0/16 -j ACCEPT');
  await send(net, '10.55.0.1', datagram(9), { host: 9, ttl: 9 });
  t.same(counted(net, 'FORWARD'), [0, 4]);
});

t.test('early drop: only what is dropped in any state, and counts with it', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  load(
    net, 'early-drop', ':seen -',
    '-A INPUT -s 10.9.0.9/32 -j seen', '-A INPUT -m limit --limit 1/day --limit-burst 1 -p udp --dport 7 -j ACCEPT', '-A INPUT -p udp --dport 7 -j DROP',
    '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A INPUT -p udp --dport 8 -j DROP',
    '-A seen', '-A seen -p udp -j DROP', '-A seen -j RETURN',
  );
  const chain = (name: string): number[] => {
    const saved = execOk([...own.save, '-c'], { namespace: net.dut, env });
    return [...saved.matchAll(new RegExp(`^\\[(\\d+):\\d+\\] -A ${name}\\b`, 'gm'))].map((match) => Number(match[1]));
  };
  await send(net, '10.9.0.1', datagram(5), { host: 9, times: 3 });
  t.same([chain('INPUT'), chain('seen')], [[3, 0, 0, 0, 0], [3, 3, 0]], 'the rules on the way to the drop count');
  await send(net, '10.9.0.1', echo, { host: 9 });
  await send(net, '10.9.0.1', datagram(7), { times: 2 });
  await send(net, '10.9.0.1', datagram(8), { times: 2 });
  t.same([chain('INPUT'), chain('seen')], [[4, 1, 1, 0, 2], [4, 3, 1]], 'undecided packets are counted by tc, once');

  withoutTc(net);
  await send(net, '10.9.0.1', datagram(5), { host: 9 });
  t.same([chain('INPUT'), chain('seen')], [[5, 1, 1, 0, 2], [5, 4, 1]], 'XDP drops that one alone');
  await send(net, '10.9.0.1', echo, { host: 9 });
  await send(net, '10.9.0.1', datagram(7));
  await send(net, '10.9.0.1', datagram(8));
  t.same([chain('INPUT'), chain('seen')], [[5, 1, 1, 0, 2], [5, 4, 1]], 'and none of those');
});

t.test('early drop leaves packets of known flows, which they move on', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  const states = ['-A INPUT -p udp --dport 6 -j ACCEPT', '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT'];
  load(net, 'early-drop', '-A INPUT -p udp --sport 4000 --dport 5 -j DROP', ...states);
  await send(net, '10.9.0.1', datagram(5));
  withoutTc(net);
  await send(net, '10.9.0.1', datagram(5));
  t.same(counted(net, 'INPUT').slice(0, 2), [0, 2], 'no flow: dropped by XDP');
  load(net, 'early-drop', ...states);
  await send(net, '10.9.0.1', datagram(6));
  load(net, 'early-drop', '-A INPUT -p udp --sport 4000 --dport 6 -j DROP', ...states);
  await send(net, '10.9.0.1', datagram(6));
  t.same(counted(net, 'INPUT').slice(0, 2), [0, 1], 'a flow: dropped all the same');
  withoutTc(net);
  await send(net, '10.9.0.1', datagram(6));
  t.same(counted(net, 'INPUT').slice(0, 2), [0, 1], 'but by tc');
});

t.test('REJECT: answered, counted once, and so is the answer', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  load(net, 'xdp', '-A INPUT -p tcp -j REJECT --reject-with tcp-reset', '-A FORWARD -p udp -j REJECT', '-A OUTPUT -p tcp', '-A OUTPUT -p icmp');
  const [resets] = await send(net, '10.9.0.1', tcp({ sport: 4000, dport: 80, seq: 7, flags: 2 }));
  t.equal(resets.length, 1);
  t.equal(resets[0]![14 + 20 + 13], 20, 'a RST with ACK');
  const [errors] = await send(net, '10.9.1.2', datagram(9));
  t.equal(errors.length, 1);
  t.same([...errors[0]!.subarray(14 + 20, 14 + 22)], [3, 3], 'port unreachable');
  t.same([counted(net, 'INPUT'), counted(net, 'FORWARD'), counted(net, 'OUTPUT')], [[0, 1], [0, 1], [2, 1, 1]]);
});

t.test('REJECT: by XDP_TX where the peer takes frames', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  execOk([...own.command, 'hook', 'xdp'], { namespace: net.left, env });
  setSysctls(net.dut, [['ipv4/icmp_ratemask', '6168'], ['ipv4/icmp_ratelimit', '1000']]);
  load(net, 'xdp', '-A INPUT -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -p udp -j REJECT', '-A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited', '-A OUTPUT -p tcp --dport 4001 -j DROP', '-A OUTPUT -p tcp', '-A OUTPUT -p icmp');
  withoutTc(net);
  const segment = (sport: number): Transport => tcp({ sport, dport: 80, seq: 7, flags: 2 }, CHATTER);
  const [resets] = await send(net, '10.9.0.1', segment(4000));
  t.equal(resets.length, 1, 'without tc: XDP has answered');
  const want = ipv4(
    { src: ipv4Address('10.9.0.1'), dst: ipv4Address('10.9.0.2'), ttl: 64, dontFragment: true },
    tcp({ sport: 80, dport: 4000, seq: 0, ack: 7 + 1 + CHATTER.length, flags: 20, window: 0 }),
  );
  t.same([...resets[0]!], [...ethernet(macAddress(MAC.p0), macAddress(MAC.eth0), ETHERTYPE.ipv4, want)], 'byte for byte');
  t.same(await send(net, '10.9.0.1', segment(4001)), [[], []], 'OUTPUT drops that answer');
  const [errors] = await send(net, '10.9.0.1', datagram(9));
  t.equal(errors.length, 1);
  t.same([...errors[0]!.subarray(14 + 20, 14 + 22)], [3, 3], 'port unreachable');
  t.equal(internetChecksum(errors[0]!.subarray(14 + 20)), 0, 'with a right checksum');
  t.same([...errors[0]!.subarray(14 + 28)], [...ipv4({ src: ipv4Address('10.9.0.2'), dst: ipv4Address('10.9.0.1'), ttl: 64 }, datagram(9))], 'quoting the datagram');
  const [prohibited] = await send(net, '10.9.1.2', datagram(9));
  t.same([...prohibited[0]!.subarray(14 + 20, 14 + 22)], [3, 13]);
  t.equal(prohibited[0]![14 + 28 + 8], 63, 'quoted with the TTL that FORWARD saw');
  t.same([counted(net, 'INPUT'), counted(net, 'FORWARD'), counted(net, 'OUTPUT')], [[0, 2, 1], [0, 1], [3, 1, 1, 2]], 'each counted once, and each answer');
  const [flood] = await send(net, '10.9.0.1', datagram(9), { times: 20 });
  t.ok(flood.length < 10, `answers are limited (${flood.length} of 20)`);
  t.same(counted(net, 'INPUT'), [0, 2, 21]);
});

/** Packets that the stack of the host under test has forwarded. */
function forwardedByStack({ dut }: Net): number {
  const [names, values] = execOk(['cat', '/proc/net/snmp'], { namespace: dut }).split('\n').filter((line) => line.startsWith('Ip:')).map((line) => line.split(' '));
  return Number(values![names!.indexOf('ForwDatagrams')]);
}

t.test('fast-forward: established flows go past the stack, all else through it', { timeout: 60_000 }, async (t: Test) => {
  const net = makeNet(t);
  // veth takes frames while its peer polls, which an XDP program there makes it do.
  for (const namespace of [net.left, net.right]) execOk([...own.command, 'hook', 'xdp'], { namespace, env });
  load(net, 'xdp+fast-forward', '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A FORWARD -j ACCEPT');
  const ping = (): number => exec(['ping', '-c', '3', '-i', '0.05', '-W', '1', '10.9.1.2'], { namespace: net.left }).status;
  t.equal(ping(), 0);
  t.equal(forwardedByStack(net), 1, 'the first packet only');
  t.same(counted(net, 'FORWARD'), [0, 5, 1]);
  await send(net, '10.9.1.2', icmpQuery(8, 77, 1, CHATTER));
  const [seen] = await send(net, '10.9.1.2', icmpQuery(8, 77, 2, CHATTER), { ttl: 7 });
  t.equal(seen.length, 1, 'answered');
  const before = forwardedByStack(net);
  await send(net, '10.9.1.2', icmpQuery(8, 77, 3, CHATTER), { ttl: 1 });
  t.equal(forwardedByStack(net), before, 'a TTL of 1 is the stack’s, which does not forward it');
  const policy = (verb: string): number => exec(['ip', 'xfrm', 'policy', verb, 'src', '1.2.3.4/32', 'dst', '0.0.0.0/0', 'dir', 'fwd'], { namespace: net.dut }).status;
  // A kernel without IPsec refuses the policy: nothing to see there.
  const policies = policy('add') === 0;
  t.equal(ping(), 0);
  t.equal(forwardedByStack(net), before + (policies ? 6 : 1), 'IPsec policies: all by the stack, which asks them');
  if (policies) policy('delete');
  const after = forwardedByStack(net);
  setSysctls(net.dut, [['ipv4/conf/all/rp_filter', '1']]);
  t.equal(ping(), 0);
  t.equal(forwardedByStack(net), after + 1, 'sources behind the right device');
  setSysctls(net.dut, [['ipv4/conf/all/rp_filter', '0']]);
  const last = forwardedByStack(net);
  execOk([...own.command, 'hook', '--no-fast-forward'], { namespace: net.dut, env });
  t.equal(ping(), 0);
  t.equal(forwardedByStack(net), last + 6, 'off again: all by the stack');
});
