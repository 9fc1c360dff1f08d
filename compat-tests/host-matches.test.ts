/**
 * Matches about what the host knows of a packet: real iptables and this program in one namespace, the same rules in both, packets of real users, cgroups, sockets,
 * routes, device groups and bridges. Every rule must count the same. Root.
 */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import t, { type Test } from 'tap';
import { cgroupMount } from '../src/net/cgroup-path.js';
import { parseSaved } from './harness/counters.js';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables, LEGACY, restore, type Firewall } from './harness/firewall.js';
import { createNamespace, ipBatch, removeNamespace } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
t.setTimeout(600_000);

const own = bpfIptables();
const DUT = '10.200.0.1';
const PEER = '10.200.0.2';

interface Net {
  readonly dut: string;
  readonly peer: string;
}

let made = 0;

/** A host with one device to a peer that answers. */
function net(t: Test): Net {
  made += 1;
  const [dut, peer] = [createNamespace(`host${made}`), createNamespace(`hostpeer${made}`)];
  t.teardown(() => [dut, peer].forEach(removeNamespace));
  ipBatch(dut, [`link add h0 type veth peer name p0 netns ${peer}`, `addr add ${DUT}/24 brd + dev h0`, 'link set h0 up']);
  ipBatch(peer, [`addr add ${PEER}/24 brd + dev p0`, 'link set p0 up']);
  execOk(['ping', '-c', '1', '-W', '2', PEER], { namespace: dut });
  return { dut, peer };
}

/** The rules in both firewalls. The real one first: the other tells of its rules. */
function load(namespace: string, rules: readonly string[]): void {
  const text = ['*filter', ...rules, 'COMMIT', ''].join('\n');
  for (const firewall of [LEGACY, own]) restore(firewall, namespace, text);
}

/** The firewalls' commands for IPv6. */
const six = ({ name, command, save, restore: load }: Firewall): Firewall => {
  const words = (argv: readonly string[]): readonly string[] => argv.map((word) => word.replace(/(^|bpf-)iptables/, '$1ip6tables'));
  return { name: `${name}, IPv6`, command: words(command), save: words(save), restore: words(load) };
};
const SIX = [LEGACY, own].map(six) as [Firewall, Firewall];

function load6(namespace: string, rules: readonly string[]): void {
  for (const firewall of SIX) restore(firewall, namespace, ['*filter', ...rules, 'COMMIT', ''].join('\n'));
}

const counted = (firewall: Firewall, namespace: string): readonly string[] =>
  parseSaved(execOk([...firewall.save, '-c', '-t', 'filter'], { namespace })).filter(({ position }) => position !== 'policy').map(({ text, count }) => `${text}: ${count.packets}`);

/** Both say the same. @param least rules that must have counted something */
function same(t: Test, namespace: string, least: number, [legacy, ours]: readonly [Firewall, Firewall] = [LEGACY, own]): void {
  const [expected, found] = [counted(legacy, namespace), counted(ours, namespace)];
  t.same(found, expected, 'the same counts');
  const hit = expected.filter((line) => !line.endsWith(': 0')).length;
  t.ok(hit >= least, `${hit} rules have counted`);
}

/** A program that sends `count` datagrams. */
function sender(count: number, port: number, to: string): string {
  return `const s = require('dgram').createSocket('udp4'); let left = ${count};
    s.bind(0, () => { s.setBroadcast(true); for (let i = 0; i < ${count}; i++) s.send('x', ${port}, '${to}', () => { if (--left === 0) s.close(); }); });`;
}

interface Who {
  readonly uid: number;
  readonly gid: number;
  readonly groups?: readonly number[];
}

/** Sends as somebody, from a cgroup where asked. */
function send(namespace: string, count: number, who: Who = { uid: 0, gid: 0 }, { port = 7, to = '127.0.0.1', cgroup }: { port?: number; to?: string; cgroup?: string } = {}): void {
  const groups = who.groups === undefined ? ['--clear-groups'] : ['--groups', who.groups.join(',')];
  const argv = ['setpriv', '--reuid', String(who.uid), '--regid', String(who.gid), ...groups, process.execPath, '-e', sender(count, port, to)];
  const enter = cgroup === undefined ? [] : ['sh', '-c', `echo $$ > ${cgroup}/cgroup.procs && exec "$@"`, 'sh'];
  execOk([...enter, ...argv], { namespace });
}

