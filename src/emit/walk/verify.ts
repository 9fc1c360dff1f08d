/** What the tables do not say about a candidate: the body that its action names. */
import { Add, And, Lsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq } from '../../asm/jump.js';
import { Load, LoadImm64 } from '../../asm/memory.js';
import { R1, R2, R3, R9 } from '../../asm/register.js';
import { isClassic } from '../../ir/classic.js';
import type { Body, BodyStep } from '../../plan/bitvector/bodies.js';
import { reachable } from '../../plan/bitvector/positions.js';
import type { BuiltinChainName } from '../record.js';
import { END, emitSteps, type Surroundings } from '../rule.js';
import { emitStubAnswer, emitStubCall, emitStubCallAt } from '../stubs.js';
import { ACTION, ACTION_BYTES } from './actions.js';
import { emitDispatch } from './dispatch.js';
import { MATCHED, NEXT, ODD_MODE, type Machine, type WalkPlan } from './machine.js';

/** R2 = address of the action of the position in R1. */
export function emitActionAddress({ actions }: Pick<Machine, 'actions'>, code: Code): void {
  code.emit(And.imm(R1, actions.entries - 1), Lsh.imm(R1, Math.log2(ACTION_BYTES)), LoadImm64.mapValue(R2, 'actions'), Add.reg(R2, R1));
}

/** The stub with the slot that the candidate's action names. Rules that share a body have the same classic program. */
function emitSoleCall({ code, stubs, match }: Surroundings, machine: Machine, step: Extract<BodyStep, { kind: 'sole-call' }>): void {
  if (isClassic(step.stub)) {
    emitStubCall(code, stubs, step.stub, stubs.offset(step.stub, '', []), match(step.stub));
    emitStubAnswer(code, step, NEXT, END.hotdrop);
    return;
  }
  code.emit(Load.mem(R1, R9, machine.walk.candidate, 4));
  emitActionAddress(machine, code);
  code.emit(Load.mem(R3, R2, ACTION.call, 4));
  emitStubCallAt(code, stubs, step.stub, match(step.stub));
  emitStubAnswer(code, step, NEXT, END.hotdrop);
}

function emitBody(around: Surroundings, machine: Machine, body: Body): void {
  for (const step of body.steps) {
    if (step.kind === 'look-again') machine.lookAgain(around.code);
    else if (step.kind === 'sole-call') emitSoleCall(around, machine, step);
    else emitSteps(around, body.rule, [step], NEXT);
  }
  around.code.emit(Ja.label(MATCHED));
}

/** For each body whether some rule at a position that `chains` lead to has it; the others need not be in their program. */
function bodiesOf({ layout, planned, bodies }: WalkPlan, chains: readonly BuiltinChainName[]): boolean[] {
  const had = bodies.map(() => false);
  reachable(layout, chains).forEach((reached, position) => {
    const { ordinary, odd } = planned[position]!;
    if (reached === 0) return;
    if (ordinary !== 0) had[ordinary - 1] = true;
    if (odd !== 0) had[odd - 1] = true;
  });
  return had;
}

/**
 * R1 = candidate of a walk from one of `chains`: runs the body its action names, to MATCHED or to NEXT; falls through to MATCHED where no rule has any. R7 = record,
 * R9 = walk.
 */
export function emitVerification(around: Surroundings, machine: Machine, chains: readonly BuiltinChainName[]): void {
  const { code } = around;
  const { plan, walk } = machine;
  const had = bodiesOf(plan, chains);
  if (!had.includes(true)) return;
  code.origin('verify');
  emitActionAddress(machine, code);
  if (plan.odd !== undefined) code.emit(Load.mem(R1, R9, walk.mode, 4), And.imm(R1, ODD_MODE), Add.reg(R2, R1));
  code.emit(Load.mem(R1, R2, ACTION.ordinary, 4), JEq.imm32(R1, 0, MATCHED));
  const labels = had.map((is, index) => (is ? `body${index + 1}` : END.fault));
  emitDispatch(code, R1, [MATCHED, ...labels]);
  plan.bodies.forEach((body, index) => {
    if (!had[index]) return;
    code.label(labels[index]!).origin(body.rule.text);
    emitBody(around, machine, body);
  });
}
