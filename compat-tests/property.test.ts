/**
 * Random rulesets and packets through the compiled program (BPF_PROG_TEST_RUN) and through the oracle. Root.
 * PROPERTY_RULESETS, PROPERTY_PACKETS, PROPERTY_SEED: how many, how many each, first seed (defaults 20, 500, 0).
 */
import t from 'tap';
import { loadLibrary } from '../src/link/library.js';
import { compareBytecode, describeDifference } from '../src/property/bytecode.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { generateRuleset } from '../src/property/generate-ruleset.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { requireRoot } from './harness/root.js';
import { runningKernel } from './property-kernel.js';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const RULESETS = number('PROPERTY_RULESETS', 20);
const PACKETS = number('PROPERTY_PACKETS', 500);
const SEED = number('PROPERTY_SEED', 0);

requireRoot();
t.setTimeout(3_600_000);

const library = loadLibrary();
const kernel = runningKernel();
const ended = { accept: 0, drop: 0, reject: 0, hotdrop: 0 };

for (const strategy of ['linear', 'bitvector'] as const) {
  for (let seed = SEED; seed < SEED + RULESETS; seed++) {
    // Each fourth ruleset is long enough for bitvectors of several words; with user chains expanded that is too long for straight-line code.
    const long = seed % 4 === 3;
    const text = generateRuleset(`bytecode ${seed}`, long ? { exactRules: 60, userChains: strategy === 'linear' ? 0 : 5 } : {});
    const ruleset = readRuleset(text);
    const compared = compareBytecode(ruleset, generatePackets(ruleset, seed, PACKETS), strategy, library, kernel);
    for (const key of Object.keys(ended) as (keyof typeof ended)[]) ended[key] += compared.verdicts[key];
    const { difference } = compared;
    t.equal(difference === undefined ? '' : describeDifference(difference, text), '', `${strategy}, seed ${seed}: ${compared.packets} packets`);
  }
}
t.ok(ended.accept > 0 && ended.drop > 0 && ended.hotdrop > 0, `all kinds of outcomes met: ${JSON.stringify(ended)}`);
