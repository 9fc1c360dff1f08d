/** What outlives the process that loaded the rules, and what a kill at any instant leaves behind. */
import t from 'tap';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { attachedMap, usersOfMap } from './harness/bpf-objects.js';
import { exec, execOk, inNamespace } from './harness/exec.js';
import { bpfIptables, readCounters, restore, runCommand } from './harness/firewall.js';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { insideNamespace, openWire } from './harness/open-wire.js';
import { wireBytes } from './harness/packet.js';
import { requireRoot } from './harness/root.js';
import { createSide, removeSide, type Side } from './harness/side.js';
import { worldOf } from './harness/world.js';
import { arrives, CLIENT, DUT0, udpTo } from './cases/packets.js';
import { Random } from '../src/property/random.js';
import type { Wire } from './harness/wire.js';

requireRoot();
sweepDeadNamespaces();

const FIREWALL = bpfIptables();
const WORLD = worldOf(['eth0', 'eth1']);
const UPDATES = Number(process.env['LIFECYCLE_UPDATES'] ?? 300);
const ROOT_MAP = 'bis_root';
const LOCK = `/run/bic-${process.pid}.lock`;

/** One router with bpf-iptables, a socket that sends to it and one that receives what it accepts for itself. */
function router(label: string): { side: Side; wire: Wire } {
  const side = createSide(label, WORLD);
  const wire = openWire([
    { kind: 'device', namespace: side.client, device: 'eth0' },
    { kind: 'local-receive', namespace: side.dut, protocol: 17 },
  ]);
  return { side, wire };
}

/** Sends `n` datagrams to the router's `port` and returns how many it accepted. */
async function accepted(wire: Wire, port: number, n: number): Promise<number> {
  wire.send(Array.from({ length: n }, () => ({ endpoint: 0, bytes: wireBytes(WORLD, arrives('eth0', udpTo(CLIENT, DUT0, port))) })));
  return (await wire.drain()).filter((each) => each.endpoint === 1).length;
}

t.test('rules outlive the process and the mount namespace that loaded them', { timeout: 120_000 }, async (t) => {
  const { side, wire } = router('mnt');
  t.teardown(() => {
    wire.close();
    removeSide(side);
  });
  const rules = '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 9 -j ACCEPT\nCOMMIT\n';
  // A mount namespace of its own, with a bpffs that nobody else sees, gone with its last process.
  const [command = '', ...args] = inNamespace(side.dut, FIREWALL.restore);
  execOk(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'mount -t bpf bpf /sys/fs/bpf && "$@"', 'sh', command, ...args], { input: rules, env: { XTABLES_LOCKFILE: LOCK } });
  t.equal(await accepted(wire, 9, 20), 20, 'what is accepted still is');
  t.equal(await accepted(wire, 10, 20), 0, 'what is dropped still is');
  const lines = readCounters(FIREWALL, side.dut);
  t.same(lines.map((line) => [line.text, line.count.packets]), [
    ['-A INPUT -p udp -m udp --dport 9 -j ACCEPT', 20n],
    [':INPUT DROP', 20n],
    [':FORWARD DROP', 0n],
    [':OUTPUT ACCEPT', 20n],
  ], 'a caller in another mount namespace sees them, counted');
  t.equal(runCommand(FIREWALL, side.dut, ['-D', 'INPUT', '1']).status, 0, 'and can change them');
  t.equal(await accepted(wire, 9, 20), 0, 'with effect');
});

type Verdict = 'ACCEPT' | 'DROP';

/** What `-S` prints with rule 2 as given. */
function listing(verdict: Verdict): string {
  return ['-P INPUT DROP', '-P FORWARD ACCEPT', '-P OUTPUT ACCEPT', '-A INPUT -p udp', `-A INPUT -p udp -m udp --dport 9 -j ${verdict}`, '-A INPUT -p udp', ''].join('\n');
}

/** Lets a started command run for `milliseconds` (or to its end) while packets flow, then kills it. Returns packets sent. */
async function underTraffic(child: ChildProcess, milliseconds: number, wire: Wire, frame: Uint8Array): Promise<number> {
  let sent = 0;
  let ended = false;
  const end = once(child, 'exit').then(() => (ended = true));
  const start = performance.now();
  while (!ended && performance.now() - start < milliseconds) {
    wire.send([{ endpoint: 0, bytes: frame }, { endpoint: 0, bytes: frame }]);
    sent += 2;
    await turn();
  }
  child.kill('SIGKILL');
  await end;
  return sent;
}

