/** `-j LOG` of ip6tables: what `bpf-ip6tables log` prints equals the kernel's own lines, byte for byte, for the same packets. Root. */
import t from 'tap';
import { requireRoot } from './harness/root.js';
import { loggable6, tcp6, udp6 } from './ipv6/packets6.js';
import { arrives6, sent6, Twin6, type Packet6 } from './ipv6/twin6.js';
import { kernelLines, withKernelLog } from './stateful/kernel-log.js';

requireRoot();
t.setTimeout(300_000);

const [CLIENT, DUT0, SERVER] = ['2001:db8::2', '2001:db8::1', '2001:db8:1::2'];
const ALL_FLAGS = '--log-tcp-sequence --log-tcp-options --log-ip-options --log-uid';
const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'] as const;
/** Answers of the hosts themselves and what they tell their neighbours come in no fixed order, or not at all. */
const OWN = ['-A OUTPUT -p icmpv6 -m icmp6 --icmpv6-type 136 -j ACCEPT', '-A OUTPUT -p icmpv6 -m icmp6 --icmpv6-type 135 -j ACCEPT', '-A OUTPUT -d ff00::/8 -j ACCEPT'];

let runs = 0;

/** Both hosts' lines for the same packets, in order for each chain. */
async function lines(twin: Twin6, options: string, packets: readonly Packet6[], more: readonly string[] = []): Promise<{ readonly kernel: readonly string[]; readonly ours: readonly string[] }> {
  runs += 1;
  const prefix = `bis${process.pid}.${runs}`;
  twin.restore(['*filter', ...OWN, ...CHAINS.map((chain) => `-A ${chain} -j LOG --log-prefix "${prefix} ${chain[0]}: " ${options}`), ...more, 'COMMIT', ''].join('\n'));
  twin.logged();
  for (const packet of packets) await twin.send(packet);
  return { kernel: [...kernelLines(prefix)].sort(), ours: [...twin.logged()].sort() };
}

t.test('the text of LOG', async (t) => {
  const twin = await Twin6.make();
  t.teardown(() => twin.close());
  const packets = [...loggable6(CLIENT, DUT0), ...loggable6(CLIENT, SERVER)].map((packet) => arrives6(packet)).concat([udp6(DUT0, CLIENT), tcp6(DUT0, CLIENT)].map(sent6));
  await withKernelLog(async () => {
    for (const [name, options] of [['all options', ALL_FLAGS], ['no options', ''], ['MAC addresses decoded', '--log-macdecode']] as const) {
      const { kernel, ours } = await lines(twin, options, packets);
      t.ok(kernel.length >= 120, `${name}: the kernel logged ${kernel.length} packets`);
      t.same(ours, kernel, name);
    }
    const answers = await lines(twin, ALL_FLAGS, [arrives6(udp6(CLIENT, DUT0)), arrives6(tcp6(CLIENT, DUT0)), sent6(udp6(DUT0, CLIENT)), sent6(tcp6('::1', '::1'))], [
      '-A INPUT -i eth0 -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -i eth0 -j REJECT', '-A OUTPUT -o eth0 -p udp -j REJECT', '-A OUTPUT -o lo -p tcp --dport 22 -j REJECT --reject-with tcp-reset',
    ]);
    t.ok(answers.kernel.length >= 9, `answers of REJECT: ${answers.kernel.length} lines`);
    t.same(answers.ours, answers.kernel, 'answers of REJECT, on every way');
  });
});
