/**
 * The kernel room against the running kernel, in a network namespace of its own: what is attached outlives the process that did it,
 * swaps lose and double no packet, counters survive, leftovers are cleared, detaching leaves nothing. Root.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { attachType } from '../src/kernel/catalog.js';
import { SlotOrigins } from '../src/kernel/counters.js';
import { USUAL_HOOK } from '../src/kernel/hook-setting.js';
import { openNamespace } from '../src/kernel/namespace.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { isSystemCallError, native } from '../src/native/native.js';
import { tinyGeneration } from './kernel-tiny-generation.js';

const NEW = { delta: { packets: 0n, bytes: 0n } };
const FLOOD = 100_000;
const KEPT = { from: 0, delta: { packets: 0n, bytes: 0n } };

function ip(...words: string[]): void {
  const result = spawnSync('ip', words, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ip ${words.join(' ')}: ${result.stderr}`);
}

/** In this thread's namespace: commits one tiny generation on top of what is there. */
function commitTiny(verdict: 'accept' | 'drop' = 'accept', text = 'tiny'): bigint {
  const kernel = realKernel();
  const namespace = openNamespace(kernel);
  const before = namespace.readState('ipv4');
  const generation = namespace.nextGeneration('ipv4');
  namespace.commit('ipv4', { hook: USUAL_HOOK, text, generation, basedOn: before?.generation, spec: tinyGeneration(generation, kernel.cpus, verdict), slots: SlotOrigins.of([before ? KEPT : NEW]) });
  return generation;
}

if (process.argv[2] === 'child') {
  // Run as a child in the parent's namespace: commit and end.
  native().setNetworkNamespace(Number(process.argv[3]));
  commitTiny('accept', 'from the child');
  process.exit(0);
}

if (process.argv[2] === 'flood') {
  native().setNetworkNamespace(Number(process.argv[3]));
  const socket = native().packetOpen(native().interfaceIndex('bi-a2-x'), 0);
  const frame = Buffer.concat([Buffer.alloc(12, 0xff), Buffer.from([0x88, 0xb5]), Buffer.alloc(46)]);
  for (let i = 0; i < FLOOD; i++) native().packetSend(socket, frame);
  process.exit(0);
}

native().unshareNetwork();
// Only the frames sent here are to be counted: no router solicitations.
if (existsSync('/proc/sys/net/ipv6')) for (const which of ['all', 'default']) writeFileSync(`/proc/sys/net/ipv6/conf/${which}/disable_ipv6`, '1');
ip('link', 'set', 'lo', 'up');
ip('link', 'add', 'bi-a2-x', 'type', 'veth', 'peer', 'name', 'bi-a2-y');
ip('link', 'set', 'bi-a2-x', 'up');
ip('link', 'set', 'bi-a2-y', 'up');
const namespaceFd = openSync('/proc/thread-self/ns/net', 'r');
const kernel = realKernel();
const namespace = openNamespace(kernel);
const index = (name: string): number => native().interfaceIndex(name);
const attached = (name: string, direction: 'ingress' | 'egress'): readonly number[] => native().progQuery(index(name), attachType(direction)).ids;
const shownPackets = (): bigint => namespace.readState('ipv4')!.counters[0]!.packets;
const frame = Buffer.concat([Buffer.alloc(12, 0xff), Buffer.from([0x88, 0xb5]), Buffer.alloc(46)]);

/** Sends `count` frames out of bi-a2-x: each is counted at its egress and at bi-a2-y's ingress. */
function send(count: number): void {
  const socket = native().packetOpen(index('bi-a2-x'), 0);
  for (let i = 0; i < count; i++) {
    try {
      native().packetSend(socket, frame);
    } catch (error) {
      // What a drop at tc egress tells the sender.
      if (!isSystemCallError(error, 'ENOBUFS')) throw error;
    }
  }
  native().closeFd(socket);
  native().sleepMilliseconds(30);
}

t.test('nothing is loaded at first', async (t) => {
  t.equal(namespace.readState('ipv4'), undefined);
  t.same(namespace.uncovered(), []);
});

t.test('what a process attaches outlives it', async (t) => {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'child', '3'], { stdio: ['ignore', 'inherit', 'inherit', namespaceFd] });
  t.equal(child.status, 0);
  const state = namespace.readState('ipv4');
  t.equal(state?.text, 'from the child');
  t.equal(state?.generation, 2n, 'the first generation is even');
  const before = shownPackets();
  send(100);
  t.equal(shownPackets() - before, 200n, 'each frame counted at egress and at ingress');
  t.same(namespace.uncovered(), []);
});

t.test('commits carry counters and keep a pair of programs in order', async (t) => {
  for (let round = 0; round < 6; round++) {
    const before = shownPackets();
    const generation = commitTiny();
    t.equal(generation, BigInt(3 + round));
    send(10);
    t.equal(shownPackets() - before, 20n, `round ${round}`);
    const order = attached('bi-a2-y', 'ingress').map((id) => {
      const fd = native().progFdById(id);
      const maps = native().progInfo(fd).mapIds.map((mapId) => {
        const mapFd = native().mapFdById(mapId);
        const { name } = native().mapInfo(mapFd);
        native().closeFd(mapFd);
        return name;
      });
      native().closeFd(fd);
      return Number(parseInt(maps.find((name) => name.startsWith('bi_state_'))!.slice('bi_state_'.length), 36));
    });
    t.equal(order.length, 2);
    t.equal(order[0]! % 2, 0, 'even first');
    t.equal(Math.max(...order), Number(generation));
  }
});

