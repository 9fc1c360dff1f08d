/**
 * The linear strategy: rules become straight-line compares, user chains are expanded where they are entered.
 *
 * A *block* is one chain with one continuation (where the walk goes when it falls off the end or RETURNs). A jump that is not its
 * chain's last rule makes a block that continues after it; a goto, or a jump that is the last rule, makes one with the
 * continuation of its own chain. Blocks are shared by (chain, continuation), so forty `-g DROPLOG` in a chain cost one copy.
 * No call stack remains at run time.
 */
import { InternalFault } from '../errors/errors.js';
import type { ChainIr, RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { orderRules, type Order } from './linear-order.js';
import { eachRuleAtom } from './stages.js';

/** Where a walk goes on: at a rule of another block, or at a base chain's policy. */
export type Continuation =
  | { readonly kind: 'policy'; readonly chain: string; readonly verdict: 'accept' | 'drop'; readonly slot: number }
  | { readonly kind: 'rule'; readonly block: number; readonly index: number };

export interface PlacedRule {
  readonly rule: RuleIr;
  /** Jump and goto: the block entered. */
  readonly into?: number;
}

export interface Block {
  readonly id: number;
  readonly chain: string;
  readonly next: Continuation;
  readonly rules: readonly PlacedRule[];
}

export interface LinearPlan {
  readonly kind: 'linear';
  readonly blocks: readonly Block[];
  /** Block of each built-in chain by name. */
  readonly roots: ReadonlyMap<string, number>;
  /** Rules over all blocks. */
  readonly expanded: number;
  readonly order: Order;
}

/**
 * The verifier keeps at most 8192 branches open along one path (BPF_COMPLEXITY_LIMIT_JMP_SEQ), and straight-line code opens one at every
 * compare. What is left is for the stages before the rules.
 */
const BRANCH_LIMIT = 7000;

/** Branches that calls of stateful matches and of side effects open, in round numbers: the loop of `limit` has 64 rounds. */
const CALL_BRANCHES = 70;
const EFFECT_BRANCHES = 20;

function branches(rule: RuleIr): number {
  const calls = rule.steps.filter((step) => step.kind === 'call').length;
  let atoms = 0;
  eachRuleAtom(rule, () => (atoms += 1));
  return atoms + calls * CALL_BRANCHES + (rule.action.kind === 'effect' ? EFFECT_BRANCHES : 0);
}

const keyOf = (chain: string, next: Continuation): string =>
  next.kind === 'policy' ? `${chain}@${next.chain}` : `${chain}@${next.block}:${next.index}`;

class Expansion {
  readonly blocks: Block[] = [];
  expanded = 0;
  private branches = 0;
  private readonly byKey = new Map<string, number>();
  private readonly active = new Set<string>();
  private readonly chains: ReadonlyMap<string, ChainIr>;

  constructor(ir: RulesetIr, private readonly limit: number) {
    this.chains = new Map(ir.chains.map((chain) => [chain.name, chain]));
  }

  /** Id of the block of `name` with this continuation, made on first use. Undefined when the limit is passed. */
  enter(name: string, next: Continuation): number | undefined {
    if (this.active.has(name)) throw new InternalFault(`planning a loop of chains through ${name}`);
    const key = keyOf(name, next);
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const chain = this.chains.get(name);
    if (chain === undefined) throw new InternalFault(`planning a jump to the missing chain ${name}`);
    this.expanded += chain.rules.length;
    if (this.expanded > this.limit) return undefined;
    for (const rule of chain.rules) this.branches += branches(rule);
    if (this.branches > BRANCH_LIMIT) return undefined;

    this.active.add(name);
    const id = this.blocks.length;
    this.byKey.set(key, id);
    const rules: PlacedRule[] = [];
    this.blocks.push({ id, chain: name, next, rules });
    for (const [index, rule] of chain.rules.entries()) {
      const { action } = rule;
      if (action.kind !== 'jump' && action.kind !== 'goto') {
        rules.push({ rule });
        continue;
      }
      const last = index + 1 === chain.rules.length;
      const into = this.enter(action.chain, action.kind === 'jump' && !last ? { kind: 'rule', block: id, index: index + 1 } : next);
      if (into === undefined) return undefined;
      rules.push({ rule, into });
    }
    this.active.delete(name);
    return id;
  }
}

/**
 * Expands all built-in chains.
 * @param limit the most rules all blocks together may have.
 * @returns undefined when there are more, or when they compare more than the verifier would follow.
 */
export function planLinear(ir: RulesetIr, limit: number): LinearPlan | undefined {
  const expansion = new Expansion(ir, limit);
  const roots = new Map<string, number>();
  for (const { name, policy } of ir.chains) {
    if (policy === undefined) continue;
    const root = expansion.enter(name, { kind: 'policy', chain: name, ...policy });
    if (root === undefined) return undefined;
    roots.set(name, root);
  }
  const { blocks, expanded } = expansion;
  const chains = new Map(blocks.map(({ chain, rules }) => [chain, rules.map(({ rule }) => rule)]));
  return { kind: 'linear', blocks, roots, expanded, order: orderRules([...chains.values()]) };
}
