/** Two hundred spoiled restore files, each as a process over running rules, beside iptables-legacy-restore with the same bytes. Root. */
import { rmSync } from 'node:fs';
import t from 'tap';
import { Pair } from './bad-input/judge.js';
import { LegacySide, LOCK_FILE } from './bad-input/legacy-side.js';
import { mutateFile } from './bad-input/mutate-file.js';
import { OwnSide } from './bad-input/own-side.js';
import { VALID } from './bad-input/rules.js';
import { createNamespace } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';

requireRoot();
t.teardown(() => rmSync(LOCK_FILE, { force: true }));

const FILES = 200;
/** Pairs of namespaces at work at a time. */
const WORKERS = 2;

t.test('the file as it stands is taken', { timeout: 600_000 }, async (t) => {
  const pair = new Pair(new LegacySide(createNamespace('good-l')), new OwnSide(createNamespace('good-o')));
  const { own, problems } = await pair.judge('-restore', ['-c'], VALID);
  t.same(problems, []);
  t.equal(own.code, 0, own.stderr);
});

t.test(`${FILES} spoiled files: the exit code of iptables, and its rules in force or untouched ones`, { timeout: 600_000 }, async (t) => {
  const codes = new Map<number, number>();
  const worker = async (number: number): Promise<void> => {
    const pair = new Pair(new LegacySide(createNamespace(`bad-l${number}`)), new OwnSide(createNamespace(`bad-o${number}`)));
    for (let i = number; i < FILES; i += WORKERS) {
      const { seed, changes, bytes } = mutateFile(Buffer.from(VALID), `process ${i}`);
      const { own, problems } = await pair.judge('-restore', ['-c'], bytes);
      codes.set(own.code, (codes.get(own.code) ?? 0) + 1);
      if (problems.length > 0) t.fail(`${seed} (${changes.join(', ')})`, { problems, stderr: own.stderr });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)));
  t.equal([...codes.values()].reduce((a, b) => a + b, 0), FILES, 'all were judged');
  for (const code of [0, 1, 2]) t.ok((codes.get(code) ?? 0) >= 10, `files that end with ${code}: ${codes.get(code)}`);
});
