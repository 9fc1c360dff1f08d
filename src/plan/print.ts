/** Text of a plan, for `explain` and the goldens. */
import type { Continuation, LinearPlan } from './linear.js';
import type { Plan } from './plan.js';

function continuation(next: Continuation): string {
  return next.kind === 'policy' ? `policy of ${next.chain}` : `block ${next.block} rule ${next.index + 1}`;
}

function printLinear(plan: LinearPlan): string[] {
  const lines = [`strategy linear: ${plan.expanded} rules in ${plan.blocks.length} blocks`];
  for (const [chain, block] of plan.roots) lines.push(`  ${chain} starts in block ${block}`);
  for (const block of plan.blocks) {
    lines.push(`block ${block.id}: chain ${block.chain}, then ${continuation(block.next)}`);
    block.rules.forEach(({ rule, into }, index) => {
      lines.push(`  ${index + 1} [${rule.slot}] ${rule.text}${into === undefined ? '' : `  -> block ${into}`}`);
    });
  }
  return lines;
}

/** The strategy, why, the stages, and the strategy's own data. */
export function printPlan(plan: Plan): string {
  const stages = Object.entries(plan.needs).filter(([, needed]) => needed).map(([name]) => name);
  return [
    `${plan.family}: ${plan.slots} counter slots, optional stages: ${stages.length === 0 ? 'none' : stages.join(', ')}`,
    ...plan.reasons.map((reason) => `because ${reason}`),
    ...printLinear(plan.strategy),
    '',
  ].join('\n');
}
