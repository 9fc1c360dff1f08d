/**
 * Answers of the route lookup are given again (bpf/route_cache.h): each routing change must end that at once, whether the mirrors have
 * been refreshed since or not. The kernel's own lookup is the judge. Programs at tc and XDP under BPF_PROG_TEST_RUN. Root.
 */
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { plan } from '../src/cli/compile.js';
import { loadLibrary } from '../src/link/library.js';
import { lowerRuleset } from '../src/lower/lower.js';
import { ETHERTYPE, ethernet } from '../src/net/ethernet.js';
import { ipv4 } from '../src/net/ipv4.js';
import { ipv4Address } from '../src/net/ipv4-address.js';
import { udp } from '../src/net/udp.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { slotNames } from '../src/property/slots.js';
import { saveRule } from '../src/ruleset/print/rule-save.js';
import { exec, execOk } from './harness/exec.js';
import { requireRoot } from './harness/root.js';
import { HookPrograms } from './hooks/programs.js';
import { PEER, skbContext, xdpContext } from './hooks/visits.js';
import { HookWorld } from './hooks/world.js';

requireRoot();
t.setTimeout(120_000);

const [NEAR, FAR] = ['eth0', 'enp0s31f6'] as const;
const [SOURCE, DESTINATION] = ['10.200.1.9', '45.1.2.3'] as const;
const RULES = ['*filter', '-A INPUT', `-A FORWARD -o ${NEAR}`, `-A FORWARD -o ${FAR}`, 'COMMIT', ''].join('\n');
const LABELS = new Map([['INPUT 0', 'INPUT'], ['FORWARD 0', NEAR], ['FORWARD 1', FAR]]);

