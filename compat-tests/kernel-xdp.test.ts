/** XDP programs on real devices: who gets one, who keeps theirs, what is put back, and that every packet counts once. Root, a network namespace of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { KernelStore } from '../src/cli/kernel-store.js';
import type { InterfaceHook } from '../src/kernel/hook-report.js';
import type { HookSetting } from '../src/kernel/hook-setting.js';
import { NO_XDP, type Link } from '../src/kernel/kernel.js';
import { openNamespace } from '../src/kernel/namespace.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { native } from '../src/native/native.js';
import { ETHERTYPE, ethernet, macAddress } from '../src/net/ethernet.js';
import { ipv4, rawTransport } from '../src/net/ipv4.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { requireRoot } from './harness/root.js';

requireRoot();
native().unshareNetwork();
if (existsSync('/proc/sys/net/ipv6')) for (const which of ['all', 'default']) writeFileSync(`/proc/sys/net/ipv6/conf/${which}/disable_ipv6`, '1');

const MAC = '02:00:00:00:00:01';
const kernel = realKernel();
const namespace = openNamespace(kernel);
const RULES = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A INPUT -p 253\n-A INPUT -s 10.1.0.9/32 -j DROP\nCOMMIT\n';

function ip(...words: string[]): void {
  const result = spawnSync('ip', words, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ip ${words.join(' ')}: ${result.stderr}`);
}

function link(name: string): Link {
  return kernel.links().find((each) => each.name === name)!;
}

/** Commits the rules in force, or {@link RULES}, by this setting. */
function commit(mode: HookSetting['mode'], fastForward = false): void {
  const store = new KernelStore(kernel, 'ipv4', { hook: { mode, fastForward } });
  const before = store.read();
  store.commit(before.chains.get('INPUT')!.rules.length > 0 ? before : readRuleset(RULES));
}

function told(name: string): InterfaceHook {
  return namespace.hooks()!.interfaces.find((each) => each.name === name)!;
}

/** Packets that the two rules and the policy of INPUT have counted. */
function counted(): readonly bigint[] {
  const chain = new KernelStore(kernel, 'ipv4').read().chains.get('INPUT')!;
  return [...chain.rules.map(({ counters }) => counters.packets), chain.counters.packets];
}

const packet = (source: number): Uint8Array =>
  ethernet(macAddress(MAC), macAddress('02:00:00:00:00:02'), ETHERTYPE.ipv4, ipv4({ src: BigInt(0x0a010000 + source), dst: 0x0a010001n }, rawTransport(253, new Uint8Array(20))));

/** Sends ten packets to be accepted and ten to be dropped to device x0. What was counted for them: both rules, and the policy. */
function judge(): readonly bigint[] {
  const before = counted();
  const socket = native().packetOpen(native().interfaceIndex('y0'), 0);
  for (let i = 0; i < 10; i++) for (const source of [5, 9]) native().packetSend(socket, packet(source));
  native().closeFd(socket);
  native().sleepMilliseconds(50);
  return counted().map((count, i) => count - before[i]!);
}
const ONCE = [20n, 10n, 10n];

for (const words of [
  'link set lo up', `link add x0 address ${MAC} type veth peer name y0`, 'addr add 10.1.0.1/24 dev x0', 'link set x0 arp off up', 'link set y0 arp off up',
  'link add br0 type bridge', 'link add x1 mtu 9000 type veth peer name y1 mtu 9000',
]) ip(...words.split(' '));

t.test('the hook is set, kept by later commits, and taken back', async (t) => {
  commit('tc');
  t.same(link('x0').xdp, NO_XDP);
  t.same(judge(), ONCE, 'at tc');
  commit('xdp');
  t.not(link('x0').xdp.native, 0);
  t.same(judge(), ONCE, 'at XDP');
  const store = new KernelStore(kernel, 'ipv4');
  store.commit(store.read());
  t.same(namespace.hookSetting(), { mode: 'xdp', fastForward: false });
  t.not(link('x0').xdp.native, 0);
  t.same(judge(), ONCE, 'after another commit');
  commit('early-drop');
  t.same(judge(), ONCE, 'early drop');
  commit('xdp-generic', true);
  t.same(namespace.hookSetting(), { mode: 'xdp-generic', fastForward: true });
  t.same(judge(), ONCE, 'native where the driver can');
  commit('tc');
  t.same(kernel.links().map(({ xdp }) => xdp), kernel.links().map(() => NO_XDP));
  t.same(judge(), ONCE, 'back at tc');
});

t.test('drivers that will not are told of in their own words, and judged at tc', async (t) => {
  commit('xdp');
  t.same(told('br0'), { name: 'br0', at: 'tc', why: 'native: Underlying driver does not support XDP in native mode' });
  t.equal(told('x1').at, 'tc');
  t.match(told('x1').why, /^native: .*MTU/);
  t.same(told('lo'), { name: 'lo', at: 'tc', why: 'loopback' });
  commit('xdp-generic');
  t.equal(told('br0').at, 'generic');
  t.not(link('br0').xdp.generic, 0);
  commit('xdp');
  t.same(link('br0').xdp, NO_XDP);
});

t.test("others' programs stay, whatever is set", async (t) => {
  commit('tc');
  const stranger = native().progLoad(6, 0, Buffer.from('b7000000020000009500000000000000', 'hex'), 'MIT', 'stranger');
  const { id } = native().progInfo(stranger);
  for (const mode of ['native', 'generic'] as const) {
    kernel.xdpAttach(link('x0').ifindex, stranger, mode, undefined);
    for (const hook of ['xdp', 'xdp-generic', 'early-drop', 'tc'] as const) {
      commit(hook);
      t.same(link('x0').xdp, { ...NO_XDP, [mode]: id }, `${mode}, ${hook}`);
    }
    commit('xdp');
    t.same(told('x0'), { name: 'x0', at: 'tc', why: `the XDP program ${id} there is not of bpf-iptables` });
    t.same(judge(), ONCE, 'judged at tc');
    kernel.xdpDetach(link('x0').ifindex, mode, stranger);
    t.equal(told('x0').at, 'native', 'ours once the other is gone');
    t.same(judge(), ONCE);
    commit('tc');
  }
  native().closeFd(stranger);
});

t.test('new devices get the program, ports lose it, what is taken off comes back', async (t) => {
  commit('xdp');
  ip('link', 'add', 'x2', 'type', 'veth', 'peer', 'name', 'y2');
  namespace.cover();
  t.equal(link('x2').xdp.native, link('x0').xdp.native);
  ip('link', 'set', 'x2', 'master', 'br0');
  namespace.cover();
  t.same(link('x2').xdp, NO_XDP);
  t.equal(told('x2').at, 'upper');
  ip('link', 'set', 'dev', 'x0', 'xdp', 'off');
  t.same(judge(), ONCE, 'tc judges meanwhile');
  t.equal(told('x0').at, 'native');
  t.same(judge(), ONCE);
});

t.test('detaching leaves nothing', async (t) => {
  namespace.detachAll();
  t.same(kernel.links().map(({ xdp }) => xdp), kernel.links().map(() => NO_XDP));
  t.equal(namespace.hookSetting(), undefined);
});
