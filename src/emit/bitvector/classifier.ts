/**
 * The bitvector strategy as code: look every field up, then walk: next candidate, verify what the vectors do not say, count, act.
 *
 * R6 = context, R7 = record, R8 = counter stripe, R9 = walk. Nothing else lives from one round of the walk to the next.
 */
import { Add, And, Lsh, Mov, Rsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R7, R9 } from '../../asm/register.js';
import type { Body, BodyStep } from '../../plan/bitvector/bodies.js';
import { emitPerCpuValue } from '../gate.js';
import { jumpIf } from '../predicate.js';
import { CHAIN_CODE, RECORD, type BuiltinChainName } from '../record.js';
import { emitSteps, END, type Surroundings } from '../rule.js';
import { emitStubCallAt } from '../stubs.js';
import { emitCountAt } from '../counters.js';
import { ACTION, ACTION_BYTES, ACTION_TYPE } from './actions.js';
import { emitDispatch } from './dispatch.js';
import { emitLookup } from './lookup.js';
import { emitAnd, emitScan, NEXT } from './scan.js';
import type { Tables } from './tables.js';
import { ODD_MODE } from './walk.js';

const MATCHED = 'matched';

/** Stores the row of every field and the packet's mode. */
function emitLookups(tables: Tables, code: Code): void {
  const { plan, classes, rows, walk } = tables;
  plan.fields.forEach(({ field }, index) => {
    code.origin(`class of ${field}`);
    emitLookup(code, field, classes.tables[index]!, rows.bases[index]!, rows.stride);
    code.emit(Store.mem(R9, walk.filter(index), R1, 4));
  });
  if (plan.odd === undefined) return;
  const ordinary = code.fresh('ordinary');
  code.origin('odd packets').emit(Store.imm(R9, walk.mode, 0, 4));
  jumpIf(code, plan.odd, false, ordinary);
  code.emit(Store.imm(R9, walk.mode, ODD_MODE, 4));
  plan.fields.forEach(({ field }, index) => {
    code.emit(Load.mem(R1, R9, walk.filter(index), 4), Store.mem(R9, walk.exact(index), R1, 4));
    if (!plan.filtersOdd.has(field)) code.emit(Store.imm(R9, walk.filter(index), 0, 4));
  });
  code.label(ordinary);
}

/** Sets the walk to the start of the packet's chain, its end at the bottom of the stack. */
function emitStart({ plan, walk }: Tables, code: Code, chains: readonly BuiltinChainName[]): void {
  code.origin('chain').emit(Store.imm(R9, walk.height, 4, 4), Load.mem(R1, R7, RECORD.chain, 1));
  for (const chain of chains) code.emit(JEq.imm32(R1, CHAIN_CODE[chain], `chain.${chain}`));
  code.emit(Ja.label(END.fault));
  for (const chain of chains) {
    code.label(`chain.${chain}`).emit(
      Store.imm(R9, walk.position, plan.layout.start.get(chain)!, 4),
      Store.imm(R9, walk.stack, plan.layout.end.get(chain)!, 4),
      Ja.label(NEXT),
    );
  }
}

/** R2 = address of the action of the position in R1. */
function emitActionAddress({ actions }: Tables, code: Code): void {
  code.emit(And.imm(R1, actions.entries - 1), Lsh.imm(R1, Math.log2(ACTION_BYTES)), LoadImm64.mapValue(R2, 'actions'), Add.reg(R2, R1));
}

/** Goes to MATCHED when the candidate's bit is set in the exact rows of all fields, to NEXT when not. */
function emitVectorCheck(tables: Tables, code: Code): void {
  const { rows, walk } = tables;
  code.emit(Load.mem(R1, R9, walk.candidate, 4), Mov.reg(R2, R1), Rsh.imm(R2, 6), Lsh.imm(R2, 3), Add.imm(R2, rows.summaryBytes), Mov.imm(R5, -1));
  emitAnd(tables, code, R2, walk.exact);
  code.emit(And.imm(R1, 63), Rsh.reg(R5, R1), And.imm(R5, 1), JEq.imm(R5, 0, NEXT));
}

/** The stub with the slot that the candidate's action names. */
function emitSoleCall({ code, stubs }: Surroundings, tables: Tables, { stub, invert }: Extract<BodyStep, { kind: 'sole-call' }>): void {
  code.emit(Load.mem(R1, R9, tables.walk.candidate, 4));
  emitActionAddress(tables, code);
  code.emit(Load.mem(R3, R2, ACTION.call, 4));
  emitStubCallAt(code, stub, stubs.mask(stub));
  code.emit((invert ? JNe : JEq).imm32(R0, 0, NEXT));
}

