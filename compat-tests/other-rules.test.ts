/** Listing commands warn of NAT rules and filter rules that the kernel has of its own; nothing else does, and nothing is changed by looking. Root. */
import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { exec, execOk } from './harness/exec.js';
import { bpfIptables } from './harness/firewall.js';
import { createNamespace } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
const env = { XTABLES_LOCKFILE: `/run/bic-${process.pid}-other-rules.lock` };
t.teardown(() => rmSync(env.XTABLES_LOCKFILE, { force: true }));

const own = bpfIptables();
const own6 = own.command.map((word) => word.replace(/bpf-iptables\.js$/, 'bpf-ip6tables.js'));
const NAT = /NAT rules \((.*)\)/;
const FILTER = /filter rules of its own \((.*)\)/;

/** What a listing says on stderr: who has NAT and who has filter rules. Anything else it says throws. */
function warned(namespace: string, argv: readonly string[] = [...own.command, '-S']): { nat?: string; filter?: string } {
  const { status, stderr } = exec(argv, { namespace, env });
  const nat = NAT.exec(stderr)?.[1];
  const filter = FILTER.exec(stderr)?.[1];
  const words = [nat, filter].filter((found) => found !== undefined).length;
  if (status !== 0 || stderr.split('\n').length - 1 !== words) throw new Error(`exit code ${status}: ${stderr}`);
  return { ...(nat === undefined ? {} : { nat }), ...(filter === undefined ? {} : { filter }) };
}

function withRules(label: string): { namespace: string; run: (...argv: string[]) => void } {
  const namespace = createNamespace(label);
  const run = (...argv: string[]): void => void execOk(argv, { namespace, env });
  run(...own.command, '-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT');
  return { namespace, run };
}

function tables(namespace: string): string {
  return execOk(['sh', '-c', 'cat /proc/net/ip_tables_names 2> /dev/null || true'], { namespace });
}

t.test('iptables-legacy', { timeout: 60_000 }, async (t: Test) => {
  const { namespace, run } = withRules('legacy');
  t.same(warned(namespace), {}, 'no table at all');
  t.equal(tables(namespace), '', 'looking made no table');
  run('iptables-legacy', '-t', 'nat', '-L', '-n');
  run('iptables-legacy', '-L', '-n');
  t.match(tables(namespace), /nat/);
  t.same(warned(namespace), {}, 'untouched tables');
  run('iptables-legacy', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE');
  t.same(warned(namespace), { nat: 'iptables-legacy' });
  run('iptables-legacy', '-P', 'FORWARD', 'DROP');
  t.same(warned(namespace), { nat: 'iptables-legacy', filter: 'iptables-legacy' }, 'a policy alone');
  t.same(warned(namespace, [...own.command, '-nvL']), { nat: 'iptables-legacy', filter: 'iptables-legacy' }, '-L');
  t.same(warned(namespace, own.save), { nat: 'iptables-legacy', filter: 'iptables-legacy' }, 'save');
  run('iptables-legacy', '-t', 'nat', '-F');
  run('iptables-legacy', '-P', 'FORWARD', 'ACCEPT');
  t.same(warned(namespace), {}, 'clean again');
  run('iptables-legacy', '-A', 'INPUT', '-j', 'ACCEPT');
  t.same(warned(namespace), { filter: 'iptables-legacy' });
  const changing = exec([...own.command, '-A', 'INPUT', '-j', 'ACCEPT'], { namespace, env });
  t.same([changing.status, changing.stdout, changing.stderr], [0, '', ''], 'a changing command says nothing');
});

t.test('nftables', { timeout: 60_000 }, async (t: Test) => {
  const { namespace, run } = withRules('nft');
  run('iptables-nft', '-A', 'INPUT', '-j', 'ACCEPT');
  t.same(warned(namespace), { filter: 'nftables' });
  run('iptables-nft', '-F');
  t.same(warned(namespace), {}, 'empty chains');
  run('iptables-nft', '-P', 'INPUT', 'DROP');
  t.same(warned(namespace), { filter: 'nftables' }, 'a policy alone');
  run('iptables-nft', '-P', 'INPUT', 'ACCEPT');
  run('iptables-nft', '-t', 'nat', '-A', 'PREROUTING', '-p', 'tcp', '--dport', '80', '-j', 'REDIRECT', '--to-ports', '8080');
  t.same(warned(namespace), { nat: 'nftables' });
  run('iptables-nft', '-t', 'nat', '-F');
  run('iptables-nft', '-t', 'mangle', '-A', 'PREROUTING', '-j', 'ACCEPT');
  t.same(warned(namespace), {}, 'rules that are neither');
});

t.test('each family has its own', { timeout: 120_000 }, async (t: Test) => {
  const { namespace, run } = withRules('families');
  run(...own6, '-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT');
  const both = () => [warned(namespace), warned(namespace, [...own6, '-S'])];
  run('ip6tables-legacy', '-t', 'nat', '-L', '-n');
  run('ip6tables-legacy', '-L', '-n');
  t.same(both(), [{}, {}], 'untouched tables');
  run('ip6tables-legacy', '-P', 'FORWARD', 'DROP');
  t.same(both(), [{}, { filter: 'ip6tables-legacy' }], 'a policy alone');
  run('ip6tables-legacy', '-P', 'FORWARD', 'ACCEPT');
  run('ip6tables-legacy', '-A', 'INPUT', '-s', '::1', '-j', 'ACCEPT');
  t.same(both(), [{}, { filter: 'ip6tables-legacy' }]);
  run('ip6tables-legacy', '-F');
  run('ip6tables-legacy', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE');
  t.same(both(), [{}, { nat: 'ip6tables-legacy' }]);
  run('iptables-legacy', '-A', 'INPUT', '-j', 'ACCEPT');
  run('ip6tables-legacy', '-t', 'nat', '-F');
  run('ip6tables-nft', '-A', 'INPUT', '-j', 'ACCEPT');
  t.same(both(), [{ filter: 'iptables-legacy' }, { filter: 'nftables' }]);
});

t.test('nothing of ours in force', { timeout: 60_000 }, async (t: Test) => {
  const namespace = createNamespace('idle');
  execOk(['iptables-legacy', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE'], { namespace, env });
  t.same(warned(namespace), {}, 'nothing to be mistaken about');
});
