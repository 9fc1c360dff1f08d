/** The steps and actions of one rule as code, the same for every strategy. */
import type { Code } from '../asm/code.js';
import { Ja } from '../asm/jump.js';
import { Store } from '../asm/memory.js';
import { R7 } from '../asm/register.js';
import { InternalFault } from '../errors/errors.js';
import type { RuleIr } from '../ir/chain-ir.js';
import type { Step } from '../ir/predicate.js';
import { emitCount, type Counting } from './counters.js';
import { jumpIf } from './predicate.js';
import { RECORD } from './record.js';
import { emitStubAnswer, emitStubCall, type StubSlots } from './stubs.js';

/** Labels every classifier ends at; main.ts defines them. */
export const END = { accept: 'accept', drop: 'drop', hotdrop: 'hotdrop', reject: 'reject', fault: 'fault' } as const;

/** What the code of a rule needs to know of the program around it. */
export interface Surroundings {
  readonly code: Code;
  readonly stubs: StubSlots;
  readonly counting: Counting;
  /** The hook's function for a match. */
  readonly match: (stub: string) => string;
  /** The hook's function for a side effect, by its stub; undefined where it has none: such rules count and go on. */
  readonly effect: (stub: string) => string | undefined;
}

/** What names the slot of a step's call, and of a rule's effect. */
export const stepOwner = (rule: RuleIr, index: number): string => `${rule.slot}.${index}`;
export const effectOwner = (rule: RuleIr): string => `${rule.slot}.action`;

/** Falls through when all `steps` pass; jumps to `miss` when one fails; a hot drop leaves for good. `rule` names the stubs' slots. */
export function emitSteps(around: Surroundings, rule: RuleIr, steps: readonly Step[], miss: string): void {
  for (const step of steps) {
    if (step.kind === 'require') jumpIf(around.code, step.predicate, false, miss);
    else if (step.kind === 'hotdrop-if') jumpIf(around.code, step.predicate, true, END.hotdrop);
    else {
      const offset = around.stubs.offset(step.stub, stepOwner(rule, rule.steps.indexOf(step)), step.config);
      emitStubCall(around.code, around.stubs, step.stub, offset, around.match(step.stub));
      emitStubAnswer(around.code, step, miss, END.hotdrop);
    }
  }
}

/** Runs the side effect of a rule whose action is one. */
export function emitEffect({ code, stubs, effect }: Surroundings, rule: RuleIr): void {
  if (rule.action.kind !== 'effect') throw new InternalFault(`emitting an effect for ${rule.text}`);
  const { stub, config } = rule.action;
  const symbol = effect(stub);
  if (symbol !== undefined) emitStubCall(code, stubs, stub, stubs.offset(stub, effectOwner(rule), config), symbol);
}

/** Where the actions that walk on go to. */
export interface Ways {
  /** The rule after this one. */
  readonly next: string;
  /** RETURN. */
  readonly back: string;
  /** Jump and goto. */
  readonly into?: string;
}

/** Counts the packet for the rule and does what its target says. */
export function emitAction(around: Surroundings, rule: RuleIr, ways: Ways): void {
  const { code, counting } = around;
  const { action } = rule;
  emitCount(code, rule.slot, counting);
  switch (action.kind) {
    case 'continue':
      code.emit(Ja.label(ways.next));
      return;
    case 'accept':
    case 'drop':
      code.emit(Ja.label(END[action.kind]));
      return;
    case 'return':
      code.emit(Ja.label(ways.back));
      return;
    case 'jump':
    case 'goto':
      code.emit(Ja.label(ways.into!));
      return;
    case 'reject':
      code.emit(Store.imm(R7, RECORD.rejectType, action.type, 1), Ja.label(END.reject));
      return;
    case 'effect':
      emitEffect(around, rule);
      code.emit(Ja.label(ways.next));
  }
}
