/** Random rulesets and packets through compiled programs (BPF_PROG_TEST_RUN) and through the oracle. */
import { loadLibrary } from '../src/link/library.js';
import { fitsLinear } from '../src/plan/choose.js';
import { STRATEGIES, type StrategyName } from '../src/plan/plan.js';
import { compareBytecode, describeDifference } from '../src/property/bytecode.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { judgeTraffic, type JudgedTraffic, type JudgedVerdict } from '../src/property/judged.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import type { Family } from '../src/ruleset/model.js';
import { runningKernel } from './property-kernel.js';
import { propertyRuleset } from './property-rulesets.js';

export interface PropertyResult {
  /** `ipv6 bitvector, seed 3 (selective)` */
  readonly name: string;
  readonly family: Family;
  readonly packets: number;
  readonly verdicts: Readonly<Record<JudgedVerdict, number>>;
  /** The first difference in full, '' where there is none. */
  readonly difference: string;
}

/** Each seed with every strategy that can hold its rules, one after the other. */
export function* compareSeeds(family: Family, first: number, count: number, packets: number): Generator<PropertyResult> {
  const library = loadLibrary();
  const kernel = runningKernel();
  for (let seed = first; seed < first + count; seed++) {
    let last: { readonly text: string; readonly traffic: JudgedTraffic } | undefined;
    for (const strategy of STRATEGIES) {
      const { kind, text, vocabulary } = propertyRuleset(seed, strategy, family);
      if (last?.text !== text) {
        const ruleset = readRuleset(text, family);
        last = { text, traffic: judgeTraffic(ruleset, generatePackets(ruleset, seed, packets, { vocabulary })) };
      }
      if (strategy === 'linear' && !fitsLinear(last.traffic.ir)) continue;
      yield { name: `${family} ${strategy}, seed ${seed} (${kind})`, family, ...compared(last.traffic, text, strategy) };
    }
  }

  function compared(traffic: JudgedTraffic, text: string, strategy: StrategyName): Pick<PropertyResult, 'packets' | 'verdicts' | 'difference'> {
    try {
      const { difference, ...rest } = compareBytecode(traffic, strategy, library, kernel);
      return { ...rest, difference: difference === undefined ? '' : describeDifference(difference, text) };
    } catch (error) {
      return { packets: 0, verdicts: { accept: 0, drop: 0, reject: 0, hotdrop: 0 }, difference: `not loaded: ${refusalText(error)}\n${text}` };
    }
  }
}

/** The last lines of what the verifier says. @throws what is no refusal to load a program */
function refusalText(error: unknown): string {
  if (!(error instanceof Error) || !('log' in error)) throw error;
  return `${error.message}\n${String(error.log).trimEnd().split('\n').slice(-12).join('\n')}`;
}