/** Milliseconds until a kill: any time in an update's life, two in three in its last half, where the switch is. */
function killAfter(random: Random, longest: number): number {
  return random.chance(0.67) ? longest * (0.5 + random.below(700) / 1000) : random.below(Math.ceil(longest));
}

for (const [hook, updates] of [['tc', UPDATES], ['xdp', UPDATES / 3]] as const) t.test(`${updates} updates at ${hook} killed at random instants under traffic`, { timeout: 900_000 }, async (t) => {
  const { side, wire } = router(`kill-${hook}`);
  const random = new Random('lifecycle');
  const frame = wireBytes(WORLD, arrives('eth0', udpTo(CLIENT, DUT0, 9)));
  const start = (args: readonly string[]): ChildProcess => {
    const [file = '', ...rest] = inNamespace(side.dut, [...FIREWALL.command, ...args]);
    return spawn(file, rest, { stdio: 'ignore', env: { ...process.env, XTABLES_LOCKFILE: LOCK } });
  };
  restore(FIREWALL, side.dut, '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p udp\n-A INPUT -p udp -m udp --dport 9 -j DROP\n-A INPUT -p udp\nCOMMIT\n');
  t.equal(runCommand(FIREWALL, side.dut, ['hook', hook]).status, 0, 'the hook is set, and stays');
  const replace = (verdict: string): string[] => ['-R', 'INPUT', '2', '-p', 'udp', '--dport', '9', '-j', verdict];

  // Two whole updates: how long one takes, and the objects that a settled pair of generations needs.
  let sent = 0;
  let longest = 0;
  for (const verdict of ['ACCEPT', 'DROP']) {
    const before = performance.now();
    sent += await underTraffic(start(replace(verdict)), 60_000, wire, frame);
    longest = Math.max(longest, performance.now() - before);
  }
  await wire.drain();
  const rootMap = insideNamespace(side.dut, () => attachedMap('lo', ROOT_MAP));
  const settled = usersOfMap(rootMap);

  let now: Verdict = 'DROP';
  const outcomes = { old: 0, new: 0, neither: 0, refused: 0 };
  const acceptedWhile = { drop: 0 };
  for (let update = 0; update < updates; update += 1) {
    const next: Verdict = now === 'DROP' ? 'ACCEPT' : 'DROP';
    sent += await underTraffic(start(replace(next)), killAfter(random, longest), wire, frame);
    const { status, stdout } = exec([...FIREWALL.command, '-S'], { namespace: side.dut, env: { XTABLES_LOCKFILE: LOCK } });
    if (status !== 0) outcomes.refused += 1;
    else if (stdout === listing(now)) outcomes.old += 1;
    else if (stdout === listing(next)) {
      outcomes.new += 1;
      now = next;
    } else {
      outcomes.neither += 1;
      t.fail(`update ${update} left neither ruleset:\n${stdout}`);
    }
    await wire.drain();
    const through = await accepted(wire, 9, 4);
    sent += 4;
    if (through !== (now === 'ACCEPT' ? 4 : 0)) acceptedWhile.drop += 1;
  }
  t.comment(`outcomes: ${JSON.stringify(outcomes)}; ${sent} packets; an update takes up to ${Math.round(longest)} ms`);
  t.equal(outcomes.neither + outcomes.refused, 0, 'each time exactly the old or the new ruleset is listed');
  t.ok(outcomes.old > 0 && outcomes.new > 0, 'kills fell before and after the switch');
  t.equal(acceptedWhile.drop, 0, 'what is listed is what is enforced');
  const lines = readCounters(FIREWALL, side.dut);
  t.equal(lines[0]?.count.packets, BigInt(sent), 'every packet was judged exactly once: the first rule counted each, through all updates');
  t.equal(lines[2]?.count.packets, 0n, 'no packet fell between the two rulesets: none passed rule 2 unjudged');
  // What a killed update left is passive; a whole one clears it.
  sent += await underTraffic(start(replace(now === 'DROP' ? 'ACCEPT' : 'DROP')), 60_000, wire, frame);
  await wire.drain();
  const after = usersOfMap(rootMap);
  t.equal(after.programs.length, settled.programs.length, 'no program is left over');
  t.equal(after.maps.length, settled.maps.length, 'no map is left over');
  wire.close();
  removeSide(side);
  for (let wait = 0; wait < 50 && usersOfMap(rootMap).programs.length > 0; wait += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(usersOfMap(rootMap).programs.length, 0, 'with the namespace everything goes');
});
