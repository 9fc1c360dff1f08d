/**
 * `bpf-conntrack` held against `conntrack`: the kernel's conntrack and ours watch the same packets in one namespace, and both commands must then say the
 * same about them; of IPv4 first, then of IPv6. Root. CONNTRACK_FAMILY: one of the families alone.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { runConntrack } from '../src/cli/conntrack/conntrack.js';
import type { ConntrackHost } from '../src/cli/conntrack/host.js';
import { KernelFlowStore } from '../src/cli/conntrack/kernel-flow-store.js';
import { FLOW_WATCH_PLACES } from '../src/kernel/flows/flow-events.js';
import { withFlowMaps } from '../src/kernel/flows/table.js';
import { realKernel } from '../src/kernel/real-kernel.js';
import { native } from '../src/native/native.js';
import { Both } from './conntrack/both.js';
import { DATAGRAMS } from './conntrack/datagrams.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { wantedFamilies } from './conntrack/firewalls.js';
import { textInIpv6 } from './conntrack/ipv6/translated.js';
import { differenceOfLines } from './conntrack/listed.js';
import { exec, inNamespace, type ExecResult } from './harness/exec.js';
import { insideNamespace } from './harness/open-wire.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';
import type { Family } from '../src/ruleset/model.js';

requireRoot();
t.setTimeout(300_000);

const OURS = [process.execPath, path.resolve(import.meta.dirname, '../bundle/bin/bpf-conntrack.js')];
const RULES = ['*filter', ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `-A ${chain} -m conntrack --ctstate NEW`), 'COMMIT', ''].join('\n');

/** TCP conversations that stop in every state. */
const DIALOGUES = [
  'c:S',
  'c:S s:SA',
  'c:S s:SA c:A',
  'c:S s:SA c:A c:PA+10 s:A',
  'c:S s:SA c:A c:FA',
  'c:S s:SA c:A c:FA s:A',
  'c:S s:SA c:A c:FA s:A s:FA',
  'c:S s:SA c:A c:FA s:A s:FA c:A',
  'c:S s:S',
  'c:S s:SA c:A c:R',
];

const FILTERS = [
  '', '-p tcp', '-p udp', '-p icmp', '-p 47', '-p tcp --state ESTABLISHED', '-p tcp --state TIME_WAIT', '-p tcp --dport 80', '-p tcp --sport 2002 --dport 80',
  '-p tcp --reply-port-src 80', '-p icmp --icmp-type 8', '-u ASSURED', '-u SEEN_REPLY', '-u UNREPLIED', '-u SEEN_REPLY,ASSURED', '-s 10.200.0.2', '-s 10.0.0.0/8 -d 10.200.1.2',
  '-s 10.200.0.0 --mask-src 255.255.255.0', '-r 10.200.1.2', '-q 10.200.0.2 -p udp', '-m 0', '-m 1/1', '-f ipv4', '-f ipv6', '-n', '-o extended', '-o save', '-p tcp -o id',
];

/** No entry is to be over before both commands have looked at it. */
const LONG_LIVES = [
  'tcp_timeout_syn_recv', 'tcp_timeout_close_wait', 'tcp_timeout_last_ack', 'tcp_timeout_close', 'udp_timeout', 'udp_timeout_stream', 'icmp_timeout', 'icmpv6_timeout', 'gre_timeout', 'gre_timeout_stream',
].map((name) => [`netfilter/nf_conntrack_${name}`, '300'] as const);

/** The same options about IPv6. Without a family of their own they are given one, where the command takes it. */
function inFamily(options: string, family: Family): string {
  if (family === 'ipv4') return options;
  const words = options
    .replace('10.0.0.0/8', 'fd00::/16')
    .replace('255.255.255.0', 'ffff:ffff:ffff:ffff::')
    .replace(/\d+\.\d+\.\d+\.\d+/g, textInIpv6)
    .replace(/icmp-type 8/, 'icmpv6-type 128')
    .replace(/-p icmp/, '-p icmpv6');
  return /-f |^-[CS]$/.test(words) ? words : `${words} -f ipv6`;
}

