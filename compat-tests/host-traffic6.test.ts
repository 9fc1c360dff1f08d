/**
 * What a host's own IPv6 sends and hears, both firewalls in one namespace: neighbour discovery, listener reports, duplicate address detection, loopback,
 * looped multicast, fragments (in INPUT each by itself, in OUTPUT the datagram before it is cut), TCP. And neighbour discovery under a DROP policy. Root.
 */
import t from 'tap';
import { exec, execOk } from './harness/exec.js';
import { ipBatch, setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { Both6 } from './ipv6/both6.js';

requireRoot();
t.setTimeout(600_000);

const TYPES = [1, 2, 128, 129, 133, 134, 135, 136, 143];
const RULES = ['*filter', ...['INPUT', 'OUTPUT'].flatMap((chain) => {
  const device = chain === 'INPUT' ? '-i' : '-o';
  return [...TYPES.map((type) => `-A ${chain} -p ipv6-icmp -m icmp6 --icmpv6-type ${type}`), ...['lo', 'eth0', 'eth1'].flatMap((name) => ['udp', 'tcp'].map((protocol) => `-A ${chain} ${device} ${name} -p ${protocol}`)),
    `-A ${chain} -p udp -m udp --dport 5000`, `-A ${chain} -s ::/128`, `-A ${chain} -d ff00::/8 ${device} eth0`, `-A ${chain} -m hl --hl-eq 255`, `-A ${chain}`];
}), '-A FORWARD', 'COMMIT', ''].join('\n');

const node = (script: string): string[] => [process.execPath, '-e', script];
const sendUdp = (to: string, size: number): string[] => node(`const s=require('dgram').createSocket('udp6');s.send(Buffer.alloc(${size}),5000,'${to}',()=>s.close())`);
/** Connects, sends, and waits for the answer. */
const connect = (to: string): string[] => node(`const c=require('net').connect({host:'${to}',port:5001,timeout:2500},()=>c.write('hello'));c.on('data',()=>{c.end();process.exit(0)});c.on('timeout',()=>process.exit(1));c.on('error',()=>process.exit(1))`);
const LISTEN = `require('net').createServer((c)=>c.on('data',(d)=>c.end(d))).listen(5001,'::');setTimeout(()=>process.exit(),60000)`;
const listening = (namespace: string): void => void execOk(['sh', '-c', `${process.execPath} -e "${LISTEN}" > /dev/null 2>&1 & sleep 0.6`], { namespace });

/** The far side of eth0, with IPv6 of its own. */
function wakePeer(both: Both6): string {
  setSysctls(both.peers.eth0, [['ipv6/conf/all/disable_ipv6', '0'], ['ipv6/conf/eth0/disable_ipv6', '0'], ['ipv6/conf/eth0/accept_dad', '0'], ['ipv6/icmp/ratelimit', '0']]);
  ipBatch(both.peers.eth0, ['addr add 2001:db8:0::2/64 dev eth0 nodad', 'addr add fe80::2/64 dev eth0 nodad', 'route add default via 2001:db8::1 dev eth0']);
  ipBatch(both.dut, ['neigh flush dev eth0 nud permanent', 'neigh del 2001:db8::2 dev eth0', 'neigh del fe80::2 dev eth0'].slice(1));
  return both.peers.eth0;
}

const ACTIONS: readonly { readonly name: string; readonly at: 'dut' | 'peer'; readonly run: readonly string[] }[] = [
  { name: 'ping with neighbour discovery', at: 'dut', run: ['ping', '-6', '-c1', '-W1', '2001:db8::2'] },
  { name: 'ping by the addresses of the link', at: 'dut', run: ['ping', '-6', '-c1', '-W1', 'fe80::2%eth0'] },
  { name: 'ping from the peer', at: 'peer', run: ['ping', '-6', '-c1', '-W1', '2001:db8::1'] },
  { name: 'ping of all nodes', at: 'dut', run: ['ping', '-6', '-c1', '-W1', 'ff02::1%eth0'] },
  { name: 'ping of a group nobody has joined', at: 'dut', run: ['ping', '-6', '-c1', '-W1', '-I', 'eth0', 'ff05::77'] },
  { name: 'ping of ::1', at: 'dut', run: ['ping', '-6', '-c1', '-W1', '::1'] },
  { name: 'ping of an own address', at: 'dut', run: ['ping', '-6', '-c1', '-W1', '2001:db8:1::1'] },
  { name: 'a datagram in fragments, out', at: 'dut', run: sendUdp('2001:db8::2', 4000) },
  { name: 'a datagram in fragments, in', at: 'peer', run: sendUdp('2001:db8::1', 4000) },
  { name: 'a datagram in fragments, over lo', at: 'dut', run: sendUdp('::1', 65_000) },
  { name: 'another one out, of an odd length', at: 'dut', run: sendUdp('fe80::2%eth0', 1453) },
  { name: 'a closed port', at: 'peer', run: sendUdp('2001:db8::1', 10) },
  { name: 'TCP from the peer', at: 'peer', run: connect('2001:db8::1') },
  { name: 'TCP over lo', at: 'dut', run: connect('::1') },
  { name: 'a group is joined', at: 'dut', run: ['ip', 'addr', 'add', 'ff05::1:4/64', 'dev', 'eth0', 'autojoin'] },
  { name: 'a new address, with duplicate detection', at: 'dut', run: ['sh', '-c', 'ip addr add 2001:db8::3/64 dev eth0; sleep 2'] },
];

t.test('a host and its neighbour', async (trial) => {
  const both = new Both6('host6');
  trial.teardown(() => both.close());
  const peer = wakePeer(both);
  setSysctls(both.dut, [['ipv6/conf/eth0/accept_dad', '1']]);
  listening(both.dut);
  both.load(RULES);
  for (const { name, at, run } of ACTIONS) {
    exec(run, { namespace: at === 'dut' ? both.dut : peer });
    const { kernel, ours } = await both.movement();
    trial.same(ours, kernel, name);
    trial.ok(kernel.length > 0, `${name}: some rule is met`);
  }
});

for (const side of ['kernel', 'ours'] as const) {
  t.test(`neighbour discovery under a DROP policy: ${side}`, async (trial) => {
    const both = new Both6(`policy6-${side}`);
    trial.teardown(() => both.close());
    const peer = wakePeer(both);
    listening(peer);
    const reached = (): boolean => {
      for (const namespace of [both.dut, peer]) ipBatch(namespace, ['neigh flush dev eth0']);
      return exec(connect('2001:db8::2'), { namespace: both.dut }).status === 0;
    };
    const rules = (...more: readonly string[]): string => ['*filter', ':INPUT DROP [0:0]', ':OUTPUT DROP [0:0]', '-A INPUT -p tcp -j ACCEPT', '-A OUTPUT -p tcp -j ACCEPT', ...more, 'COMMIT', ''].join('\n');
    trial.ok(reached(), 'without rules');
    both.load(rules(), side);
    trial.notOk(reached(), 'TCP alone');
    both.load(rules('-A OUTPUT -p ipv6-icmp -j ACCEPT'), side);
    trial.notOk(reached(), 'what is asked is not answered');
    both.load(rules('-A OUTPUT -p ipv6-icmp -j ACCEPT', '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -j ACCEPT', '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT'), side);
    trial.ok(reached(), 'neighbour discovery let through');
  });
}
