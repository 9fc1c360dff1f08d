/** Every scripted case through real iptables and bpf-iptables. */
import t from 'tap';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { requireRoot } from './harness/root.js';
import { runTrap } from './harness/trap.js';
import { traps } from './cases/all.js';

requireRoot();

const semantics = readFileSync(path.resolve(import.meta.dirname, '../../docs/semantics.md'), 'utf8');

for (const trap of traps) {
  t.test(trap.name, { timeout: 120_000 }, async (t) => {
    const result = await runTrap(trap);
    t.same(result.misses, [], 'real iptables counts what the case says');
    if (trap.divergence === undefined) {
      t.same(result.differences, [], `no difference (${trap.about})`);
      return;
    }
    t.ok(result.differences.length > 0, `the stated difference is still there; if it is not, take it out of docs/semantics.md: ${trap.divergence}`);
    t.ok(semantics.includes(trap.divergence), `docs/semantics.md states it: ${trap.divergence}`);
  });
}
