/** Rulesets swapped under full-rate traffic over eight interfaces, at every hook: each packet is judged once, by one of them (swaps.ts is the long run). */
import t from 'tap';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { swapTrial } from './swaps/trial.js';

requireRoot();
sweepDeadNamespaces();

const SWAPS = Number(process.env['SWAPS'] ?? 25);

for (const hook of ['tc', 'early-drop', 'xdp'] as const) {
  t.test(`${SWAPS} swaps at ${hook}`, { timeout: 300_000 }, async (t) => {
    const result = await swapTrial({ swaps: SWAPS, interfaces: 8, hook, rules: 100, generators: 1 });
    t.comment(`${result.arrived} packets in ${result.seconds.toFixed(1)} s`);
    t.same(result.faults, [], 'every packet accounted for');
    t.ok(result.arrived > 10_000n, 'under traffic');
    t.equal(result.latencies.length, SWAPS);
  });
}

t.test('two senders at once', { timeout: 300_000 }, async (t) => {
  const result = await swapTrial({ swaps: 10, interfaces: 4, hook: 'xdp', rules: 0, generators: 2 });
  t.same(result.faults, [], 'every packet accounted for');
});
