/**
 * `-m string` on packets of 9,000 bytes and more (messages of 60,000 come as TCP cuts them): TCP over veth with TSO and GRO, through real iptables and this program in one namespace, so that
 * both see the same packets. Words at the edges of pieces and pages, and at the very end; `--from` and `--to` that just take them in, and just not. Root.
 */
import t, { type Test } from 'tap';
import { counterText, messages, rulesAbout, type Message } from './packet-matches/long-texts.js';
import { parseSaved } from './harness/counters.js';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables, LEGACY, restore, type Firewall } from './harness/firewall.js';
import { createNamespace, ipBatch, removeNamespace, setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import type { Family } from '../src/ruleset/model.js';

requireRoot();
t.setTimeout(900_000);

const PORT = 5001;
const LISTEN = `require('net').createServer((c) => c.on('data', () => {})).listen(${PORT}, '::'); setTimeout(() => process.exit(), 300000)`;
const WARM_UP = 3_000_000;

/** Opens the windows, then writes each message at once. */
const sender = (to: string, all: readonly Message[]): string => `
  const messages = ${JSON.stringify(all)};
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const c = require('net').connect(${PORT}, '${to}', async () => {
    c.setNoDelay(true);
    await new Promise((done) => c.write(Buffer.alloc(${WARM_UP}, '-'), done));
    await sleep(500);
    for (const { size, at, word } of messages) {
      const bytes = Buffer.alloc(size, '.');
      bytes.write(word, at, 'latin1');
      c.write(bytes);
      await sleep(60);
    }
    c.end(() => process.exit());
  });`;

const six = ({ name, command, save, restore: load }: Firewall): Firewall => {
  const words = (argv: readonly string[]): readonly string[] => argv.map((word) => word.replace(/(^|bpf-)iptables/, '$1ip6tables'));
  return { name: `${name}, IPv6`, command: words(command), save: words(save), restore: words(load) };
};
const FIREWALLS: Readonly<Record<Family, readonly Firewall[]>> = { ipv4: [LEGACY, bpfIptables()], ipv6: [LEGACY, bpfIptables()].map(six) };

/** client - dut - server, both families. */
function line(trial: Test): { dut: string; client: string } {
  const [dut, client, server] = ['dut', 'client', 'server'].map((name) => createNamespace(`long-${name}`)) as [string, string, string];
  trial.teardown(() => [dut, client, server].forEach(removeNamespace));
  for (const namespace of [dut, client, server]) setSysctls(namespace, [...['all', 'default'].flatMap((name): [string, string][] => [[`ipv6/conf/${name}/disable_ipv6`, '0'], [`ipv6/conf/${name}/accept_dad`, '0']]), ['ipv4/tcp_slow_start_after_idle', '0'], ['ipv4/tcp_min_tso_segs', '45']]);
  setSysctls(dut, [['ipv4/ip_forward', '1'], ['ipv6/conf/all/forwarding', '1']]);
  for (const [index, namespace] of [client, server].entries()) {
    const device = `eth${index}`;
    ipBatch(dut, [`link add ${device} type veth peer name far netns ${namespace}`, `addr add 10.7.${index}.1/24 dev ${device}`, `addr add 2001:db8:${index}::1/64 dev ${device} nodad`, `link set ${device} up`]);
    ipBatch(namespace, ['link set far up', `addr add 10.7.${index}.2/24 dev far`, `addr add 2001:db8:${index}::2/64 dev far nodad`, `route add default via 10.7.${index}.1`, `route add default via 2001:db8:${index}::1`]);
    execOk(['ethtool', '-K', device, 'gro', 'on'], { namespace: dut });
  }
  for (const namespace of [dut, server]) execOk(['sh', '-c', `${process.execPath} -e "${LISTEN}" > /dev/null 2>&1 & sleep 0.8`], { namespace });
  return { dut, client };
}

const WAYS = [
  { chain: 'INPUT', from: 'client', to: { ipv4: '10.7.0.1', ipv6: '2001:db8:0::1' } },
  { chain: 'FORWARD', from: 'client', to: { ipv4: '10.7.1.2', ipv6: '2001:db8:1::2' } },
  { chain: 'OUTPUT', from: 'dut', to: { ipv4: '10.7.1.2', ipv6: '2001:db8:1::2' } },
] as const;

t.test('long packets', (trial) => {
  const spaces = line(trial);
  for (const family of ['ipv4', 'ipv6'] as const) {
    const all = messages(family);
    for (const { chain, from, to } of WAYS) {
      const rules = rulesAbout(all, family).map((rule) => `-A ${chain} -p tcp -m tcp --dport ${PORT} ${rule}`);
      for (const firewall of FIREWALLS[family]) restore(firewall, spaces.dut, ['*filter', ...rules, 'COMMIT', ''].join('\n'));
      const sent = exec([process.execPath, '-e', sender(to[family], all)], { namespace: spaces[from], timeout: 120_000 });
      trial.equal(sent.status, 0, sent.stderr);
      const [kernel, ours] = FIREWALLS[family].map((firewall) => parseSaved(execOk([...firewall.save, '-c', '-t', 'filter'], { namespace: spaces.dut })).filter(({ position }) => position !== 'policy').map(counterText));
      trial.same(ours, kernel, `${family}, ${chain}: the same counts`);
      const whole = kernel!.filter((text) => /^1 packets of 90\d\d bytes/.test(text)).length;
      trial.ok(whole >= rules.length / 6, `${family}, ${chain}: ${whole} of ${rules.length} rules have counted one packet with all of a message of 9,000 bytes`);
    }
  }
  trial.end();
});
