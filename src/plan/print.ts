/** Text of a plan, for `explain` and the goldens. */
import type { BitvectorPlan } from './bitvector/plan-bitvector.js';
import type { HomePlan } from './home/plan-home.js';
import type { Continuation, LinearPlan } from './linear.js';
import type { Plan } from './plan.js';

function continuation(next: Continuation): string {
  return next.kind === 'policy' ? `policy of ${next.chain}` : `block ${next.block} rule ${next.index + 1}`;
}

function printLinear(plan: LinearPlan, head = 'strategy linear'): string[] {
  const lines = [`${head}: ${plan.expanded} rules in ${plan.blocks.length} blocks`];
  for (const [chain, block] of plan.roots) lines.push(`  ${chain} starts in block ${block}`);
  for (const block of plan.blocks) {
    lines.push(`block ${block.id}: chain ${block.chain}, then ${continuation(block.next)}`);
    block.rules.forEach(({ rule, into }, index) => {
      lines.push(`  ${index + 1} [${rule.slot}] ${rule.text}${into === undefined ? '' : `  -> block ${into}`}`);
    });
  }
  return lines;
}

function printBitvector(plan: BitvectorPlan): string[] {
  const { layout, fields, filtersOdd, bodies } = plan;
  const lines = [`strategy bitvector: ${layout.positions.length} positions, ${plan.words} words a row, ${bodies.length} bodies to verify, stack of ${plan.stackDepth}`];
  for (const { field, starts, rows } of fields) {
    lines.push(`field ${field}: ${starts.length} segments, ${rows.length} classes${filtersOdd.has(field) ? '' : ', ordinary packets only'}`);
  }
  for (const [chain, start] of layout.start) lines.push(`chain ${chain}: positions ${start} to ${layout.end.get(chain)}`);
  layout.positions.forEach((at, position) => {
    if (at.kind !== 'rule') return;
    const { ordinary, odd } = plan.planned[position]!;
    const verify = [...(ordinary === 0 ? [] : [`verify body ${ordinary}`]), ...(odd === ordinary ? [] : [`odd packets body ${odd}`])];
    lines.push(`  ${position} [${at.rule.slot}] ${at.rule.text}${verify.length === 0 ? '' : `  (${verify.join(', ')})`}`);
  });
  return lines;
}

function printHome({ layout, lists, filters, flat, planned, bodies, stackDepth }: HomePlan): string[] {
  const count = (list: number): number => lists.start[list + 1]! - lists.start[list]!;
  const numbers = Array.from({ length: lists.parent.length }, (_, list) => list);
  const lines = [
    `strategy home: ${layout.positions.length} positions, ${bodies.length} bodies to verify, stack of ${stackDepth}${flat ? ', no chain is entered' : ''}`,
    `lists: root of ${count(0)} rules, ${lists.firstOfDst - 1} of src, ${numbers.length - lists.firstOfDst} of dst, longest ${numbers.reduce((most, list) => Math.max(most, count(list)), 0)}, ${filters?.long.length ?? 0} filtered`,
  ];
  for (const [chain, start] of layout.start) lines.push(`chain ${chain}: positions ${start} to ${layout.end.get(chain)}`);
  const homes = new Map(numbers.flatMap((list) => Array.from(lists.members.subarray(lists.start[list]!, lists.start[list + 1]!), (position) => [position, list] as const)));
  layout.positions.forEach((at, position) => {
    if (at.kind !== 'rule') return;
    const { ordinary, odd } = planned[position]!;
    const verify = [...(ordinary === 0 ? [] : [`verify body ${ordinary}`]), ...(odd === ordinary ? [] : [`odd packets body ${odd}`])];
    lines.push(`  ${position} [${at.rule.slot}] ${at.rule.text}  (${[`list ${homes.get(position)}`, ...verify].join(', ')})`);
  });
  return lines;
}

function printStrategy(strategy: Plan['strategy']): string[] {
  switch (strategy.kind) {
    case 'linear':
      return printLinear(strategy);
    case 'bitvector':
      return printBitvector(strategy);
    case 'home':
      return printHome(strategy);
  }
}

/** The strategy, why, the stages, and the strategy's own data. */
export function printPlan(plan: Plan): string {
  const stages = Object.entries(plan.needs).filter(([, needed]) => needed === true).map(([name]) => name);
  return [
    `${plan.family}: ${plan.slots} counter slots, optional stages: ${stages.length === 0 ? 'none' : stages.join(', ')}`,
    ...plan.reasons.map((reason) => `because ${reason}`),
    ...(plan.established === undefined ? [] : printLinear(plan.established.linear, 'established packets, before the tables')),
    ...printStrategy(plan.strategy),
    '',
  ].join('\n');
}