t.test('owner', (t: Test) => {
  const { dut, peer } = net(t);
  const options = [
    '--uid-owner 0', '! --uid-owner 0', '--uid-owner 1000-2000', '! --uid-owner 1000-2000', '--uid-owner 1234', '--gid-owner 77', '! --gid-owner 77', '--gid-owner 70-80 --suppl-groups',
    '! --gid-owner 70-80 --suppl-groups', '--gid-owner 5 --suppl-groups', '--gid-owner 6 --suppl-groups', '--gid-owner 90-99 --suppl-groups', '--gid-owner 0-4 --suppl-groups', '--gid-owner 100-4294967294 --suppl-groups',
    '--socket-exists', '! --socket-exists', '--socket-exists --uid-owner 0', '! --socket-exists ! --uid-owner 0', '--uid-owner 1234 --gid-owner 1234', '--uid-owner 1234 ! --gid-owner 77',
  ];
  load(dut, options.map((option) => `-A OUTPUT -m owner ${option}`));
  send(dut, 1);
  send(dut, 2, { uid: 1234, gid: 1234, groups: [5, 77, 1234] });
  send(dut, 3, { uid: 1234, gid: 77 });
  send(dut, 5, { uid: 1999, gid: 6, groups: [1, 2, 3, 4, 90, 95, 99, 100, 5000] });
  send(dut, 7, { uid: 2001, gid: 0 });
  // The kernel's own: echo replies, resets, port unreachable, and the SYN ACK of a listening socket.
  execOk(['ping', '-c', '2', '-i', '0.1', DUT], { namespace: peer });
  exec([process.execPath, '-e', `require('net').connect(9, '${DUT}').on('error', () => undefined)`], { namespace: peer });
  send(peer, 2, { uid: 0, gid: 0 }, { to: DUT, port: 9 });
  const talk = `const n = require('net'); const s = n.createServer((c) => c.end('x')).listen(4000, '127.0.0.1', () => { const c = n.connect(4000, '127.0.0.1'); c.resume(); c.on('close', () => s.close()); });`;
  execOk(['setpriv', '--reuid', '1234', '--regid', '77', '--clear-groups', process.execPath, '-e', talk], { namespace: dut });
  same(t, dut, 18);
  t.end();
});

