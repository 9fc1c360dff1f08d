/** Ruleset to IR: heads and matches become steps, targets become actions, rules and policies get dense counter slots. */
import { InternalFault } from '../errors/errors.js';
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

/** Lowers rules one by one. A pure match or a target that rules share as one object is lowered once; its steps are then shared too. */
class Lowering {
  private readonly head = new HeadLowering();
  private readonly matches = new Map<MatchUse, readonly Step[]>();
  private readonly targets = new Map<Target, Action>();

  constructor(
    private readonly family: Family,
    private readonly print: RulePrinter,
  ) {}

  rule(slot: number, chain: string, rule: Rule): RuleIr {
    return new LoweredRule(slot, this.steps(rule), this.action(rule.target), chain, rule, this.family, this.print);
  }

  private steps(rule: Rule): readonly Step[] {
    const steps: Step[] = [];
    this.head.lower(rule.head, steps);
    for (const match of rule.matches) steps.push(...this.match(match));
    return steps.some(isVacuous) ? steps.filter((step) => !isVacuous(step)) : steps;
  }

  private match(use: MatchUse): readonly Step[] {
    const known = this.matches.get(use);
    if (known !== undefined) return known;
    const extension = matchExtension(use.name, this.family);
    if (extension === undefined) throw new InternalFault(`lowering a rule with the unknown match ${use.name}`);
    const steps = extension.lower(use.data, this.family);
    // A call is told from its rule's other calls by its object: stateful matches are never shared.
    if (extension.effect === 'pure') this.matches.set(use, steps);
    return steps;
  }

  private action(target: Target): Action {
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

/** A rule that prints itself only when somebody wants to read it. */
class LoweredRule implements RuleIr {
  readonly #chain: string;
  readonly #rule: Rule;
  readonly #family: Family;
  readonly #print: RulePrinter;

  constructor(
    readonly slot: number,
    readonly steps: readonly Step[],
    readonly action: Action,
    chain: string,
    rule: Rule,
    family: Family,
    print: RulePrinter,
  ) {
    this.#chain = chain;
    this.#rule = rule;
    this.#family = family;
    this.#print = print;
  }

  get text(): string {
    return this.#print(this.#chain, this.#rule, this.#family);
  }
}

/** Whether nothing behind this rule in its chain is ever reached. */
function endsChain({ steps, action }: RuleIr): boolean {
  return steps.length === 0 && action.kind !== 'continue' && action.kind !== 'effect' && action.kind !== 'jump';
}

/** The rules up to the first that takes every packet: what stands behind may even loop (ip_tables' mark_source_chains does not walk it either). */
function reachable(rules: readonly RuleIr[]): readonly RuleIr[] {
  const end = rules.findIndex(endsChain);
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
  const rulesOf = chains.map((chain) => chain.rules.map((rule) => lowering.rule(next++, chain.name, rule)));
  const lowered = chains.map((chain, index): ChainIr => ({
    name: chain.name,
    ...(chain.policy === undefined ? {} : { policy: { verdict: chain.policy === 'ACCEPT' ? 'accept' : 'drop', slot: next++ } }),
    rules: reachable(rulesOf[index]!),
  }));
  return { family, chains: lowered, slots: next };
}
