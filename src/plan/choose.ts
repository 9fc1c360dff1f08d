/** Chooses the strategy for a ruleset by the cost model. */
import { InternalFault } from '../errors/errors.js';
import type { RulesetIr } from '../ir/chain-ir.js';
import { planLinear } from './linear.js';
import type { Plan, StrategyName } from './plan.js';
import { stageNeeds } from './stages.js';

/**
 * The most rules straight-line code may hold: the verifier keeps at most 8192 branches open along one path
 * (BPF_COMPLEXITY_LIMIT_JMP_SEQ), and a rule costs a handful.
 */
const LINEAR_LIMIT = 1000;

export interface PlanOptions {
  /** Take this strategy whatever it costs (tests, measurements). */
  readonly strategy?: StrategyName;
}

/**
 * Plans a lowered ruleset.
 * @throws InternalFault when a forced strategy cannot hold the ruleset.
 */
export function planRuleset(ir: RulesetIr, options: PlanOptions = {}): Plan {
  const needs = stageNeeds(ir);
  const linear = planLinear(ir, LINEAR_LIMIT);
  if (linear === undefined) throw new InternalFault(`planning more than ${LINEAR_LIMIT} expanded rules`);
  if (options.strategy === 'bitvector') throw new InternalFault('planning the bitvector strategy');
  const reasons = [`${linear.expanded} rules after expanding user chains: straight-line compares`];
  return { family: ir.family, slots: ir.slots, needs, strategy: linear, reasons };
}