t.test('cgroup', (t: Test) => {
  const { dut, peer } = net(t);
  const mount = cgroupMount(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (mount === undefined) return t.end();
  const [outer, inner] = [`${mount}/bic-${process.pid}`, `${mount}/bic-${process.pid}/in`];
  [outer, inner].forEach((folder) => mkdirSync(folder));
  t.teardown(() => [inner, outer].forEach((folder) => rmdirSync(folder)));
  const name = outer.slice(mount.length + 1);
  const options = ['--path /', `--path ${name}`, `! --path ${name}`, `--path /${name}/in`, `! --path ${name}/in/`, '--path ""', '--cgroup 0', '! --cgroup 0', '--cgroup 5'];
  load(dut, options.map((option) => `-A OUTPUT -m cgroup ${option}`));
  send(dut, 1);
  send(dut, 2, undefined, { cgroup: outer });
  send(dut, 3, undefined, { cgroup: inner });
  execOk(['ping', '-c', '1', DUT], { namespace: peer });
  same(t, dut, 7);
  for (const firewall of [LEGACY, own]) {
    const refused = exec([...firewall.command, '-A', 'OUTPUT', '-m', 'cgroup', '--path', `${name}/none`], { namespace: dut });
    t.equal(refused.status, 1, `${firewall.name} refuses a path that is not there`);
    t.match(refused.stderr, /Invalid argument/);
  }
  t.end();
});

t.test('what the host knows of a packet', (t: Test) => {
  const { dut, peer } = net(t);
  ipBatch(dut, ['link set h0 group 6', `route replace ${PEER}/32 dev h0 realm 3/5`, 'route replace 10.200.0.9/32 via 10.200.0.2 realm 7']);
  load(dut, [
    ...['5', '! --realm 5', '0x30005', '0x5/0xffff', '0x30000/0xffff0000', '7', 'cosmos', '6/5'].map((option) => `-A OUTPUT -m realm ${option.startsWith('!') ? option : `--realm ${option}`}`),
    ...['INPUT', 'OUTPUT'].flatMap((chain) => ['unicast', 'broadcast', 'multicast', 'otherhost'].flatMap((type) => [`-A ${chain} -m pkttype --pkt-type ${type}`, `-A ${chain} -m pkttype ! --pkt-type ${type}`])),
    ...['6', '0x2/0x2', '0x7/0x6', 'default'].flatMap((group) => [`-A INPUT -m devgroup --src-group ${group}`, `-A OUTPUT -m devgroup ! --dst-group ${group}`]),
    ...['INPUT', 'OUTPUT'].flatMap((chain) => [0, 1, 2, 3].map((cpu) => `-A ${chain} -m cpu --cpu ${cpu}`)),
    '-A INPUT -m policy --dir in --pol none', '-A INPUT -m policy --dir in --pol ipsec', '-A OUTPUT -m policy --dir out --pol none',
  ]);
  send(dut, 1);
  send(dut, 2, undefined, { to: PEER });
  send(dut, 3, undefined, { to: '10.200.0.9' });
  send(dut, 2, undefined, { to: '10.200.0.255' });
  execOk(['ping', '-c', '2', '-i', '0.1', DUT], { namespace: peer });
  send(peer, 3, undefined, { to: '10.200.0.255' });
  ipBatch(peer, ['route add 224.0.0.0/4 dev p0']);
  ipBatch(dut, ['route add 224.0.0.0/4 dev h0']);
  send(peer, 1, undefined, { to: '224.0.0.1' });
  send(dut, 1, undefined, { to: '224.0.0.1' });
  same(t, dut, 25);
  t.end();
});

t.test('devgroup of the way out in FORWARD', (t: Test) => {
  const { dut, peer } = net(t);
  const far = createNamespace(`hostfar${made}`);
  t.teardown(() => removeNamespace(far));
  ipBatch(dut, [`link add h1 type veth peer name f0 netns ${far}`, 'addr add 10.200.1.1/24 dev h1', 'link set h1 up', 'link set h1 group 9', 'link set h0 group 6']);
  ipBatch(far, ['addr add 10.200.1.2/24 dev f0', 'link set f0 up', `route add default via 10.200.1.1`]);
  ipBatch(peer, [`route add default via ${DUT}`]);
  execOk(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'], { namespace: dut });
  load(dut, ['--src-group 6', '--dst-group 9', '--src-group 6 --dst-group 9', '! --src-group 6', '! --dst-group 9', '--src-group 9 --dst-group 6'].map((option) => `-A FORWARD -m devgroup ${option}`));
  execOk(['ping', '-c', '2', '-i', '0.1', '10.200.1.2'], { namespace: peer });
  same(t, dut, 6);
  t.end();
});

t.test('socket', (t: Test) => {
  const { dut, peer } = net(t);
  const heads = ['', '-p tcp ', '-p udp ', '-p icmp '];
  load(dut, heads.flatMap((head) => ['', '--nowildcard', '--transparent', '--nowildcard --transparent'].map((option) => `-A INPUT ${head}-m socket ${option}`.trim())));
  const talk = `const n = require('net'), d = require('dgram'); let open = 0;
    const serve = (port, at) => { open++; const s = n.createServer((c) => c.end('x')).listen(port, at, () => { const c = n.connect(port, '127.0.0.1'); c.resume(); c.on('close', () => s.close()); }); };
    serve(4000, '127.0.0.1'); serve(4001, '0.0.0.0');
    n.connect(4002, '127.0.0.1').on('error', () => undefined);
    const u = d.createSocket('udp4'); u.bind(4100, '127.0.0.1', () => { const c = d.createSocket('udp4'); c.send('x', 4100, '127.0.0.1'); c.send('x', 4101, '127.0.0.1'); });
    const e = d.createSocket('udp4'); e.connect(9, '${PEER}', () => e.send('x')); e.on('error', () => undefined);
    const w = d.createSocket('udp4'); w.bind(4200, () => w.send('x', 9, '${PEER}'));
    setTimeout(() => process.exit(0), 800);`;
  execOk([process.execPath, '-e', talk], { namespace: dut });
  exec([process.execPath, '-e', `require('net').connect(4003, '${DUT}').on('error', () => undefined)`], { namespace: peer });
  execOk(['ping', '-c', '1', DUT], { namespace: peer });
  same(t, dut, 8);
  t.end();
});

t.test('physdev', (t: Test) => {
  const { dut, peer } = net(t);
  const [host, far] = [createNamespace(`hostbridged${made}`), createNamespace(`hostbeyond${made}`)];
  t.teardown(() => [host, far].forEach(removeNamespace));
  ipBatch(dut, [
    `link add port1 type veth peer name b0 netns ${host}`, 'link add br0 type bridge', 'link set port1 master br0', 'link set port1 up', 'addr add 10.201.0.1/24 dev br0', 'link set br0 up',
  ]);
  ipBatch(host, ['addr add 10.201.0.2/24 dev b0', 'link set b0 up', 'route add default via 10.201.0.1']);
  ipBatch(peer, [`route add default via ${DUT}`]);
  execOk(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'], { namespace: dut });
  const options = ['--physdev-in port1', '! --physdev-in port1', '--physdev-in port+', '--physdev-in port', '--physdev-in port2', '! --physdev-in port2', '--physdev-is-in', '! --physdev-is-in', '! --physdev-is-bridged', '! --physdev-out port1', '! --physdev-is-out'];
  const legal = (chain: string): readonly string[] => options.filter((option) => chain !== 'OUTPUT' || !option.includes('out')).map((option) => `-A ${chain} -m physdev ${option}`);
  load(dut, [...['INPUT', 'FORWARD', 'OUTPUT'].flatMap(legal), '-A INPUT -m physdev --physdev-is-bridged', '-A INPUT -m physdev --physdev-is-out']);
  for (const noted of ['0', '1']) {
    execOk(['sh', '-c', `echo ${noted} > /proc/sys/net/bridge/bridge-nf-call-iptables`], { namespace: dut });
    execOk(['ping', '-c', '2', '-i', '0.1', '10.201.0.1'], { namespace: host });
    execOk(['ping', '-c', '3', '-i', '0.1', PEER], { namespace: host });
    execOk(['ping', '-c', '1', '10.201.0.1'], { namespace: peer });
  }
  same(t, dut, 20);
  t.end();
});

t.test('time', (t: Test) => {
  const { dut } = net(t);
  const now = new Date();
  const day = (offset: number): string => new Date(now.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  const clock = (minutes: number): string => new Date(now.getTime() + minutes * 60_000).toISOString().slice(11, 16);
  load(dut, [
    ...['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].flatMap((name) => [`--weekdays ${name}`, `! --weekdays ${name} --kerneltz`]),
    `--monthdays ${now.getUTCDate()}`, `! --monthdays ${now.getUTCDate()}`, `--datestart ${day(-1)} --datestop ${day(1)}`, `--datestart ${day(1)}`, `--datestop ${day(-1)}`,
    `--timestart ${clock(-5)} --timestop ${clock(5)}`, `--timestart ${clock(5)} --timestop ${clock(-5)}`, `--timestart ${clock(-5)} --timestop ${clock(5)} --kerneltz`,
  ].map((option) => `-A OUTPUT -m time ${option}`));
  send(dut, 3);
  same(t, dut, 10);
  t.end();
});

t.test('IPv6', (t: Test) => {
  const { dut, peer } = net(t);
  for (const namespace of [dut, peer]) execOk(['sh', '-c', 'for f in all default lo; do echo 0 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done'], { namespace });
  ipBatch(dut, ['link set lo down', 'link set lo up', 'addr add fd00::1/64 dev h0 nodad', 'link set h0 group 6']);
  ipBatch(peer, ['addr add fd00::2/64 dev p0 nodad']);
  execOk(['ping', '-c', '1', '-W', '2', 'fd00::2'], { namespace: dut });
  // Listener reports and solicitations of the host go out when they will: also between the two commands.
  const head = { INPUT: '', OUTPUT: '! -d ff00::/8 ' };
  const each = (chain: keyof typeof head, match: string, ...options: readonly string[]): readonly string[] => options.map((option) => `-A ${chain} ${head[chain]}-m ${match} ${option}`);
  load6(dut, [
    ...each('OUTPUT', 'owner', '--uid-owner 0', '! --uid-owner 0', '--uid-owner 1234', '--gid-owner 77 --suppl-groups', '--socket-exists', '! --socket-exists'),
    ...each('OUTPUT', 'cgroup', '--path /', '! --path /', '--cgroup 0'), ...each('OUTPUT', 'devgroup', '--dst-group 6', '! --dst-group 6'), ...each('INPUT', 'devgroup', '--src-group 6'),
    ...each('INPUT', 'pkttype', '--pkt-type unicast', '--pkt-type multicast', '! --pkt-type multicast', '--pkt-type broadcast'),
    ...['', '-p tcp ', '-p udp ', '-p icmpv6 '].flatMap((protocol) => ['', ' --nowildcard', ' --transparent'].map((option) => `-A INPUT ${protocol}-m socket${option}`)),
    ...each('INPUT', 'policy', '--dir in --pol none', '--dir in --pol ipsec'), ...each('INPUT', 'physdev', '--physdev-is-in', '! --physdev-is-in'),
    ...each('INPUT', 'cpu', '--cpu 0', '--cpu 1'), ...each('INPUT', 'time', '--datestop 2037-01-01', '--datestart 2037-01-01'),
  ]);
  const talk = `const n = require('net'), d = require('dgram');
    const serve = (port, at) => { const s = n.createServer((c) => c.end('x')).listen(port, at, () => { const c = n.connect(port, '::1'); c.resume(); c.on('close', () => s.close()); }); };
    serve(4000, '::1'); serve(4001, '::'); n.connect(4002, '::1').on('error', () => undefined);
    const u = d.createSocket('udp6'); u.bind(4100, '::1', () => { const c = d.createSocket('udp6'); c.send('x', 4100, '::1'); c.send('x', 4101, '::1'); });
    const e = d.createSocket('udp6'); e.connect(9, 'fd00::2', () => e.send('x')); e.on('error', () => undefined);
    const w = d.createSocket('udp6'); w.bind(4200, () => w.send('x', 9, 'fd00::2'));
    setTimeout(() => process.exit(0), 800);`;
  execOk(['setpriv', '--reuid', '1234', '--regid', '1234', '--groups', '5,77', process.execPath, '-e', talk], { namespace: dut });
  execOk(['ping', '-c', '2', '-i', '0.1', 'fd00::1'], { namespace: peer });
  exec(['ping', '-c', '1', '-W', '1', 'ff02::1%p0'], { namespace: peer });
  same(t, dut, 20, SIX);
  t.end();
});

t.test('the hook xdp', (t: Test) => {
  const { dut, peer } = net(t);
  const command = (...args: readonly string[]): string => execOk([...own.command, ...args], { namespace: dut });
  command('-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
  t.notMatch(command('hook', 'xdp'), 'tc judges the rest', 'judges all where it knows all');
  command('-I', 'INPUT', '-m', 'pkttype', '--pkt-type', 'broadcast', '-j', 'ACCEPT');
  t.match(command('hook'), 'rules ask what only tc knows of packets: XDP drops early, tc judges the rest\n');
  send(peer, 2, undefined, { to: DUT });
  send(peer, 3, undefined, { to: '10.200.0.255' });
  t.same(counted(own, dut), ['-A INPUT -m pkttype --pkt-type broadcast -j ACCEPT: 3', '-A INPUT -p udp -j DROP: 2']);
  command('-D', 'INPUT', '1');
  command('-A', 'OUTPUT', '-m', 'owner', '--uid-owner', '0');
  t.match(command('hook'), 'tc judges the rest', 'for a function that only tc has, too');
  t.end();
});
