/** Random rulesets and packets: the compiled program and the oracle must agree on verdicts and every counter. Root. */
import t from 'tap';
import { requireRoot } from './harness/root.js';
import { compareSeeds } from './property-compare.js';

requireRoot();
t.setTimeout(600_000);

const RULESETS = 15;
const PACKETS = 300;
const ended = { accept: 0, drop: 0, reject: 0, hotdrop: 0 };

for (const { name, packets, verdicts, difference } of compareSeeds(0, RULESETS, PACKETS)) {
  for (const key of Object.keys(ended) as (keyof typeof ended)[]) ended[key] += verdicts[key];
  t.equal(difference, '', `${name}: ${packets} packets`);
}
t.ok(Object.values(ended).every((count) => count > 0), `all kinds of outcomes met: ${JSON.stringify(ended)}`);