const world = new HookWorld();
const ruleset = readRuleset(RULES);
const names = slotNames(lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none')));
const programs = new HookPrograms(plan(ruleset), loadLibrary());
t.teardown(() => programs.close());

const packet = (size: number): Uint8Array => ipv4({ src: ipv4Address(SOURCE), dst: ipv4Address(DESTINATION), dontFragment: true }, udp({ sport: 1, dport: 2 }, new Uint8Array(size)));

/** Where the programs of both hooks see the packet go: `INPUT`, the device forwarded to, or `none`. */
function seen(l3 = packet(12)): string {
  const device = world.device(FAR);
  const data = ethernet(device.mac, PEER, ETHERTYPE.ipv4, l3);
  const places = (['tc-ingress', 'xdp'] as const).map((hook) => {
    const context = hook === 'xdp' ? xdpContext(data.length, device.ifindex) : skbContext(0, device.ifindex);
    const { moved } = programs.run(hook, data, context);
    return [...moved.keys()].flatMap((slot) => LABELS.get(names[slot]!) ?? []).join() || 'none';
  });
  return [...new Set(places)].join(' at tc, at XDP ');
}

/** What the kernel's lookup says of it. */
function kernels(): string {
  const { status, stdout } = exec(['ip', 'route', 'get', DESTINATION, 'from', SOURCE, 'iif', FAR]);
  if (status !== 0) return 'none';
  return /^local /.test(stdout) ? 'INPUT' : (/\bdev (\S+)/.exec(stdout)?.[1] ?? 'none');
}

const sysctl = (path: string, value: string) => (): void => writeFileSync(`/proc/sys/net/ipv4/${path}`, value);
const ip = (...lines: string[]) => (): void => void execOk(['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });

/** What is not forwarded is judged as local delivery while the mirrors are behind. */
const IN_DOUBT = 'INPUT';

/** The change, and where the packet goes after it. */
const CHANGES: readonly (readonly [string, () => void, string])[] = [
  ['a route of its own', ip(`route add ${DESTINATION} via 10.200.1.2`), FAR],
  ['a blackhole in its place', ip(`route replace blackhole ${DESTINATION}`), 'none'],
  ['that deleted', ip(`route del blackhole ${DESTINATION}`), NEAR],
  ['the address made our own', ip(`addr add ${DESTINATION}/32 dev lo`), 'INPUT'],
  ['and given up', ip(`addr del ${DESTINATION}/32 dev lo`), NEAR],
  ['forwarding off', sysctl('ip_forward', '0'), 'none'],
  ['forwarding on', sysctl('ip_forward', '1'), NEAR],
  ['forwarding off on the device', sysctl(`conf/${FAR}/forwarding`, '0'), 'none'],
  ['forwarding on on the device', sysctl(`conf/${FAR}/forwarding`, '1'), NEAR],
  ['the way out down', ip(`link set ${NEAR} down`), FAR],
  ['up again', ip(`link set ${NEAR} up`, 'route add 45.0.0.0/8 via 10.200.0.2'), NEAR],
  ['dead ways ignored', sysctl(`conf/${NEAR}/ignore_routes_with_linkdown`, '1'), NEAR],
  ['the far end down', ip('link set peer0 down'), FAR],
  ['the far end up', ip('link set peer0 up'), NEAR],
  ['a nexthop object', ip('nexthop add id 7 via 10.200.1.2 dev enp0s31f6', `route add ${DESTINATION} nhid 7`), FAR],
  ['changed', ip('nexthop replace id 7 via 10.200.0.2 dev eth0'), NEAR],
  ['deleted, its route with it', ip('nexthop replace id 7 via 10.200.1.2 dev enp0s31f6', 'nexthop del id 7'), NEAR],
  ['the network made local', ip('route add local 45.1.0.0/16 dev lo'), 'INPUT'],
  ['and given up', ip('route del local 45.1.0.0/16 dev lo'), NEAR],
  ['a rule', ip(`route add default via 10.200.1.2 table 99`, `rule add from ${SOURCE} table 99`), FAR],
  ['the rule deleted', ip(`rule del from ${SOURCE} table 99`), NEAR],
];

t.test('every change counts at once', async (t) => {
  programs.refresh();
  for (const [note, change, expected] of CHANGES) {
    seen();
    seen();
    change();
    // A carrier comes and goes by a work queue: the kernel's lookup says when. At most 200 questions of some ms each.
    for (let question = 0; question < 200 && kernels() !== expected; question += 1);
    const behind = seen();
    t.ok(behind === expected || (expected === 'none' && behind === IN_DOUBT), `${note}: ${behind} while the mirrors are behind`);
    t.equal(kernels(), expected, `${note}: so says the kernel`);
    programs.refresh();
    t.equal(seen(), expected, `${note}: mirrors fresh`);
    t.equal(seen(), expected, `${note}: once more`);
  }
});

t.test('the MTU of the way out', async (t) => {
  ip(`link set ${NEAR} mtu 1500`)();
  programs.refresh();
  t.same([seen(packet(1400)), seen(packet(1400))], [NEAR, NEAR]);
  ip(`link set ${NEAR} mtu 1000`)();
  t.same([seen(packet(1400)), seen(packet(12)), seen(packet(1400))], ['none', NEAR, 'none'], 'mirrors behind');
  programs.refresh();
  t.same([seen(packet(1400)), seen(packet(12)), seen(packet(1400))], ['none', NEAR, 'none'], 'mirrors fresh');
  ip(`link set ${NEAR} mtu 1500`)();
  t.equal(seen(packet(1400)), NEAR);
});

t.test('an answer is for its packets only', async (t) => {
  ip(`route add ${DESTINATION} tos 0x10 via 10.200.1.2`)();
  programs.refresh();
  const marked = packet(12);
  const other = ipv4({ src: ipv4Address(SOURCE), dst: ipv4Address(DESTINATION), tos: 0x10 }, udp({ sport: 1, dport: 2 }, new Uint8Array(12)));
  t.same([seen(marked), seen(other), seen(marked), seen(other)], [NEAR, FAR, NEAR, FAR], 'by TOS');
});

t.test('ways that depend on ports', async (t) => {
  ip('route replace 45.0.0.0/8 nexthop via 10.200.0.2 nexthop via 10.200.1.2', `route del ${DESTINATION} tos 0x10`)();
  sysctl('fib_multipath_hash_policy', '1')();
  programs.refresh();
  const ways = Array.from({ length: 32 }, (_, port) => seen(ipv4({ src: ipv4Address(SOURCE), dst: ipv4Address(DESTINATION) }, udp({ sport: port + 1, dport: 2 }, new Uint8Array(12)))));
  t.same([...new Set(ways)].sort(), [NEAR, FAR].sort(), 'both are taken');
});
