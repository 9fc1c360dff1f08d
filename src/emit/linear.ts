/**
 * The linear strategy as code: blocks of compares. A block entered by a jump stands right behind the jumping rule, so that
 * it falls back into the next one; blocks that share their parent's continuation stand behind the parent.
 */
import { Ja } from '../asm/jump.js';
import type { Block, Continuation, LinearPlan } from '../plan/linear.js';
import { emitCount } from './counters.js';
import type { BuiltinChainName } from './record.js';
import { emitAction, emitSteps, END, type Surroundings } from './rule.js';

const ruleLabel = (block: number, index: number): string => `block${block}.rule${index}`;
const policyLabel = (chain: string): string => `policy.${chain}`;
const labelOf = (next: Continuation): string => (next.kind === 'policy' ? policyLabel(next.chain) : ruleLabel(next.block, next.index));

function emitBlock(around: Surroundings, plan: LinearPlan, block: Block, done: Set<number>): void {
  const { code } = around;
  const after: number[] = [];
  done.add(block.id);
  block.rules.forEach(({ rule, into }, index) => {
    const next = ruleLabel(block.id, index + 1);
    code.label(ruleLabel(block.id, index)).origin(rule.text);
    emitSteps(around, rule, rule.steps, next);
    const entered = into === undefined ? undefined : plan.blocks[into]!;
    emitAction(around, rule, { next, back: labelOf(block.next), ...(entered === undefined ? {} : { into: ruleLabel(entered.id, 0) }) });
    if (entered === undefined || done.has(entered.id)) return;
    const returnsHere = entered.next.kind === 'rule' && entered.next.block === block.id;
    if (returnsHere) emitBlock(around, plan, entered, done);
    else after.push(entered.id);
  });
  code.label(ruleLabel(block.id, block.rules.length)).emit(Ja.label(labelOf(block.next)));
  for (const id of after) if (!done.has(id)) emitBlock(around, plan, plan.blocks[id]!, done);
}

/** Code of the chain's rules and policy; it starts where it is emitted and leaves by the labels of END. R7-R9 as in main.ts. */
export function emitLinearChain(around: Surroundings, plan: LinearPlan, chain: BuiltinChainName, done: Set<number>): void {
  const root = plan.blocks[plan.roots.get(chain)!]!;
  if (root.next.kind !== 'policy') throw new Error(`${chain} has no policy`);
  emitBlock(around, plan, root, done);
  around.code.label(policyLabel(chain)).origin(`-P ${chain} ${root.next.verdict.toUpperCase()}`);
  emitCount(around.code, root.next.slot, around.counting);
  around.code.emit(Ja.label(END[root.next.verdict]));
}
