/** Bad input with a name, each as a process over running rules, beside iptables-legacy: same exit code, same rules in force, clear words. Root. */
import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { Pair, type Outcome } from './bad-input/judge.js';
import { LegacySide, LOCK_FILE } from './bad-input/legacy-side.js';
import { OwnSide } from './bad-input/own-side.js';
import { COMMANDS, FILES, type Scripted } from './bad-input/scripted.js';
import { createNamespace } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
t.teardown(() => rmSync(LOCK_FILE, { force: true }));

const pair = new Pair(new LegacySide(createNamespace('said-l')), new OwnSide(createNamespace('said-o')));

async function judge(t: Test, { tool, args, input, code, says }: Scripted): Promise<Outcome> {
  const outcome = await pair.judge(tool, args, input);
  t.same(outcome.problems, [], 'as with iptables', { stderr: outcome.own.stderr, iptables: outcome.legacy.stderr });
  t.equal(outcome.legacy.code, code, 'iptables ends as expected', { iptables: outcome.legacy.stderr });
  if (says) t.match(outcome.own.stderr, says);
  t.equal(outcome.own.stdout, outcome.legacy.stdout, 'stdout');
  return outcome;
}

for (const scripted of FILES) {
  t.test(`file: ${scripted.name}`, { timeout: 60_000 }, async (t) => {
    const { own, legacy } = await judge(t, scripted);
    t.ok(own.stderr.startsWith(legacy.stderr), 'the words of iptables come first', { found: own.stderr, wanted: legacy.stderr });
    if (own.code !== 0 && !legacy.stderr.includes('COMMIT expected')) t.match(own.stderr, /^ *\^+$/m, 'a caret under the word');
  });
}

for (const scripted of COMMANDS) {
  t.test(`command: ${scripted.name}`, { timeout: 60_000 }, async (t) => {
    const { own, legacy } = await judge(t, scripted);
    t.equal(own.stderr, legacy.stderr, 'the words of iptables');
  });
}
