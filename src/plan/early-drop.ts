/**
 * Early drop: what the XDP stage may drop alone, whatever the connection states, limits and marks that only tc knows. The ruleset as that
 * stage sees it: rules that drop stay as they are; every packet that meets something it cannot decide, or that is not dropped, is accepted,
 * which there means left to tc with no counter moved.
 */
import type { ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { AROUND_FIELDS, CT_FIELDS, type FieldName } from '../ir/field.js';
import { FALSE, not, TRUE, type Predicate, type Step } from '../ir/predicate.js';

/** Fields that XDP does not know as tc does: conntrack is tc's, a mark may be on a packet from a device of the same namespace, and much of what the host knows is not known yet. */
const UNKNOWN: ReadonlySet<FieldName> = new Set<FieldName>([...CT_FIELDS, ...AROUND_FIELDS, 'mark']);

/** The widest predicate that holds wherever `predicate` may hold; for `polarity` false the narrowest that holds only where it must. */
function known(predicate: Predicate, polarity: boolean): Predicate {
  switch (predicate.kind) {
    case 'test':
      return UNKNOWN.has(predicate.field) ? (polarity ? TRUE : FALSE) : predicate;
    case 'not':
      return not(known(predicate.of, !polarity));
    case 'all':
    case 'any':
      return { kind: predicate.kind, of: predicate.of.map((part) => known(part, polarity)) };
    default:
      return predicate;
  }
}

function asksUnknown(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'test':
      return UNKNOWN.has(predicate.field);
    case 'not':
      return asksUnknown(predicate.of);
    case 'all':
    case 'any':
      return predicate.of.some(asksUnknown);
    default:
      return false;
  }
}

/** The steps as far as they are known, and whether that is all there is to them. */
function knownSteps(steps: readonly Step[]): { readonly steps: Step[]; readonly decided: boolean } {
  const kept: Step[] = [];
  let decided = true;
  for (const step of steps) {
    if (step.kind === 'call') {
      // The function may hot drop the packet before what stands behind it is asked.
      decided = false;
      break;
    }
    if (step.kind === 'require') {
      decided &&= !asksUnknown(step.predicate);
      kept.push({ kind: 'require', predicate: known(step.predicate, true) });
    } else {
      // Behind something undecided, or undecided itself: from here on the packet may be hot dropped or not.
      decided &&= !asksUnknown(step.predicate);
      if (!decided) break;
      kept.push(step);
    }
  }
  return { steps: kept, decided };
}

function earlyRule(rule: RuleIr): RuleIr {
  const { steps, decided } = knownSteps(rule.steps);
  const leaves = !decided || rule.action.kind === 'accept' || rule.action.kind === 'reject' || rule.action.kind === 'effect';
  return leaves ? { ...rule, steps, action: { kind: 'accept' } } : { ...rule, steps };
}

const isAlways = (rule: RuleIr): boolean => rule.steps.every((step) => step.kind === 'require' && step.predicate.kind === 'const' && step.predicate.value);

/** Without the rules that stand behind one that leaves every packet. */
function upToFirstLeaving(rules: readonly RuleIr[]): readonly RuleIr[] {
  const end = rules.findIndex((rule) => rule.action.kind === 'accept' && isAlways(rule));
  return end < 0 ? rules : rules.slice(0, end + 1);
}

/** The chains in which, or below which, a packet may be dropped. */
function droppingChains(chains: readonly ChainIr[]): ReadonlySet<string> {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const known = new Map<string, boolean>();
  const drops = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false);
    const found = byName.get(name)?.rules.some((rule) => ruleDrops(rule, drops)) ?? false;
    known.set(name, found);
    return found;
  };
  return new Set(chains.map(({ name }) => name).filter(drops));
}

function ruleDrops({ steps, action }: RuleIr, chainDrops: (name: string) => boolean): boolean {
  if (action.kind === 'drop' || steps.some((step) => step.kind === 'hotdrop-if')) return true;
  return (action.kind === 'jump' || action.kind === 'goto') && chainDrops(action.chain);
}

/** Without the rules of a built-in chain behind the last one that may lead to a drop: packets that get there are accepted. */
function upToLastDrop(chain: ChainIr, dropping: ReadonlySet<string>): ChainIr {
  if (chain.policy?.verdict !== 'accept') return chain;
  const last = chain.rules.findLastIndex((rule) => ruleDrops(rule, (name) => dropping.has(name)));
  return { ...chain, rules: chain.rules.slice(0, last + 1) };
}

/** The ruleset of the early stage. Slots are those of `ir`; a packet it accepts is undecided. */
export function earlyDrop(ir: RulesetIr): RulesetIr {
  const chains = ir.chains.map((chain) => ({ ...chain, rules: upToFirstLeaving(chain.rules.map(earlyRule)) }));
  const dropping = droppingChains(chains);
  return { ...ir, chains: chains.map((chain) => upToLastDrop(chain, dropping)) };
}