let both: Both;
let port = 2000;
async function speak(script: string): Promise<void> {
  const client: Party = { on: 'eth0', address: '10.200.0.2', port: port++ };
  const dialogue = new Dialogue({ c: client, s: { on: 'eth1', address: '10.200.1.2', port: 80 } });
  for (const note of script.split(' ')) await both.send(dialogue.segment(note));
}

async function tellDatagrams(names: readonly string[]): Promise<void> {
  for (const [name, steps] of DATAGRAMS) {
    if (!names.includes(name)) continue;
    for (const step of steps) if ('packet' in step) await both.send(step.packet);
  }
}

interface Answers {
  readonly kernel: ExecResult;
  readonly ours: ExecResult;
  /** Seconds between the two. */
  readonly apart: number;
}

/** Asks the one, then the other. `ours`: how to ask it. */
async function ask(options: string, ours: (words: readonly string[]) => ExecResult | Promise<ExecResult> = called): Promise<Answers> {
  const words = inFamily(options, both.family).split(' ').filter((word) => word !== '');
  const began = performance.now();
  const kernel = exec(['conntrack', ...words], { namespace: both.side.dut });
  const answer = await ours(words);
  return { kernel, ours: answer, apart: Math.ceil((performance.now() - began) / 1000) };
}

/** As a call of the function: a process takes a while to start, entries do not live for ever. */
async function called(words: readonly string[]): Promise<ExecResult> {
  let stdout = '';
  let stderr = '';
  const host: ConntrackHost = {
    calledAs: 'bpf-conntrack',
    privileged: true,
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    openStore: () => new KernelFlowStore(),
    labels: () => undefined,
    interrupted: () => true,
    wallClock: () => 0,
  };
  // What it does with the kernel it does before it first waits.
  const status = await insideNamespace(both.side.dut, () => runConntrack(words, host));
  return { status, stdout, stderr };
}

/** As a user calls it. */
function typed(words: readonly string[]): ExecResult {
  return exec([...OURS, ...words], { namespace: both.side.dut });
}

function difference({ kernel, ours, apart }: Answers): string {
  return differenceOfLines(kernel.stdout, ours.stdout, { apart });
}