t.test('swaps under a flood lose no packet and count none twice', async (t) => {
  const before = shownPackets();
  const flood = spawn(process.execPath, [fileURLToPath(import.meta.url), 'flood', '3'], { stdio: ['ignore', 'inherit', 'inherit', namespaceFd] });
  const ended = once(flood, 'exit');
  let commits = 0;
  while (flood.exitCode === null && commits < 500) {
    commitTiny();
    commits++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.same(await ended, [0, null]);
  native().sleepMilliseconds(30);
  t.comment(`${commits} swaps`);
  t.ok(commits > 3, 'swapped meanwhile');
  t.equal(shownPackets() - before, 2n * BigInt(FLOOD));
});

t.test('zeroing subtracts what was shown', async (t) => {
  const before = namespace.readState('ipv4')!;
  const generation = namespace.nextGeneration('ipv4');
  const { packets, bytes } = before.counters[0]!;
  namespace.commit('ipv4', { hook: USUAL_HOOK, text: 'z', generation, basedOn: before.generation, spec: tinyGeneration(generation, kernel.cpus), slots: SlotOrigins.of([{ from: 0, delta: { packets: -packets, bytes: -bytes } }]) });
  t.same(namespace.readState('ipv4')!.counters, [{ packets: 0n, bytes: 0n }]);
  send(5);
  t.equal(shownPackets(), 10n);
});

t.test('a refused program leaves everything as it was', async (t) => {
  const before = namespace.readState('ipv4')!;
  const generation = namespace.nextGeneration('ipv4');
  const good = tinyGeneration(generation, kernel.cpus);
  const bad = { ...good, progs: good.progs.map((prog) => ({ ...prog, insns: prog.insns.slice(0, 32), relocations: [], origins: [{ insn: 0, text: '-A INPUT -j BROKEN' }] })) };
  t.throws(() => namespace.commit('ipv4', { hook: USUAL_HOOK, text: 'bad', generation, basedOn: before.generation, spec: bad, slots: SlotOrigins.of([KEPT]) }), /refused program/);
  t.equal(namespace.readState('ipv4')!.text, 'z');
  t.equal(namespace.nextGeneration('ipv4'), generation);
});

t.test('a commit based on another ruleset is refused', async (t) => {
  const generation = namespace.nextGeneration('ipv4');
  t.throws(() => namespace.commit('ipv4', { hook: USUAL_HOOK, text: 'late', generation, basedOn: 2n, spec: tinyGeneration(generation, kernel.cpus), slots: SlotOrigins.of([KEPT]) }), /changed meanwhile/);
});

t.test('new interfaces are reported, covered, and links going down and up stay covered', async (t) => {
  ip('link', 'add', 'bi-a2-n', 'type', 'veth', 'peer', 'name', 'bi-a2-m');
  t.same(namespace.uncovered().sort(), ['bi-a2-m', 'bi-a2-n']);
  t.same(namespace.cover().sort(), ['bi-a2-m', 'bi-a2-n']);
  t.same(namespace.uncovered(), []);
  ip('link', 'set', 'bi-a2-n', 'down');
  ip('link', 'set', 'bi-a2-n', 'up');
  ip('link', 'set', 'bi-a2-n', 'down');
  ip('link', 'set', 'bi-a2-n', 'name', 'bi-a2-k');
  t.same(namespace.uncovered(), []);
});

t.test('ports of a bridge are not covered, the bridge is', async (t) => {
  ip('link', 'add', 'bi-a2-br', 'type', 'bridge');
  ip('link', 'set', 'bi-a2-m', 'master', 'bi-a2-br');
  t.same(namespace.cover(), ['bi-a2-br']);
  t.same(attached('bi-a2-m', 'ingress'), []);
  t.equal(attached('bi-a2-br', 'egress').length, 2);
  ip('link', 'set', 'bi-a2-m', 'nomaster');
  t.same(namespace.uncovered(), ['bi-a2-m']);
  commitTiny();
  t.same(namespace.uncovered(), []);
});

t.test('programs of others keep their place', async (t) => {
  const insns = Buffer.from('b7000000ffffffff9500000000000000', 'hex');
  const other = native().progLoad(3, 0, insns, 'MIT', 'stranger');
  const id = native().progInfo(other).id;
  native().progAttach(other, index('bi-a2-x'), attachType('ingress'), 0, 0, 0n);
  commitTiny();
  commitTiny();
  t.equal(attached('bi-a2-x', 'ingress').at(-1), id);
  t.equal(attached('bi-a2-x', 'ingress').length, 3);
  namespace.detachAll();
  t.same(attached('bi-a2-x', 'ingress'), [id]);
  t.equal(namespace.readState('ipv4'), undefined);
  for (const name of ['lo', 'bi-a2-y', 'bi-a2-k']) t.same([...attached(name, 'ingress'), ...attached(name, 'egress')], []);
  native().progDetach(other, index('bi-a2-x'), attachType('ingress'));
  native().closeFd(other);
});

t.test('dropping drops', async (t) => {
  commitTiny('drop');
  const receiver = native().packetOpen(index('bi-a2-y'), 0x88b5);
  send(20);
  let arrived = 0;
  while (native().packetReceive(receiver)) arrived++;
  t.equal(arrived, 0);
  t.equal(shownPackets(), 20n, 'counted once, at egress');
  native().closeFd(receiver);
});
