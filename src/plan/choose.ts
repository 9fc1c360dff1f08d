/** Chooses the strategy for a ruleset by the cost model. */
import { InternalFault } from '../errors/errors.js';
import type { RulesetIr } from '../ir/chain-ir.js';
import { planBitvector } from './bitvector/plan-bitvector.js';
import { planLinear } from './linear.js';
import type { Plan, StrategyName } from './plan.js';
import { stageNeeds } from './stages.js';

/**
 * Measured on the machine of docs/performance.md, above a program without rules: straight-line code costs 0.6 to 0.75 ns for each
 * rule passed; a walk through vectors 25 ns for lookups and search, hardly depending on the number of rules, and about 10 ns for
 * each further candidate (a chain entered, a rule without verdict). They meet between 40 and 60 rules.
 */
const CROSSOVER = 64;

/**
 * The most rules straight-line code may hold when it is forced: the verifier keeps at most 8192 branches open along one path
 * (BPF_COMPLEXITY_LIMIT_JMP_SEQ), and a rule costs a handful.
 */
const LINEAR_LIMIT = 1000;

export interface PlanOptions {
  /** Take this strategy whatever it costs (tests, measurements). */
  readonly strategy?: StrategyName;
}

function strategyFor(ir: RulesetIr, options: PlanOptions): { readonly strategy: Plan['strategy']; readonly reasons: readonly string[] } {
  const forced = options.strategy === undefined ? [] : [`the ${options.strategy} strategy was asked for`];
  if (options.strategy !== 'bitvector') {
    const limit = options.strategy === 'linear' ? LINEAR_LIMIT : CROSSOVER;
    const linear = planLinear(ir, limit);
    if (linear !== undefined) {
      return { strategy: linear, reasons: [...forced, `${linear.expanded} rules once user chains are expanded: straight-line compares are fastest up to ${CROSSOVER}`] };
    }
    if (options.strategy === 'linear') throw new InternalFault(`planning more than ${LINEAR_LIMIT} expanded rules as straight-line code`);
  }
  const rules = ir.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
  const reasons = forced.length > 0 ? forced : [`more than ${CROSSOVER} rules once user chains are expanded (${rules} before): vectors are faster`];
  return { strategy: planBitvector(ir), reasons };
}

/**
 * Plans a lowered ruleset.
 * @throws InternalFault when a forced strategy cannot hold the ruleset.
 */
export function planRuleset(ir: RulesetIr, options: PlanOptions = {}): Plan {
  return { family: ir.family, slots: ir.slots, needs: stageNeeds(ir), ...strategyFor(ir, options) };
}
