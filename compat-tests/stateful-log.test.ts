/** `-j LOG`: what `bpf-iptables log` prints equals the kernel's own lines, byte for byte, for the same packets. */
import t from 'tap';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables, LEGACY, runCommand } from './harness/firewall.js';
import { requireRoot } from './harness/root.js';
import { createTwin, type Twin } from './harness/twin.js';
import { worldOf } from './harness/world.js';
import { arrives, CLIENT, DUT0, local, SERVER, tcpTo, udpTo } from './cases/packets.js';
import { fragmentKinds, logKinds } from './stateful/log-packets.js';
import { kernelLines, withKernelLog } from './stateful/kernel-log.js';
import type { TwinPacket } from './harness/packet.js';

requireRoot();

const ours = bpfIptables();
const ALL_FLAGS = '--log-tcp-sequence --log-tcp-options --log-ip-options --log-uid';

/** LOG in every chain, with a prefix of this run. */
const rules = (prefix: string, options: string): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-A ${chain} -j LOG --log-prefix "${prefix} ${chain[0]}: " ${options}`), 'COMMIT', ''].join('\n');

/** What `bpf-iptables log` prints on the right side. */
function ourLines(twin: Twin, args: readonly string[] = []): { readonly lines: readonly string[]; readonly stderr: string } {
  const { status, stdout, stderr } = exec([...ours.command, 'log', ...args], { namespace: twin.sides[1].dut });
  if (status !== 0) throw new Error(stderr);
  return { lines: stdout.split('\n').filter((line) => line !== ''), stderr };
}

/** The dut's kernel picks the IP id of its ICMP answers. */
const withoutPickedIds = (line: string): string => line.replace(/^(\S+ (?:O:|I: IN=lo) .*?) ID=\d+ ((?:DF )?PROTO=ICMP )/, '$1 ID=* $2');

let runs = 0;

/** Both sides' lines for the same packets, sorted: the two ways a packet takes through the host have no fixed order. */
async function compared(twin: Twin, options: string, packets: readonly TwinPacket[]): Promise<{ readonly kernel: readonly string[]; readonly ours: readonly string[] }> {
  runs += 1;
  const prefix = `bic${process.pid}.${runs}`;
  twin.restore(rules(prefix, options));
  ourLines(twin);
  twin.send(packets);
  await twin.arrivals();
  const kernel = kernelLines(prefix);
  return { kernel: kernel.map(withoutPickedIds).sort(), ours: ourLines(twin).lines.map(withoutPickedIds).sort() };
}

/** Everything the dut sees of `kinds`: to itself, through it, from it. */
const everyWay = (kinds: (src: string, dst: string) => Uint8Array[]): TwinPacket[] => [
  ...kinds(CLIENT, DUT0).map((packet) => arrives('eth0', packet)),
  ...kinds(CLIENT, SERVER).map((packet) => arrives('eth0', packet)),
  ...kinds(DUT0, CLIENT).map((packet) => local(packet)),
];

t.test('the text of LOG', { timeout: 120_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, ours]);
  t.teardown(() => twin.close());
  await withKernelLog(async () => {
    for (const [name, options] of [['all options', ALL_FLAGS], ['no options', ''], ['MAC addresses decoded', '--log-macdecode']] as const) {
      const lines = await compared(twin, options, everyWay(logKinds));
      t.ok(lines.kernel.length >= 120, `the kernel logged ${lines.kernel.length} packets`);
      t.same(lines.ours, lines.kernel, name);
    }
    const pieces = await compared(twin, ALL_FLAGS, fragmentKinds(CLIENT, SERVER).map((packet) => arrives('eth0', packet)));
    t.ok(pieces.kernel.length >= 12, `the kernel logged ${pieces.kernel.length} fragments`);
    t.same(pieces.ours, pieces.kernel, 'fragments on their way through');

    for (const side of twin.sides) t.equal(runCommand(LEGACY, side.dut, ['-t', 'mangle', '-A', 'OUTPUT', '-j', 'MARK', '--set-mark', '0x2a']).status, 0);
    const marked = await compared(twin, ALL_FLAGS, [local(udpTo(DUT0, CLIENT, 9)), local(udpTo(DUT0, '127.0.0.1', 9))]);
    t.equal(marked.kernel.filter((line) => line.includes('MARK=0x2a')).length >= 2, true, 'the kernel tells the mark');
    t.same(marked.ours, marked.kernel, 'mark, loopback');
  });
});

t.test('who sent it', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, ours]);
  t.teardown(() => twin.close());
  const send = "const s = require('dgram').createSocket('udp4'); s.bind(4001, () => s.send('x', 9, '10.200.0.2', () => s.close()));";
  await withKernelLog(async () => {
    const prefix = `bic${process.pid}.who`;
    twin.restore(rules(prefix, '--log-uid'));
    for (const side of twin.sides) execOk(['setpriv', '--reuid=1234', '--regid=567', '--clear-groups', process.execPath, '-e', send], { namespace: side.dut });
    await twin.arrivals();
    const withoutId = (line: string): string => line.replace(/ ID=\d+/, '');
    const kernel = kernelLines(prefix).map(withoutId);
    t.match(kernel, [/UID=1234 GID=567 /]);
    t.same(ourLines(twin).lines.map(withoutId), kernel);
  });
});

t.test('answers of REJECT', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, ours]);
  t.teardown(() => twin.close());
  await withKernelLog(async () => {
    const prefix = `bic${process.pid}.answer`;
    const chains = rules(prefix, ALL_FLAGS).replace('COMMIT\n', ['-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -i eth0 -j REJECT', '-A FORWARD -j REJECT', '-A OUTPUT -o eth0 -p udp -j REJECT', '-A OUTPUT -d 127.0.0.1 -p udp -j REJECT', 'COMMIT', ''].join('\n'));
    twin.restore(chains);
    twin.send([arrives('eth0', udpTo(CLIENT, DUT0, 9)), arrives('eth0', tcpTo(CLIENT, DUT0, 9)), arrives('eth0', udpTo(CLIENT, SERVER, 9)), local(udpTo(DUT0, CLIENT, 9)), local(udpTo('127.0.0.1', '127.0.0.1', 9))]);
    await twin.arrivals();
    const kernel = kernelLines(prefix).map(withoutPickedIds).sort();
    t.equal(kernel.filter((line) => line.includes(' O: ')).length, 7);
    t.same(ourLines(twin).lines.map(withoutPickedIds).sort(), kernel);
  });
});

t.test('a full buffer costs log records, not packets', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, ours]);
  t.teardown(() => twin.close());
  const sent = 3000;
  t.same(ourLines(twin), { lines: [], stderr: '' }, 'nothing to print before there are rules');
  twin.restore(rules('full', ''));
  twin.send(Array.from({ length: sent }, () => arrives('eth0', udpTo(CLIENT, SERVER, 9))));
  await twin.arrivals();
  const [, right] = twin.counters();
  t.equal(right.find((line) => line.chain === 'FORWARD' && line.position === 'policy')?.count.packets, BigInt(sent), 'every packet went on');
  const { lines, stderr } = ourLines(twin);
  const lost = Number(/: (\d+) log records lost: the buffer was full\n$/.exec(stderr)?.[1]);
  t.ok(lost > 0, stderr);
  t.equal(lines.length + lost, sent);
  t.same(ourLines(twin), { lines: [], stderr: '' }, 'told once');
  twin.send([arrives('eth0', udpTo(CLIENT, SERVER, 9))]);
  await twin.arrivals();
  t.equal(ourLines(twin).lines.length, 1, 'and there is room again');
});

t.test('into the kernel log', { timeout: 60_000 }, async (t) => {
  const twin = createTwin(worldOf(['eth0', 'eth1']), [LEGACY, ours]);
  t.teardown(() => twin.close());
  const prefix = `bic${process.pid}.kmsg`;
  twin.restore(rules(prefix, '--log-level 6'));
  twin.send([arrives('eth0', udpTo(CLIENT, SERVER, 9))]);
  await twin.arrivals();
  t.same(ourLines(twin, ['--kmsg']).lines, []);
  const written = execOk(['dmesg', '--decode']).split('\n').filter((line) => line.includes(prefix));
  t.match(written, [/^user {2}:info {2}: \[.*\] bic\d+\.kmsg F: IN=eth0 OUT=eth1 MAC=.*DPT=9 LEN=16 $/]);
});
