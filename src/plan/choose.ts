/** Chooses the strategy for a ruleset by the cost model. */
import { InternalFault, OtherProblem } from '../errors/errors.js';
import type { RulesetIr } from '../ir/chain-ir.js';
import { planBitvector } from './bitvector/plan-bitvector.js';
import { bitvectorCost, costText, homeCost, LINEAR_UP_TO, linearCost, pathsOf, stepsOf, VECTORS_UP_TO, VECTORS_WEIGHED, wordsOf } from './cost.js';
import { earlyDrop } from './early-drop.js';
import { planEstablished } from './established.js';
import { MOST_POSITIONS, planHome } from './home/plan-home.js';
import { planLinear } from './linear.js';
import type { Plan, StrategyName } from './plan.js';
import { stageNeeds } from './stages.js';

/** The most rules straight-line code may hold where vectors cannot be had, or when it is forced. */
const LINEAR_LIMIT = 1000;

/** More bodies than this to verify: rules whose tests no record holds. Vectors hold them. */
const MOST_BODIES = 1000;

/** The walk through vectors is a loop that only `may_goto` lets the verifier accept: Linux 6.9. */
const LOOPS_SINCE: KernelRelease = { major: 6, minor: 9 };

export interface KernelRelease {
  readonly major: number;
  readonly minor: number;
}

export interface PlanOptions {
  /** Take this strategy whatever it costs (tests, measurements). */
  readonly strategy?: StrategyName;
  /** The kernel to plan for; absent: one that has all we use. */
  readonly release?: KernelRelease;
}

function isBefore(a: KernelRelease, b: KernelRelease): boolean {
  return a.major !== b.major ? a.major < b.major : a.minor < b.minor;
}

/** For kernels that cannot loop: straight-line code as far as it goes. */
function strategyWithoutLoops(ir: RulesetIr, release: KernelRelease, forced: StrategyName | undefined): Pick<Plan, 'strategy' | 'reasons'> {
  const kernel = `Linux ${release.major}.${release.minor}`;
  const since = `${LOOPS_SINCE.major}.${LOOPS_SINCE.minor}`;
  if (forced === 'bitvector' || forced === 'home') throw new OtherProblem(`the ${forced} strategy needs Linux ${since}, this is ${kernel}`);
  const linear = planLinear(ir, LINEAR_LIMIT);
  if (linear === undefined) throw new OtherProblem(`too many rules for ${kernel}: with user chains expanded it takes at most ${LINEAR_LIMIT}, fewer if they compare much; more need Linux ${since}`);
  return { strategy: linear, reasons: [`${linear.expanded} rules once user chains are expanded: straight-line compares, the only strategy that ${kernel} can run (vectors need ${since})`] };
}

/** Vectors over all rules or lists by prefix, whichever is predicted to cost less. */
function vectorsOrLists(ir: RulesetIr): Pick<Plan, 'strategy' | 'reasons'> {
  const rules = ir.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
  const why = `more than ${LINEAR_UP_TO} rules once user chains are expanded (${rules} before), or more compares than the verifier follows: straight-line code would take it too long`;
  const home = planHome(ir);
  if (home === undefined || home.bodies.length > MOST_BODIES) return { strategy: planBitvector(ir), reasons: [why, 'vectors hold what no list can say'] };
  const steps = stepsOf(home);
  const prefixes = home.lists.src.tree.values.length + home.lists.dst.tree.values.length;
  // Where vectors would be too large anyway their words need not be counted.
  const words = rules > VECTORS_WEIGHED ? rules / 64 : wordsOf(home);
  const vectors = bitvectorCost(rules, prefixes, { words, steps });
  const lists = homeCost(rules, pathsOf(home), steps);
  const predicted = `predicted: ${[linearCost(rules), vectors, lists].map(costText).join('; ')}`;
  if (lists.time < vectors.time || vectors.bytes > VECTORS_UP_TO) return { strategy: home, reasons: [why, `lists by prefix are ${lists.time < vectors.time ? 'faster' : 'smaller'} than vectors`, predicted] };
  return { strategy: planBitvector(ir), reasons: [why, 'vectors are faster than lists by prefix', predicted] };
}

/** Whether straight-line code can hold the rules at all, as it must where it is asked for. */
export function fitsLinear(ir: RulesetIr): boolean {
  return planLinear(ir, LINEAR_LIMIT) !== undefined;
}

function strategyFor(ir: RulesetIr, options: PlanOptions): Pick<Plan, 'strategy' | 'reasons'> {
  if (options.release !== undefined && isBefore(options.release, LOOPS_SINCE)) return strategyWithoutLoops(ir, options.release, options.strategy);
  const forced = options.strategy === undefined ? [] : [`the ${options.strategy} strategy was asked for`];
  if (options.strategy === 'home') {
    const home = planHome(ir);
    if (home === undefined) throw new OtherProblem(`too many rules for lists by prefix (${MOST_POSITIONS} with the ends of chains)`);
    return { strategy: home, reasons: forced };
  }
  if (options.strategy !== 'bitvector') {
    const limit = options.strategy === 'linear' ? LINEAR_LIMIT : LINEAR_UP_TO;
    const linear = planLinear(ir, limit);
    if (linear !== undefined) {
      return { strategy: linear, reasons: [...forced, `${linear.expanded} rules once user chains are expanded: straight-line compares are fastest up to ${LINEAR_UP_TO}`, `predicted: ${costText(linearCost(linear.expanded))}`] };
    }
    if (options.strategy === 'linear') throw new InternalFault(`planning more than ${LINEAR_LIMIT} expanded rules, or more compares than the verifier follows, as straight-line code`);
  }
  if (forced.length > 0) return { strategy: planBitvector(ir), reasons: forced };
  return vectorsOrLists(ir);
}

/**
 * Plans a lowered ruleset.
 * @throws InternalFault when a forced strategy cannot hold the ruleset, OtherProblem when the kernel cannot.
 */
export function planRuleset(ir: RulesetIr, options: PlanOptions = {}): Plan {
  const chosen = strategyFor(ir, options);
  const gathered = chosen.strategy.kind === 'home' ? chosen.strategy.bodies.flatMap((body) => body.steps) : undefined;
  const needs = stageNeeds(ir, gathered);
  const established = needs.conntrack && chosen.strategy.kind !== 'linear' ? planEstablished(ir) : undefined;
  return { family: ir.family, slots: ir.slots, needs, ...chosen, ...(established === undefined ? {} : { established }), early: () => planRuleset(earlyDrop(ir), options) };
}
