/** IPv4 and IPv6 side by side in one namespace: what ip6tables answers, by the kernel's state, and that neither family's commits touch the other's rules. */
import t from 'tap';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTranscript, printTranscript, timeless, withoutCaret, words, type Entry, type Outcome } from '../src/cli/transcript.js';
import { ATTACH_TYPE, native } from '../src/native/native.js';
import { exec, execOk } from './harness/exec.js';
import { createNamespace, removeNamespace, sweepDeadNamespaces } from './harness/namespaces.js';
import { insideNamespace } from './harness/open-wire.js';
import { requireRoot } from './harness/root.js';

requireRoot();
sweepDeadNamespaces();

const ENVIRONMENT = { XTABLES_LOCKFILE: `/run/bic-${process.pid}.lock` };
const TRANSCRIPTS = path.resolve(import.meta.dirname, '../../src/cli/transcripts');

/** argv of our command for the word that transcripts use. */
function command(name: string): string[] {
  return [process.execPath, path.resolve(import.meta.dirname, '../bundle/bin', `bpf-${name}.js`)];
}

function answer(namespace: string, { command: line, input }: Entry): Outcome {
  const [name = '', ...argv] = words(line);
  const { status, stdout, stderr } = exec([...command(name), ...argv], { namespace, input, env: ENVIRONMENT });
  // getopt(3) names the program as it was called.
  const named = (text: string): string => timeless(text.replaceAll(`bpf-${name}.js:`, `${name}:`));
  return { stdout: named(stdout), stderr: withoutCaret(named(stderr)), exitCode: status };
}

/** Programs on loopback by direction; those of a family are named after it. */
function programs(namespace: string, family: 'bpfipt4' | 'bpfipt6'): string[] {
  return insideNamespace(namespace, () => {
    const ifindex = native().interfaceIndex('lo');
    const ids = [ATTACH_TYPE.tcxIngress, ATTACH_TYPE.tcxEgress].flatMap((point) => native().progQuery(ifindex, point).ids);
    const found = ids.map((id) => {
      const fd = native().progFdById(id);
      const { name } = native().progInfo(fd);
      native().closeFd(fd);
      return `${name} ${id}`;
    });
    return found.filter((program) => program.startsWith(family));
  });
}

for (const file of ['ip6-families.txt', 'ip6-counters.txt']) {
  t.test(`the kernel keeps what ip6tables keeps: ${file}`, { timeout: 240_000 }, async (t) => {
    const namespace = createNamespace('fam');
    t.teardown(() => removeNamespace(namespace));
    const entries = parseTranscript(readFileSync(path.join(TRANSCRIPTS, file), 'utf8'));
    const answered = entries.map((entry) => ({ ...entry, outcome: answer(namespace, entry) }));
    t.equal(printTranscript(answered), printTranscript(entries));
  });
}

t.test('a commit leaves the programs of the other family where they are', { timeout: 120_000 }, async (t) => {
  const namespace = createNamespace('fam');
  t.teardown(() => removeNamespace(namespace));
  const run = (name: string, ...argv: string[]): string => execOk([...command(name), ...argv], { namespace, env: ENVIRONMENT });
  run('iptables', '-A', 'INPUT', '-s', '10.0.0.1', '-j', 'DROP');
  run('ip6tables', '-A', 'INPUT', '-s', '2001:db8::1', '-j', 'DROP');
  const [four, six] = [programs(namespace, 'bpfipt4'), programs(namespace, 'bpfipt6')];
  t.equal(four.length, 2);
  t.equal(six.length, 2);
  for (let i = 0; i < 3; i++) run('ip6tables', '-A', 'INPUT', '-s', `2001:db8::${i}`, '-j', 'ACCEPT');
  t.same(programs(namespace, 'bpfipt4'), four, 'three commits of IPv6');
  const sixNow = programs(namespace, 'bpfipt6');
  t.notSame(sixNow, six);
  for (let i = 0; i < 3; i++) run('iptables', '-A', 'INPUT', '-s', `10.0.1.${i}`, '-j', 'ACCEPT');
  t.same(programs(namespace, 'bpfipt6'), sixNow, 'three commits of IPv4');
  t.notSame(programs(namespace, 'bpfipt4'), four);
  run('iptables', '-F');
  t.equal(run('ip6tables', '-S').split('\n').length, 8, 'a flush of IPv4 leaves the rules of IPv6');
  t.match(run('iptables', '-S'), /^-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n$/);
  run('ip6tables', 'detach');
  t.same([...programs(namespace, 'bpfipt4'), ...programs(namespace, 'bpfipt6')], [], 'detach takes off both');
});
