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
const RANDOM = Number(process.env['DIFFERENTIAL_RANDOM'] ?? 10);
const RANDOM_PACKETS = Number(process.env['DIFFERENTIAL_RANDOM_PACKETS'] ?? 1_000);
const SEED = process.env['DIFFERENTIAL_SEED'] ?? '1';

/** Returns how many packets arrived and rules were met. A random ruleset may drop all, or have nothing that is met. */
async function equalOn(t: Test, subject: Subject, packets: number, strategy: StrategyChoice, hook?: string): Promise<{ arrived: number; met: number }> {
  const result = await runSubject(subject, { packets, seed: SEED, strategy, ...(hook === undefined ? {} : { hook }) });
  const { met } = rulesMet(result);
  t.equal(result.packets, packets, 'as many packets as asked for');
  if (!subject.name.startsWith('random')) t.ok(result.arrived > 0 && met > 0, `packets arrive (${result.arrived}) and meet rules (${met})`);
  if (!result.equal) t.comment(`${subject.name}, seed ${SEED}\n${subject.rulesText}\n${reportText(result)}`);
  t.equal(result.equal, true, `${subject.name}, ${strategy}, ${hook ?? 'tc'}: equal on ${packets} packets`);
  return { arrived: result.arrived, met };
}

/** Runs them all; among so many some let packets through, and have rules that are met. */
async function equalOnAll(t: Test, subjects: readonly Subject[], strategy: StrategyChoice, hook?: string): Promise<void> {
  let [arrived, met] = [0, 0];
  for (const subject of subjects) {
    const one = await equalOn(t, subject, RANDOM_PACKETS, strategy, hook);
    [arrived, met] = [arrived + one.arrived, met + one.met];
  }
  t.ok(arrived > 0 && met > 0, `packets arrive (${arrived}) and meet rules (${met})`);
}

for (const subject of embeddedSubjects()) {
  t.test(`embedded ruleset ${subject.name}`, { timeout: 300_000 }, async (t) => void (await equalOn(t, subject, PACKETS, 'chosen')));
}

const { subjects: real, unsupported } = realSubjects(REAL_RULESETS);
if (real.length === 0) t.comment('the real rulesets (../shared/data/rulesets) are not here: the embedded ones stand for them');
for (const line of unsupported) t.comment(line);
for (const subject of real) {
  t.test(`real ruleset ${subject.name}`, { timeout: 300_000 }, async (t) => void (await equalOn(t, subject, PACKETS, 'chosen')));
}

for (const strategy of STRATEGIES) {
  t.test(`random rulesets, ${strategy}`, { timeout: 900_000 }, (t) => equalOnAll(t, randomSubjects(`${SEED} ${strategy}`, Math.ceil(RANDOM / 2)), strategy));
}

t.test('random rulesets of IPv6', { timeout: 900_000 }, (t) => equalOnAll(t, randomSubjects(SEED, RANDOM, 'ipv6'), 'chosen'));

for (const hook of ['xdp', 'xdp-generic', 'early-drop']) {
  t.test(`hook ${hook}`, { timeout: 900_000 }, (t) => equalOnAll(t, [...embeddedSubjects().filter(({ world }) => world.family === 'ipv4'), ...randomSubjects(`${SEED} ${hook}`, Math.ceil(RANDOM / 4))], 'chosen', hook));
}
