/**
 * The differential suite at the size of a test run; `node dist/compat-tests/differential-run.js` is the whole of it.
 * Sizes by environment: DIFFERENTIAL_PACKETS (each whole ruleset), DIFFERENTIAL_RANDOM (random rulesets), DIFFERENTIAL_RANDOM_PACKETS.
 */
import t, { type Test } from 'tap';
import { STRATEGIES } from '../src/plan/plan.js';
import { embeddedSubjects, randomSubjects, realSubjects, REAL_RULESETS, rulesMet, runSubject, type StrategyChoice, type Subject } from './differential.js';
import { reportText } from './harness/report.js';
import { requireRoot } from './harness/root.js';

requireRoot();

const PACKETS = Number(process.env['DIFFERENTIAL_PACKETS'] ?? 4_000);
const RANDOM = Number(process.env['DIFFERENTIAL_RANDOM'] ?? 16);
const RANDOM_PACKETS = Number(process.env['DIFFERENTIAL_RANDOM_PACKETS'] ?? 1_000);
const SEED = process.env['DIFFERENTIAL_SEED'] ?? '1';

async function equalOn(t: Test, subject: Subject, packets: number, strategy: StrategyChoice, hook?: string): Promise<void> {
  const result = await runSubject(subject, { packets, seed: SEED, strategy, ...(hook === undefined ? {} : { hook }) });
  const { met } = rulesMet(result);
  t.equal(result.packets, packets, 'as many packets as asked for');
  t.ok(result.arrived > 0 && (met > 0 || subject.name.startsWith('random')), `packets arrive (${result.arrived}) and meet rules (${met})`);
  if (!result.equal) t.comment(`${subject.name}, seed ${SEED}\n${subject.rulesText}\n${reportText(result)}`);
  t.equal(result.equal, true, `${subject.name}, ${strategy}, ${hook ?? 'tc'}: equal on ${packets} packets`);
}

for (const subject of embeddedSubjects()) {
  t.test(`embedded ruleset ${subject.name}`, { timeout: 300_000 }, (t) => equalOn(t, subject, PACKETS, 'chosen'));
}

const { subjects: real, unsupported } = realSubjects(REAL_RULESETS);
if (real.length === 0) t.comment('the real rulesets (../shared/data/rulesets) are not here: the embedded ones stand for them');
for (const line of unsupported) t.comment(line);
for (const subject of real) {
  t.test(`real ruleset ${subject.name}`, { timeout: 300_000 }, (t) => equalOn(t, subject, PACKETS, 'chosen'));
}

for (const strategy of STRATEGIES) {
  t.test(`random rulesets, ${strategy}`, { timeout: 900_000 }, async (t) => {
    for (const subject of randomSubjects(`${SEED} ${strategy}`, Math.ceil(RANDOM / 2))) await equalOn(t, subject, RANDOM_PACKETS, strategy);
  });
}

for (const hook of ['xdp', 'xdp-generic', 'early-drop']) {
  t.test(`hook ${hook}`, { timeout: 900_000 }, async (t) => {
    const subjects = [...embeddedSubjects(), ...randomSubjects(`${SEED} ${hook}`, Math.ceil(RANDOM / 4))];
    for (const subject of subjects) await equalOn(t, subject, RANDOM_PACKETS, 'chosen', hook);
  });
}
