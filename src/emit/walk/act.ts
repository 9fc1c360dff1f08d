/** At MATCHED: counts the candidate and does what its action says; and the start of a walk. */
import { Add, And, Mov } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe } from '../../asm/jump.js';
import { Load, Store } from '../../asm/memory.js';
import { R1, R2, R3, R4, R7, R9 } from '../../asm/register.js';
import { emitCountAt } from '../counters.js';
import { CHAIN_CODE, RECORD, type BuiltinChainName } from '../record.js';
import { END, type Surroundings } from '../rule.js';
import { emitStubCallAt } from '../stubs.js';
import { ACTION, ACTION_TYPE } from './actions.js';
import { MATCHED, NEXT, type Machine } from './machine.js';
import { emitActionAddress } from './verify.js';

/** Sets the walk to the start of the packet's chain, its end at the bottom of the stack, and goes to `then`. */
export function emitStart({ plan, walk }: Pick<Machine, 'plan' | 'walk'>, code: Code, chains: readonly BuiltinChainName[], then: string): void {
  code.origin('chain').emit(Store.imm(R9, walk.height, 4, 4), Load.mem(R1, R7, RECORD.chain, 1));
  for (const chain of chains) code.emit(JEq.imm32(R1, CHAIN_CODE[chain], `chain.${chain}`));
  code.emit(Ja.label(END.fault));
  for (const chain of chains) {
    code.label(`chain.${chain}`).emit(
      Store.imm(R9, walk.position, plan.layout.start.get(chain)!, 4),
      Store.imm(R9, walk.stack, plan.layout.end.get(chain)!, 4),
      Ja.label(then),
    );
  }
}

/** R4 = byte offset of the slot. */
function emitEffectOf({ code, stubs, effect }: Surroundings, stub: string): void {
  code.label(`effect.${stub}`).origin(`effect ${stub}`);
  const symbol = effect(stub);
  if (symbol !== undefined) {
    code.emit(Mov.reg(R3, R4));
    emitStubCallAt(code, stubs, stub, symbol);
  }
  code.emit(Ja.label(NEXT));
}

/** @param stripe bytes of a CPU's counters. */
export function emitActions(around: Surroundings, machine: Machine, stripe: number): void {
  const { code } = around;
  const { walk, actions, plan } = machine;
  const rejects = plan.layout.positions.some((at) => at.kind === 'rule' && at.rule.action.kind === 'reject');
  code.label(MATCHED).origin('matched').emit(Load.mem(R1, R9, walk.candidate, 4));
  emitActionAddress(machine, code);
  code.emit(Load.mem(R3, R2, ACTION.type, 4), JEq.imm32(R3, ACTION_TYPE.end, 'pop'));
  code.emit(Load.mem(R4, R2, ACTION.target, 4), Load.mem(R1, R2, ACTION.counter, 4));
  emitCountAt(code, stripe, around.counting);
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