function emitBody(around: Surroundings, tables: Tables, body: Body): void {
  for (const step of body.steps) {
    if (step.kind === 'vectors') emitVectorCheck(tables, around.code);
    else if (step.kind === 'sole-call') emitSoleCall(around, tables, step);
    else emitSteps(around, body.rule, [step], NEXT);
  }
  around.code.emit(Ja.label(MATCHED));
}

/** R1 = candidate: runs the body its action names. */
function emitVerification(around: Surroundings, tables: Tables): void {
  const { code } = around;
  const { plan, walk } = tables;
  if (plan.bodies.length === 0) return;
  code.origin('verify');
  emitActionAddress(tables, code);
  if (plan.odd !== undefined) code.emit(Load.mem(R1, R9, walk.mode, 4), And.imm(R1, ODD_MODE), Add.reg(R2, R1));
  code.emit(Load.mem(R1, R2, ACTION.ordinary, 4), JEq.imm32(R1, 0, MATCHED));
  const labels = plan.bodies.map((_, index) => `body${index + 1}`);
  emitDispatch(code, R1, [MATCHED, ...labels]);
  plan.bodies.forEach((body, index) => {
    code.label(labels[index]!).origin(body.rule.text);
    emitBody(around, tables, body);
  });
}

/** Counts the candidate and does what its action says. */
function emitActions(around: Surroundings, tables: Tables, stripe: number): void {
  const { code } = around;
  const { walk, actions, plan } = tables;
  const rejects = plan.layout.positions.some((at) => at.kind === 'rule' && at.rule.action.kind === 'reject');
  code.label(MATCHED).origin('matched').emit(Load.mem(R1, R9, walk.candidate, 4));
  emitActionAddress(tables, code);
  code.emit(Load.mem(R3, R2, ACTION.type, 4), JEq.imm32(R3, ACTION_TYPE.end, 'pop'));
  code.emit(Load.mem(R4, R2, ACTION.target, 4), Load.mem(R1, R2, ACTION.counter, 4));
  emitCountAt(code, stripe, around.atomic);
  code.emit(
    JEq.imm32(R3, ACTION_TYPE.accept, END.accept),
    JEq.imm32(R3, ACTION_TYPE.drop, END.drop),
    JEq.imm32(R3, ACTION_TYPE.continue, NEXT),
    JEq.imm32(R3, ACTION_TYPE.goto, 'enter'),
    JEq.imm32(R3, ACTION_TYPE.return, 'pop'),
    ...(rejects ? [JEq.imm32(R3, ACTION_TYPE.reject, 'answer')] : []),
    ...actions.effects.map((stub, index) => JEq.imm32(R3, ACTION_TYPE.effect + index, `effect.${stub}`)),
    JNe.imm32(R3, ACTION_TYPE.jump, END.fault),
  );
  code.origin('jump').emit(
    Load.mem(R1, R9, walk.height, 4), Mov.reg(R2, R1), Add.imm(R2, 4), Store.mem(R9, walk.height, R2, 4),
    And.imm(R1, walk.stackMask), Mov.reg(R2, R9), Add.reg(R2, R1),
    Load.mem(R1, R9, walk.position, 4), Store.mem(R2, walk.stack, R1, 4),
  );
  code.label('enter').origin('goto').emit(Store.mem(R9, walk.position, R4, 4), Ja.label(NEXT));
  code.label('pop').origin('return').emit(
    Load.mem(R1, R9, walk.height, 4), Add.imm(R1, -4), Store.mem(R9, walk.height, R1, 4),
    And.imm(R1, walk.stackMask), Mov.reg(R2, R9), Add.reg(R2, R1),
    Load.mem(R1, R2, walk.stack, 4), Store.mem(R9, walk.position, R1, 4), Ja.label(NEXT),
  );
  if (rejects) code.label('answer').origin('reject').emit(Store.mem(R7, RECORD.rejectType, R4, 1), Ja.label(END.reject));
  for (const stub of actions.effects) emitEffectOf(around, stub);
}

/** R4 = byte offset of the slot. */
function emitEffectOf({ code, stubs, lacks }: Surroundings, stub: string): void {
  code.label(`effect.${stub}`).origin(`effect ${stub}`);
  if (!lacks.has(stub)) {
    code.emit(Mov.reg(R3, R4));
    emitStubCallAt(code, stub, stubs.mask(stub));
  }
  code.emit(Ja.label(NEXT));
}

/** Code from the filled record to the labels of END. */
export function emitBitvector(around: Surroundings, tables: Tables, chains: readonly BuiltinChainName[], stripe: number): void {
  const { code } = around;
  code.origin('walk');
  emitPerCpuValue(code, 'walk', END.fault);
  code.emit(Mov.reg(R9, R0));
  emitLookups(tables, code);
  emitStart(tables, code, chains);
  emitScan(tables, code);
  emitVerification(around, tables);
  emitActions(around, tables, stripe);
}
