/**
 * The bitvector strategy as code: look every field up, then walk: next candidate, verify what the vectors do not say, count, act.
 *
 * R6 = context, R7 = record, R8 = counter stripe, R9 = walk. Nothing else lives from one round of the walk to the next.
 */
import { Add, And, Lsh, Mov, Rsh } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { JEq } from '../../asm/jump.js';
import { Load, Store } from '../../asm/memory.js';
import { R0, R1, R2, R5, R9 } from '../../asm/register.js';
import { emitPerCpuValue } from '../gate.js';
import { emitOddTest } from '../walk/odd.js';
import type { BuiltinChainName } from '../record.js';
import { END, type Surroundings } from '../rule.js';
import { emitActions, emitStart } from '../walk/act.js';
import { NEXT, ODD_MODE, type Machine } from '../walk/machine.js';
import { emitVerification } from '../walk/verify.js';
import { emitLookup } from './lookup.js';
import { emitAnd, emitScan } from './scan.js';
import type { Tables } from './tables.js';

/** Stores the row of every field and the packet's mode. */
function emitLookups(tables: Tables, code: Code): void {
  const { plan, classes, walk } = tables;
  plan.fields.forEach(({ field }, index) => {
    code.origin(`class of ${field}`);
    emitLookup(code, field, classes.tables[index]!);
    code.emit(Store.mem(R9, walk.filter(index), R0, 4));
  });
  if (plan.odd === undefined) return;
  const ordinary = code.fresh('ordinary');
  code.origin('odd packets').emit(Store.imm(R9, walk.mode, 0, 4));
  emitOddTest(code, plan.odd, ordinary);
  code.emit(Store.imm(R9, walk.mode, ODD_MODE, 4));
  plan.fields.forEach(({ field }, index) => {
    code.emit(Load.mem(R1, R9, walk.filter(index), 4), Store.mem(R9, walk.exact(index), R1, 4));
    if (!plan.filtersOdd.has(field)) code.emit(Store.imm(R9, walk.filter(index), 0, 4));
  });
  code.label(ordinary);
}

/** Goes to NEXT unless the candidate's bit is set in the exact rows of all fields. */
function emitVectorCheck(tables: Tables, code: Code): void {
  const { rows, walk } = tables;
  code.emit(Load.mem(R1, R9, walk.candidate, 4), Mov.reg(R2, R1), Rsh.imm(R2, 6), Lsh.imm(R2, 3), Add.imm(R2, rows.summaryBytes), Mov.imm(R5, -1));
  emitAnd(tables, code, R2, walk.exact);
  code.emit(And.imm(R1, 63), Rsh.reg(R5, R1), And.imm(R5, 1), JEq.imm(R5, 0, NEXT));
}

/** Code from the filled record to the labels of END. */
export function emitBitvector(around: Surroundings, tables: Tables, chains: readonly BuiltinChainName[], stripe: number): void {
  const { code } = around;
  const machine: Machine = { ...tables, lookAgain: (into) => emitVectorCheck(tables, into) };
  code.origin('walk');
  emitPerCpuValue(code, 'walk', END.fault);
  code.emit(Mov.reg(R9, R0));
  emitLookups(tables, code);
  emitStart(tables, code, chains, NEXT);
  emitScan(tables, code);
  emitVerification(around, machine, chains);
  emitActions(around, machine, stripe);
}