for (const { family, some } of wantedFamilies(0)) {
  both = await new Both('bpfconntrack', worldOf(['eth0', 'eth1']), family).ready();
  // Events of all entries, also of those made before anybody listened.
  both.load(RULES, [...LONG_LIVES, ['netfilter/nf_conntrack_events', '1']]);
  for (const script of DIALOGUES) await speak(script);
  await tellDatagrams(['udp there and back', 'icmp queries', 'other protocols', 'the host answers']);

  await t.test(`${family}, -L shows the same entries, whatever is asked for`, async (listing) => {
    for (const filter of some(FILTERS)) {
      const answers = await ask(`-L ${filter}`);
      const { kernel, ours } = answers;
      listing.equal(difference(answers), '', `-L ${filter}: ${kernel.stdout.split('\n').length - 1} entries`);
      listing.same([ours.stderr, ours.status], [kernel.stderr, kernel.status], `-L ${filter}: stderr and exit code`);
    }
    listing.equal(difference(await ask('-L', typed)), '', 'as a command');
    listing.ok((await ask('-L')).kernel.stdout.split('\n').length > 20, 'there are entries to show');
  });

  await t.test(`${family}, -C counts them`, async (counting) => {
    const { kernel, ours } = await ask('-C');
    counting.equal(ours.stdout, kernel.stdout);
  });

  await t.test(`${family}, -G finds one by its addresses`, async (getting) => {
    for (const options of ['-p tcp -s 10.200.0.2 -d 10.200.1.2 --sport 2002 --dport 80', '-p udp -s 10.200.0.2 -d 10.200.1.2 --sport 9 --dport 9']) {
      const answers = await ask(`-G ${options}`);
      const { kernel, ours } = answers;
      getting.equal(difference(answers), '', options);
      getting.same([ours.stderr, ours.status], [kernel.stderr, kernel.status], `${options}: stderr and exit code`);
    }
  });

  await t.test(`${family}, -S has a line for each CPU`, async (counts) => {
    const { kernel, ours } = await ask('-S');
    const names = (text: string): string => text.replace(/=\d+/g, '=');
    counts.equal(names(ours.stdout), names(kernel.stdout));
  });

  await t.test(`${family}, -E tells what happens as it does`, async (watching) => {
    const listeners = [['conntrack'], OURS].map((command) => listen([...command, '-E']));
    await untilBothListen();
    for (const script of ['c:S s:SA c:A c:PA+5 s:A c:FA s:A s:FA c:A', 'c:S s:SA c:A c:R', 'c:S s:RA']) await speak(script);
    await tellDatagrams(['udp there and back']);
    watching.equal(difference(await ask('-D -p tcp --state TIME_WAIT')), '', 'deleted');
    await sleep(1500);
    const [theirs, own] = (await Promise.all(listeners.map((listener) => listener.end()))) as [string, string];
    const isEnd = (line: string): boolean => line.startsWith('[DESTROY]');
    const ends = (text: string): string => text.split('\n').filter(isEnd).join('\n');
    const living = (text: string): string => text.split('\n').filter((line) => !isEnd(line)).join('\n');
    watching.equal(differenceOfLines(living(theirs), living(own), { ordered: true }), '', `${theirs.split('\n').length - 1} events`);
    watching.equal(differenceOfLines(ends(theirs), ends(own), { apart: 3 }), '', 'entries that went');
    watching.match(theirs, /\[NEW\][^]*\[UPDATE\][^]*\[DESTROY\]/, 'events of every kind');
  });

  await t.test(`${family}, -D deletes what is asked for`, async (deleting) => {
    for (const filter of ['-p tcp --state SYN_SENT', '-s 10.200.0.2 -p udp', '-p icmp', '-s 1.2.3.4']) {
      const answers = await ask(`-D ${filter}`);
      const { kernel, ours } = answers;
      deleting.equal(difference(answers), '', `-D ${filter}: ${kernel.stdout.split('\n').length - 1} entries`);
      deleting.same([ours.stderr, ours.status], [kernel.stderr, kernel.status], `-D ${filter}: stderr and exit code`);
      deleting.equal(difference(await ask('-L')), '', `what -D ${filter} leaves`);
    }
  });

  await t.test(`${family}, -F empties the table`, async (flushing) => {
    const { kernel, ours } = await ask('-F');
    flushing.same([ours.stdout, ours.stderr, ours.status], [kernel.stdout, kernel.stderr, kernel.status]);
    flushing.equal((await ask('-L')).ours.stdout, '');
    flushing.equal((await ask('-C')).ours.stdout, '0\n');
  });
  both.close();
}

/** Ours says so in the map `flow_watch`, the other has a socket of nfnetlink (protocol 12) that is in groups. */
async function untilBothListen(): Promise<void> {
  const until = performance.now() + 30_000;
  const listens = (): boolean =>
    insideNamespace(both.side.dut, () => {
      const sockets = readFileSync('/proc/thread-self/net/netlink', 'latin1').split('\n').map((line) => line.trim().split(/\s+/));
      return sockets.some(([, protocol, , groups]) => protocol === '12' && Number(`0x${groups}`) !== 0) && withFlowMaps(realKernel(), false, ({ watch }) => native().mapLoadWord(watch, FLOW_WATCH_PLACES.until) > 0n);
    });
  while (!listens()) {
    if (performance.now() > until) throw new Error('not both listen');
    await sleep(20);
  }
}

/** A command that runs until it is told to end. */
function listen(command: readonly string[]): { end(): Promise<string> } {
  const [file = '', ...args] = inNamespace(both.side.dut, command);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    end: async () => {
      child.kill('SIGINT');
      await ended;
      return output;
    },
  };
}
