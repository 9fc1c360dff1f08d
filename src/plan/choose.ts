/** Chooses the strategy for a ruleset by the cost model. */
import { InternalFault, OtherProblem } from '../errors/errors.js';
import type { RulesetIr } from '../ir/chain-ir.js';
import { planBitvector } from './bitvector/plan-bitvector.js';
import { earlyDrop } from './early-drop.js';
import { MOST_POSITIONS, planHome } from './home/plan-home.js';
import { planLinear } from './linear.js';
import type { Plan, StrategyName } from './plan.js';
import { stageNeeds } from './stages.js';

/**
 * Measured on the machine of docs/performance.md, above a program that parses and drops, 16384 flows over all rules: straight-line code
 * costs 8 ns and 0.14 ns a rule (13 to 22 ns at 64 rules, 25 to 40 at 200), a jump, a return or a rule without verdict 1.3 ns; vectors cost
 * 17 to 29 ns at 64 rules, 31 to 52 at 200, and about 10 ns for each chain entered or rule without verdict. What ends straight-line code
 * is the verifier: 0.1 ms of every commit for a rule of five fields, 1 ms with a multiport match, 7 ms with `limit` and LOG.
 */
const CROSSOVER = 64;

/** The most rules straight-line code may hold where vectors cannot be had, or when it is forced. */
const LINEAR_LIMIT = 1000;

/** Above this many rules vectors over all of them are slower than lists by prefix. */
const HOME_FROM = 2000;

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

function strategyFor(ir: RulesetIr, options: PlanOptions): Pick<Plan, 'strategy' | 'reasons'> {
  if (options.release !== undefined && isBefore(options.release, LOOPS_SINCE)) return strategyWithoutLoops(ir, options.release, options.strategy);
  const forced = options.strategy === undefined ? [] : [`the ${options.strategy} strategy was asked for`];
  if (options.strategy === 'home') {
    const home = planHome(ir);
    if (home === undefined) throw new OtherProblem(`too many rules for lists by prefix (${MOST_POSITIONS} with the ends of chains)`);
    return { strategy: home, reasons: forced };
  }
  if (options.strategy !== 'bitvector') {
    const limit = options.strategy === 'linear' ? LINEAR_LIMIT : CROSSOVER;
    const linear = planLinear(ir, limit);
    if (linear !== undefined) {
      return { strategy: linear, reasons: [...forced, `${linear.expanded} rules once user chains are expanded: straight-line compares are fastest up to ${CROSSOVER}`] };
    }
    if (options.strategy === 'linear') throw new InternalFault(`planning more than ${LINEAR_LIMIT} expanded rules, or more compares than the verifier follows, as straight-line code`);
  }
  const rules = ir.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
  if (options.strategy === undefined && rules > HOME_FROM) {
    const home = planHome(ir);
    if (home !== undefined && home.bodies.length <= MOST_BODIES) {
      return { strategy: home, reasons: [`${rules} rules: lists by prefix, as vectors over more than ${HOME_FROM} rules no longer fit the cache`] };
    }
  }
  const reasons = forced.length > 0 ? forced : [`more than ${CROSSOVER} rules once user chains are expanded (${rules} before), or more compares than the verifier follows: vectors are faster`];
  return { strategy: planBitvector(ir), reasons };
}

/**
 * Plans a lowered ruleset.
 * @throws InternalFault when a forced strategy cannot hold the ruleset, OtherProblem when the kernel cannot.
 */
export function planRuleset(ir: RulesetIr, options: PlanOptions = {}): Plan {
  const chosen = strategyFor(ir, options);
  const gathered = chosen.strategy.kind === 'home' ? chosen.strategy.bodies.flatMap((body) => body.steps) : undefined;
  return { family: ir.family, slots: ir.slots, needs: stageNeeds(ir, gathered), ...chosen, early: () => planRuleset(earlyDrop(ir), options) };
}
