/**
 * The linear strategy as code. A chain is a row of single compares, each the most telling one of its rule, and the bodies with the rest
 * of each rule stand behind: a packet passes the rules that are not its own without a jump taken. Odd packets have a row of their
 * own, with every rule as it is written (plan/linear-order.ts). Calls cost the verifier most, so they stand in that row only: who comes
 * to one goes on there.
 */
import { Ja, JEq } from '../asm/jump.js';
import { Load } from '../asm/memory.js';
import { R1, R7, R9 } from '../asm/register.js';
import type { RuleIr } from '../ir/chain-ir.js';
import type { Step } from '../ir/predicate.js';
import type { Block, Continuation, LinearPlan, PlacedRule } from '../plan/linear.js';
import { emitCount } from './counters.js';
import { jumpIf } from './predicate.js';
import { combine, jumpIfTest, type Test } from './word-test.js';
import { CHAIN_CODE, FIELD_PLACES, RECORD, type BuiltinChainName } from './record.js';
import { emitAction, emitSteps, END, type Surroundings } from './rule.js';

/** Where the first stateful call of a rule stands among its steps; their number without one. */
function firstCall({ steps }: RuleIr): number {
  const at = steps.findIndex((step) => step.kind === 'call');
  return at < 0 ? steps.length : at;
}

const isStateful = (rule: RuleIr): boolean => firstCall(rule) < rule.steps.length || rule.action.kind === 'effect';
/** The code of all chains for one kind of packets. */
class Row {
  private readonly done = new Set<number>();
  /** Bodies that stand behind what is being written. */
  private bodies: (() => void)[] = [];

  constructor(
    private readonly around: Surroundings,
    private readonly plan: LinearPlan,
    private readonly kind: 'ordinary' | 'odd',
    /** Before every label. */
    private readonly prefix: string,
  ) {}

  /** Code of the chain's rules and policy; it starts where it is emitted and leaves by the labels of END. */
  chain(chain: BuiltinChainName): void {
    const { code, counting } = this.around;
    const root = this.plan.blocks[this.plan.roots.get(chain)!]!;
    if (root.next.kind !== 'policy') throw new Error(`${chain} has no policy`);
    this.block(root);
    code.label(this.policyLabel(chain)).origin(`-P ${chain} ${root.next.verdict.toUpperCase()}`);
    emitCount(code, root.next.slot, counting);
    code.emit(Ja.label(END[root.next.verdict]));
    this.flush();
  }

  private ruleLabel(block: number, index: number): string {
    return `${this.prefix}${this.kind}.block${block}.rule${index}`;
  }

  /** Where the calls of a rule begin, in the row of odd packets. */
  private callLabel(block: number, index: number): string {
    return `${this.prefix}calls.block${block}.rule${index}`;
  }

  private policyLabel(chain: string): string {
    return `${this.prefix}${this.kind}.policy.${chain}`;
  }

  private labelOf(next: Continuation): string {
    return next.kind === 'policy' ? this.policyLabel(next.chain) : this.ruleLabel(next.block, next.index);
  }

  /** Every body may leave others behind it; each rule of each block has one, so this ends. */
  private flush(): void {
    while (this.bodies.length > 0) {
      const bodies = this.bodies;
      this.bodies = [];
      for (const body of bodies) body();
    }
  }

  private block(block: Block): void {
    this.done.add(block.id);
    block.rules.forEach((placed, index) => this.rule(block, placed, index));
    this.around.code.label(this.ruleLabel(block.id, block.rules.length)).emit(Ja.label(this.labelOf(block.next)));
  }

  private rule(block: Block, placed: PlacedRule, index: number): void {
    const { code } = this.around;
    const { rule } = placed;
    code.label(this.ruleLabel(block.id, index));
    if (this.kind === 'odd') {
      const from = firstCall(rule);
      const next = this.ruleLabel(block.id, index + 1);
      code.origin(rule.text);
      emitSteps(this.around, rule, rule.steps.slice(0, from), next);
      if (isStateful(rule)) code.label(this.callLabel(block.id, index));
      this.body(block, placed, index, [], rule.steps.slice(from));
      return;
    }
    const straight = this.plan.order.ordinary.get(rule.slot);
    if (straight === undefined) return;
    const [first, ...rest] = combine(straight.tests);
    if (first === undefined) {
      this.body(block, placed, index, [], straight.tail);
      return;
    }
    const label = code.fresh('body');
    code.origin(rule.text);
    jumpIfTest(code, first, true, label);
    this.bodies.push(() => {
      code.label(label);
      this.body(block, placed, index, rest, straight.tail);
    });
  }

  /** The rest of a rule and its action; a block that it enters follows, unless it stands elsewhere already. */
  private body(block: Block, { rule, into }: PlacedRule, index: number, tests: readonly Test[], steps: readonly Step[]): void {
    const next = this.ruleLabel(block.id, index + 1);
    const entered = into === undefined ? undefined : this.plan.blocks[into]!;
    this.around.code.origin(rule.text);
    for (const test of tests) jumpIfTest(this.around.code, test, false, next);
    if (this.kind === 'ordinary' && this.plan.order.odd !== undefined && isStateful(rule)) {
      this.around.code.emit(Ja.label(this.callLabel(block.id, index)));
      return;
    }
    emitSteps(this.around, rule, steps, next);
    emitAction(this.around, rule, { next, back: this.labelOf(block.next), ...(entered === undefined ? {} : { into: this.ruleLabel(entered.id, 0) }) });
    if (entered === undefined || this.done.has(entered.id)) return;
    const { next: after } = entered;
    // It falls back into the rule behind this one.
    if (after.kind === 'rule' && after.block === block.id) this.block(entered);
    else {
      this.done.add(entered.id);
      this.bodies.push(() => this.block(entered));
    }
  }
}

/** Code from the filled record to the labels of END. R7 and R8 as in main.ts; R9 becomes the packet's length. @param prefix before every label, where there is other code of this kind */
export function emitLinear(around: Surroundings, plan: LinearPlan, chains: readonly BuiltinChainName[], prefix = ''): void {
  const { code } = around;
  const { odd } = plan.order;
  const dispatch = (kind: 'ordinary' | 'odd'): void => {
    const row = new Row(around, plan, kind, prefix);
    code.origin('chain').emit(Load.mem(R1, R7, RECORD.chain, 1));
    for (const chain of chains) code.emit(JEq.imm32(R1, CHAIN_CODE[chain], `${prefix}${kind}.${chain}`));
    code.emit(Ja.label(END.fault));
    for (const chain of chains) {
      code.label(`${prefix}${kind}.${chain}`);
      row.chain(chain);
    }
  };
  code.origin('odd packets').emit(Load.mem(R9, R7, FIELD_PLACES.length.offset, 4));
  if (odd !== undefined) jumpIf(code, odd, true, `${prefix}odd`);
  dispatch('ordinary');
  if (odd === undefined) return;
  code.label(`${prefix}odd`);
  dispatch('odd');
}
