/** Random rulesets and packets through compiled programs (BPF_PROG_TEST_RUN) and through the oracle. */
import { loadLibrary } from '../src/link/library.js';
import { STRATEGIES } from '../src/plan/plan.js';
import { compareBytecode, describeDifference } from '../src/property/bytecode.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { runningKernel } from './property-kernel.js';
import { propertyRuleset } from './property-rulesets.js';

export interface PropertyResult {
  /** `bitvector, seed 3 (selective)` */
  readonly name: string;
  readonly packets: number;
  readonly verdicts: Readonly<Record<'accept' | 'drop' | 'reject' | 'hotdrop', number>>;
  /** The first difference in full, '' where there is none. */
  readonly difference: string;
}

/** Each seed with every strategy, one after the other. */
export function* compareSeeds(first: number, count: number, packets: number): Generator<PropertyResult> {
  const library = loadLibrary();
  const kernel = runningKernel();
  for (let seed = first; seed < first + count; seed++) {
    for (const strategy of STRATEGIES) {
      const { kind, text, vocabulary } = propertyRuleset(seed, strategy);
      const ruleset = readRuleset(text);
      const { difference, verdicts, packets: compared } = compareBytecode(ruleset, generatePackets(ruleset, seed, packets, { vocabulary }), strategy, library, kernel);
      yield { name: `${strategy}, seed ${seed} (${kind})`, packets: compared, verdicts, difference: difference === undefined ? '' : describeDifference(difference, text) };
    }
  }
}
