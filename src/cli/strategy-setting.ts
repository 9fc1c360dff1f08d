/** The strategy that tests and measurements force: environment variable BPF_IPTABLES_STRATEGY (docs/testing.md). */
import { OtherProblem } from '../errors/errors.js';
import type { PlanOptions } from '../plan/choose.js';
import { STRATEGIES } from '../plan/plan.js';

/** @throws OtherProblem for a word that is no strategy. */
export function strategySetting(environment: NodeJS.ProcessEnv): PlanOptions {
  const word = environment.BPF_IPTABLES_STRATEGY;
  if (word === undefined || word === '') return {};
  const strategy = STRATEGIES.find((name) => name === word);
  if (strategy === undefined) throw new OtherProblem(`BPF_IPTABLES_STRATEGY: no strategy "${word}" (${STRATEGIES.join(', ')})`);
  return { strategy };
}
