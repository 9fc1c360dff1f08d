/**
 * Whole rulesets under generated traffic, real iptables beside bpf-iptables: embedded ones, random ones, and the real ones where they are at hand.
 * Sizes by environment: REPLAY_PACKETS (each whole ruleset), REPLAY_RANDOM (how many random rulesets), REPLAY_RANDOM_PACKETS.
 */
import t, { type Test } from 'tap';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DEMO_RULES } from './demo-rules.js';
import { OFFICE_RULES, SERVER_RULES } from './cases/rulesets.js';
import { requireRoot } from './harness/root.js';
import { reportText } from './harness/report.js';
import { filterTable } from './harness/rules-file.js';
import { trafficFor, vocabularyOf } from './harness/traffic.js';
import { worldFor, worldOf } from './harness/world.js';
import { generateRuleset } from '../src/property/generate-ruleset.js';
import { runTwin } from './run.js';

requireRoot();

const PACKETS = Number(process.env['REPLAY_PACKETS'] ?? 20_000);
const RANDOM = Number(process.env['REPLAY_RANDOM'] ?? 50);
const RANDOM_PACKETS = Number(process.env['REPLAY_RANDOM_PACKETS'] ?? 2_000);
const REAL = path.resolve(import.meta.dirname, '../../../shared/data/rulesets');
/** Real rulesets that take long (thousands of rules) are left to bpf-iptables-compat. */
const LARGEST = 100_000;

async function replayed(t: Test, rulesText: string, seed: string, count: number): Promise<void> {
  const world = worldFor(rulesText);
  const result = await runTwin({ rulesText, world, packets: trafficFor(rulesText, world, seed, count) });
  t.equal(result.packets, count);
  t.ok(result.arrived > 0, 'packets arrive');
  if (!result.equal) t.comment(`seed ${seed}\n${rulesText}\n${reportText(result)}`);
  t.equal(result.equal, true, `equal on ${count} packets`);
}

for (const [name, rulesText] of Object.entries({ demo: DEMO_RULES, office: OFFICE_RULES, server: SERVER_RULES })) {
  t.test(`embedded ruleset ${name}`, { timeout: 600_000 }, (t) => replayed(t, rulesText, name, PACKETS));
}

const real = existsSync(REAL) ? readdirSync(REAL).filter((file) => file.endsWith('.save')).sort() : [];
if (real.length === 0) t.comment('the real rulesets (../shared/data/rulesets) are not here: the embedded ones stand for them');
for (const file of real) {
  const text = readFileSync(path.join(REAL, file), 'utf8');
  if (text.length > LARGEST) continue;
  t.test(`real ruleset ${file}`, { timeout: 600_000 }, (t) => replayed(t, filterTable(text), file, PACKETS));
}

/** `addrtype --limit-iface-out` is refused where FORWARD leads to it (docs/semantics.md): such lines are left out. */
function withoutRefused(rulesText: string): string {
  return rulesText
    .split('\n')
    .filter((line) => !line.includes('--limit-iface-out'))
    .join('\n');
}

const RANDOM_WORLD = worldOf(['eth0', 'eth1', 'enp0s31f6']);
t.test(`${RANDOM} random rulesets`, { timeout: 1_400_000 }, async (t) => {
  for (let seed = 1; seed <= RANDOM; seed += 1) {
    const rulesText = withoutRefused(generateRuleset(`replay ${seed}`, { vocabulary: vocabularyOf(RANDOM_WORLD) }));
    const result = await runTwin({ rulesText, world: RANDOM_WORLD, packets: trafficFor(rulesText, RANDOM_WORLD, `replay ${seed}`, RANDOM_PACKETS) });
    if (!result.equal) t.comment(`ruleset ${seed}\n${rulesText}\n${reportText(result)}`);
    t.equal(result.equal, true, `ruleset ${seed}`);
  }
});
