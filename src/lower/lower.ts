/** Ruleset to IR: heads and matches become steps, targets become actions, rules and policies get dense counter slots. */
import { InternalFault } from '../errors/errors.js';
import type { AnyMatch } from '../extensions/extension.js';
import { matchExtension, targetExtension } from '../extensions/registry.js';
import type { Action, ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { Step } from '../ir/predicate.js';
import type { Chain, Family, MatchUse, Rule, Ruleset, Target } from '../ruleset/model.js';
import { HeadLowering } from './head.js';

/** A rule as iptables-save prints it (`-A INPUT -p tcp -j ACCEPT`). */
export type RulePrinter = (chain: string, rule: Rule, family: Family) => string;

const CONTINUE: Action = { kind: 'continue' };

function isVacuous(step: Step): boolean {
  if (step.kind === 'call' || step.predicate.kind !== 'const') return false;
  return step.predicate.value === (step.kind === 'require');
}

/** Matches whose steps are kept for the next rule that has them; more would cost more than making them anew. */
const MOST_KEPT = 4096;

/** Whether its steps only compare fields. */
const isCompared = ({ effect, calls }: AnyMatch): boolean => effect === 'pure' && calls !== true;

/** Lowers the parts of rules. A pure match or a target that rules share as one object is lowered once; its steps are then shared too. */
class Lowering {
  private readonly head: HeadLowering;
  private readonly matches = new Map<MatchUse, readonly Step[]>();
  private readonly targets = new Map<Target, Action>();

  constructor(
    readonly family: Family,
    readonly print: RulePrinter,
  ) {
    this.head = new HeadLowering(family);
  }

  /** @throws InternalFault on one that is not registered */
  extension(use: MatchUse): AnyMatch {
    const extension = matchExtension(use.name, this.family);
    if (extension === undefined) throw new InternalFault(`lowering a rule with the unknown match ${use.name}`);
    return extension;
  }

  steps(rule: Rule): readonly Step[] {
    const steps: Step[] = [];
    this.head.lower(rule.head, steps);
    for (const match of rule.matches) for (const step of this.match(match)) steps.push(step);
    for (const step of steps) if (isVacuous(step)) return steps.filter((one) => !isVacuous(one));
    return steps;
  }

  private match(use: MatchUse): readonly Step[] {
    const known = this.matches.get(use);
    if (known !== undefined) return known;
    const extension = this.extension(use);
    const steps = extension.lower(use.data, this.family);
    // A call is told from its rule's other calls by its object, so those are never shared.
    if (isCompared(extension) && this.matches.size < MOST_KEPT) this.matches.set(use, steps);
    return steps;
  }

  action(target: Target): Action {
    if (target.kind === 'none') return CONTINUE;
    if (target.kind !== 'extension') return target;
    const known = this.targets.get(target);
    if (known !== undefined) return known;
    const extension = targetExtension(target.name, this.family);
    if (extension === undefined) throw new InternalFault(`lowering a rule with the unknown target ${target.name}`);
    const action = extension.lower(target.data, this.family);
    this.targets.set(target, action);
    return action;
  }
}

/**
 * A rule whose steps and text are made when asked for: planners look at the steps once or twice, and those of a hundred thousand rules cost
 * more to keep than to make. Steps of rules with a call are kept: it is told by its object.
 */
class LoweredRule implements RuleIr {
  readonly #rule: Rule;
  readonly #chain: string;
  readonly #lowering: Lowering;
  readonly pure: boolean;
  #kept: readonly Step[] | undefined;

  constructor(
    readonly slot: number,
    readonly action: Action,
    chain: string,
    rule: Rule,
    lowering: Lowering,
  ) {
    this.#rule = rule;
    this.#chain = chain;
    this.#lowering = lowering;
    this.pure = rule.matches.every((use) => isCompared(lowering.extension(use)));
  }

  get steps(): readonly Step[] {
    if (this.pure) return this.#lowering.steps(this.#rule);
    return (this.#kept ??= this.#lowering.steps(this.#rule));
  }

  get text(): string {
    return this.#lowering.print(this.#chain, this.#rule, this.#lowering.family);
  }

  /** Whether nothing behind this rule in its chain is ever reached. */
  get endsChain(): boolean {
    const { kind } = this.action;
    // A protocol always tests something.
    return kind !== 'continue' && kind !== 'effect' && kind !== 'jump' && this.#rule.head.protocol === undefined && this.steps.length === 0;
  }
}

/** The rules up to the first that takes every packet: what stands behind may even loop (ip_tables' mark_source_chains does not walk it either). */
function reachable(rules: readonly LoweredRule[]): readonly RuleIr[] {
  const end = rules.findIndex((rule) => rule.endsChain);
  return end < 0 ? rules : rules.slice(0, end + 1);
}

/**
 * Lowers a checked ruleset (no loops, no missing chains).
 * Slots: every rule in listing order (rules that no packet can reach keep theirs, but are not lowered), then the policies of the built-in chains in listing order.
 * @param print gives a rule its text when explain or a verifier complaint asks for it.
 * @throws InternalFault on an extension that is not registered.
 */
export function lowerRuleset(ruleset: Ruleset, print: RulePrinter): RulesetIr {
  const { family } = ruleset;
  const chains: readonly Chain[] = [...ruleset.chains.values()];
  const lowering = new Lowering(family, print);
  let next = 0;
  const rulesOf = chains.map((chain) => chain.rules.map((rule) => new LoweredRule(next++, lowering.action(rule.target), chain.name, rule, lowering)));
  const lowered = chains.map((chain, index): ChainIr => ({
    name: chain.name,
    ...(chain.policy === undefined ? {} : { policy: { verdict: chain.policy === 'ACCEPT' ? 'accept' : 'drop', slot: next++ } }),
    rules: reachable(rulesOf[index]!),
  }));
  return { family, chains: lowered, slots: next };
}
