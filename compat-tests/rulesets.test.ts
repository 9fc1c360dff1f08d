/**
 * Real rule files: each loads in bpf-iptables exactly where every extension it uses is built, and then saves the same rule lines as iptables-legacy.
 * The files lie beside the repository (../shared/data/rulesets) where there are any; the suite's own rulesets are always tried.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { matchExtension, targetExtension } from '../src/extensions/registry.js';
import type { Family } from '../src/ruleset/model.js';
import { OFFICE_RULES, SERVER_RULES } from './cases/rulesets.js';
import { ROUTER_RULES6, SERVER_RULES6 } from './cases/rulesets6.js';
import { DEMO_RULES } from './demo-rules.js';
import { exec } from './harness/exec.js';
import { bpfIptables, legacyOf, type Firewall } from './harness/firewall.js';
import { createNamespace, removeNamespace } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();

/** dist/compat-tests lies two levels below the repository. */
const SHARED = path.resolve(import.meta.dirname, '../../../shared/data/rulesets');

interface RuleFile {
  readonly name: string;
  readonly text: string;
  readonly family: Family;
}

function files(): RuleFile[] {
  const own: RuleFile[] = [
    { name: 'demonstration', text: DEMO_RULES, family: 'ipv4' },
    { name: 'server', text: SERVER_RULES, family: 'ipv4' },
    { name: 'office', text: OFFICE_RULES, family: 'ipv4' },
    { name: 'server of IPv6', text: SERVER_RULES6, family: 'ipv6' },
    { name: 'router of IPv6', text: ROUTER_RULES6, family: 'ipv6' },
  ];
  if (!existsSync(SHARED)) {
    t.comment('no real rule files beside the repository: the suite\'s own rulesets alone');
    return own;
  }
  const real = readdirSync(SHARED).filter((name) => /\.save6?$/.test(name));
  return [...own, ...real.map((name) => ({ name, text: readFileSync(path.join(SHARED, name), 'utf8').replaceAll('XX:XX:XX:XX:XX:XX', '00:16:3e:00:00:01'), family: name.endsWith('6') ? ('ipv6' as const) : ('ipv4' as const) }))];
}

/** Extensions that the filter table of a file uses and that are not built. */
function missing(text: string, family: Family): string[] {
  const filter = /\*filter\n([\s\S]*?)\nCOMMIT/.exec(text)?.[1] ?? '';
  const chains = new Set([...filter.matchAll(/^:(\S+)/gm)].map((match) => match[1]));
  const standard = ['ACCEPT', 'DROP', 'RETURN'];
  const matches = [...filter.matchAll(/ -m (\S+)/g)].map((match) => match[1]!).filter((name) => matchExtension(name, family) === undefined);
  const targets = [...filter.matchAll(/ -j (\S+)/g)].map((match) => match[1]!).filter((name) => !standard.includes(name) && !chains.has(name) && targetExtension(name, family) === undefined);
  return [...new Set([...matches, ...targets])];
}

interface Loaded {
  readonly status: number;
  readonly stderr: string;
  /** Declarations of chains and rules, without comments and counters. */
  readonly lines: readonly string[];
}

function load(firewall: Firewall, text: string): Loaded {
  const namespace = createNamespace('rules');
  const restored = exec([...firewall.restore, '-T', 'filter'], { namespace, input: text });
  const saved = exec([...firewall.save, '-t', 'filter'], { namespace });
  removeNamespace(namespace);
  const lines = saved.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
  return { status: restored.status, stderr: restored.stderr, lines };
}

for (const { name, text, family } of files()) {
  t.test(name, async (t) => {
    const real = load(legacyOf(family), text);
    const ours = load(bpfIptables({}, family), text);
    t.equal(real.status, 0, 'iptables-legacy-restore takes it');
    const lacking = missing(text, family);
    if (lacking.length === 0) {
      t.equal(ours.status, 0, `bpf-iptables-restore takes it (${ours.stderr.split('\n')[0]})`);
      t.same(ours.lines, real.lines, 'the same lines are saved');
      t.ok(ours.lines.some((line) => line.startsWith('-A')), 'and there are rules among them');
    } else {
      t.equal(ours.status, 2, `refused, because it uses ${lacking.join(', ')}`);
      t.match(ours.stderr, /line: \d+/, 'with the line');
      t.notOk(ours.lines.some((line) => line.startsWith('-A')), 'and nothing is loaded');
    }
  });
}
