/**
 * The home strategy as code: look both addresses up, collect the positions whose records match (collect.ts), then walk: next of them, verify what
 * the record does not say, count, act.
 *
 * R6 = context, R7 = record, R8 = counter stripe, R9 = walk. Nothing else lives from one round of the walk to the next.
 */
import { Add, And, Lsh, Mov, Mul, Or, Rsh, Sub, Xor } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { Ja, JEq, JNe, JSGe, JSGt, MayGoto } from '../../asm/jump.js';
import { Load, LoadImm64, Store } from '../../asm/memory.js';
import { R0, R1, R2, R3, R4, R5, R7, R9 } from '../../asm/register.js';
import { COUNTER_BYTES, emitCountAt } from '../counters.js';
import { emitPerCpuValue } from '../gate.js';
import { emitPrefixLookup } from '../lookup/prefix-lookup.js';
import { emitOddTest } from '../walk/odd.js';
import { FIELD_PLACES, type BuiltinChainName } from '../record.js';
import { END, type Surroundings } from '../rule.js';
import { emitActions, emitStart } from '../walk/act.js';
import { ACTION } from '../walk/actions.js';
import { NEXT, ODD_MODE, type Machine } from '../walk/machine.js';
import { emitActionAddress, emitVerification } from '../walk/verify.js';
import { COLLECT, emitCollect } from './collect.js';
import { BUCKET_PLACES } from './filters.js';
import { GUARDS, LANES, NODE, NODE_BYTES, NONE, PROTO_GUARD } from './nodes.js';
import { BUCKET_SHIFT, type HomeTables } from './tables.js';
import { SLOTS } from './walk.js';

const BEGIN = 'begin';
const FINAL = 'final';

/** R1 = the packet's protocol and ports in lanes, with guards. Clobbers R2. */
function emitLanes(code: Code): void {
  code.emit(
    Load.mem(R1, R7, FIELD_PLACES.dport.offset, 2), Lsh.imm(R1, LANES.dport),
    Load.mem(R2, R7, FIELD_PLACES.sport.offset, 2), Or.reg(R1, R2),
    Load.mem(R2, R7, FIELD_PLACES.proto.offset, 1), Lsh.imm(R2, LANES.proto), Or.reg(R1, R2),
    LoadImm64.value(R2, GUARDS), Or.reg(R1, R2),
  );
}

/** The heads of the chains along both addresses, and the addresses' buckets. */
function emitHeads({ src, dst, filters, walk }: HomeTables, code: Code): void {
  const sides = [
    { field: 'src', side: src, address: walk.srcAddress, head: walk.srcHead, bucket: walk.srcBucket },
    { field: 'dst', side: dst, address: walk.dstAddress, head: walk.dstHead, bucket: walk.dstBucket },
  ] as const;
  for (const { field, side, address, head, bucket } of sides) {
    code.origin(`lists of ${field}`).emit(Load.mem(R1, R7, FIELD_PLACES[field].offset, 4), Store.mem(R9, address, R1, 4));
    emitPrefixLookup(code, side.table, { map: 'prefixes', offset: side.offset }, { value: R1, result: R0, scratch: [R2, R3, R4, R5] });
    if (filters !== undefined) code.emit(Mov.reg(R1, R0), Rsh.imm(R1, BUCKET_SHIFT), Store.mem(R9, bucket, R1, 4), And.imm(R0, 2 ** BUCKET_SHIFT - 1));
    code.emit(Lsh.imm(R0, Math.log2(NODE_BYTES)), Store.mem(R9, head, R0, 4));
  }
}

/** What the search compares, and the packet's mode. */
function emitPacket(tables: HomeTables, code: Code): void {
  const { plan, filters, walk } = tables;
  emitHeads(tables, code);
  code.origin('lanes');
  emitLanes(code);
  code.emit(Store.mem(R9, walk.lanes, R1, 8));
  if (filters !== undefined) {
    for (const field of ['sport', 'dport', 'proto'] as const) {
      const { offset, width } = FIELD_PLACES[field];
      code.emit(LoadImm64.mapValue(R2, 'buckets', BUCKET_PLACES[field]), Load.mem(R1, R7, offset, width), Add.reg(R2, R1), Load.mem(R1, R2, 0, 1), Store.mem(R9, walk[`${field}Bucket`], R1, 4));
    }
  }
  if (plan.odd === undefined) return;
  const ordinary = code.fresh('ordinary');
  code.origin('odd packets').emit(Store.imm(R9, walk.mode, 0, 4), LoadImm64.value(R1, GUARDS), Store.mem(R9, walk.guards, R1, 8));
  emitOddTest(code, plan.odd, ordinary);
  code.emit(Store.imm(R9, walk.mode, ODD_MODE, 4), LoadImm64.value(R1, PROTO_GUARD), Store.mem(R9, walk.guards, R1, 8));
  code.label(ordinary);
}

/** R5 = position of the end of the chain that the position in R1 is in. Clobbers R1, R2. */
function emitEnd(tables: HomeTables, code: Code): void {
  emitActionAddress(tables, code);
  code.emit(Load.mem(R5, R2, ACTION.end, 4));
}

/** Sets what is to be collected: positions from the one in R0 on, to its chain's end (R5), or, where chains are entered, everywhere. */
function emitRange({ plan, walk }: HomeTables, code: Code): void {
  code.emit(Store.mem(R9, walk.lower, R0, 4));
  if (plan.flat) code.emit(Store.mem(R9, walk.bound, R5, 4));
  else code.emit(Store.imm(R9, walk.bound, NONE, 4));
}

/** At BEGIN: everything the packet's walk may come by is to be collected. */
function emitBegin(tables: HomeTables, code: Code): void {
  const { plan, walk } = tables;
  code.label(BEGIN).origin('begin');
  if (plan.flat) code.emit(Load.mem(R0, R9, walk.position, 4), Load.mem(R5, R9, walk.stack, 4));
  else code.emit(Mov.imm(R0, 0));
  emitRange(tables, code);
}

/** R5 = what comes next if no slot does: the end of the chain, or a match before it that has no slot. R0 = position; clobbers R1, R2. */
function emitLast(tables: HomeTables, code: Code): void {
  const { plan, walk } = tables;
  const last = code.fresh('last');
  if (plan.flat) {
    // A return in a base chain leads to its end, which may lie beyond the bound.
    code.emit(Load.mem(R5, R9, walk.bound, 4), Mov.reg(R1, R5), Sub.reg(R1, R0), JSGe.imm(R1, 0, last), Mov.reg(R5, R0));
  } else {
    code.emit(Mov.reg(R1, R0));
    emitEnd(tables, code);
    code.emit(Load.mem(R1, R9, walk.limit, 4), Mov.reg(R2, R1), Sub.reg(R2, R5), JSGe.imm(R2, 0, last), Mov.reg(R5, R1));
  }
  code.label(last);
}

/** At NEXT: the least position at or after walk.position that matches, as far as records say, or the end of its chain; noted, walk.position set behind it, R1 = it. */
function emitNext(tables: HomeTables, code: Code): void {
  const { plan, walk } = tables;
  const again = code.fresh('again');
  const slot = code.fresh('slot');
  const found = code.fresh('found');
  const full = code.fresh('full');
  code.label(NEXT).origin('next candidate').emit(
    MayGoto.label(END.fault), Load.mem(R0, R9, walk.position, 4),
    Load.mem(R2, R9, walk.limit, 4), Sub.reg(R2, R0), Rsh.imm(R2, 63), JNe.imm(R2, 0, again),
  );
  if (!plan.flat) code.emit(Load.mem(R1, R9, walk.lower, 4), Sub.reg(R1, R0), JSGt.imm(R1, 0, again));
  emitLast(tables, code);
  code.emit(
    // More than all: compared by a shift, as a compare would teach the verifier where the loop starts.
    Load.mem(R2, R9, walk.used, 4), Mov.reg(R3, R2), Add.imm(R3, SLOTS * 4 - 4), Rsh.imm(R3, Math.log2(SLOTS * 8)), JNe.imm(R3, 0, full),
  );
  code.label(slot).emit(
    And.imm(R2, SLOTS * 8 - 4), MayGoto.label(END.fault), JEq.imm(R2, 0, found), Add.imm(R2, -4), Mov.reg(R3, R2), And.imm(R3, SLOTS * 4 - 4), Add.reg(R3, R9), Load.mem(R4, R3, walk.slots, 4),
    // The least: R5 += (slot - R5) where slot < R5 and slot >= position.
    Mov.reg(R3, R4), Sub.reg(R3, R5), Sub.reg(R4, R0), Rsh.imm(R4, 63), Xor.imm(R4, 1),
    Mov.reg(R1, R3), Rsh.imm(R1, 63), And.reg(R1, R4), Mul.reg(R1, R3), Add.reg(R5, R1), Ja.label(slot),
  );
  code.label(full).emit(Store.imm(R9, walk.used, SLOTS * 4, 4), Load.mem(R2, R9, walk.used, 4), Ja.label(slot));
  code.label(again).origin('collect again');
  if (plan.flat) code.emit(Load.mem(R5, R9, walk.stack, 4));
  emitRange(tables, code);
  code.emit(Ja.label(COLLECT));
  code.label(found);
  if (plan.flat) code.emit(Load.mem(R1, R9, walk.finalPosition, 4), Sub.reg(R1, R5), JEq.imm(R1, 0, FINAL));
  code.emit(Mov.reg(R1, R5), Store.mem(R9, walk.candidate, R1, 4), Add.imm(R5, 1), Store.mem(R9, walk.position, R5, 4));
}

/** At FINAL: the bound is a match that needs nothing more. */
function emitFinal({ code, counting }: Surroundings, { walk }: HomeTables, stripe: number): void {
  code.label(FINAL).origin('final match').emit(Load.mem(R1, R9, walk.final, 4), Mov.reg(R3, R1), And.imm(R3, 1), Rsh.imm(R1, 1), Lsh.imm(R1, Math.log2(COUNTER_BYTES)));
  emitCountAt(code, stripe, counting);
  code.emit(JNe.imm(R3, 0, END.drop), Ja.label(END.accept));
}

/** Goes to NEXT unless protocol and ports are within the candidate's record. */
function emitLookAgain(tables: HomeTables, code: Code): void {
  const { lists, walk } = tables;
  code.emit(Load.mem(R1, R9, walk.candidate, 4));
  emitActionAddress(tables, code);
  code.emit(
    Load.mem(R1, R2, ACTION.record, 4), And.imm(R1, lists.mask), LoadImm64.mapValue(R2, 'lists'), Add.reg(R2, R1),
    Load.mem(R3, R9, walk.lanes, 8), Load.mem(R4, R2, NODE.greatest, 8), Sub.reg(R4, R3),
    Load.mem(R5, R2, NODE.least, 8), Sub.reg(R3, R5), And.reg(R3, R4), Xor.imm(R3, -1),
    LoadImm64.value(R1, GUARDS), And.reg(R3, R1), JNe.imm(R3, 0, NEXT),
  );
}

/** Code from the filled record to the labels of END. */
export function emitHome(around: Surroundings, tables: HomeTables, chains: readonly BuiltinChainName[], stripe: number): void {
  const { code } = around;
  const machine: Machine = { plan: tables.plan, actions: tables.actions, walk: tables.walk, lookAgain: (into) => emitLookAgain(tables, into) };
  code.origin('walk');
  emitPerCpuValue(code, 'walk', END.fault);
  code.emit(Mov.reg(R9, R0));
  emitPacket(tables, code);
  emitStart(machine, code, chains, BEGIN);
  emitBegin(tables, code);
  emitCollect(tables, code);
  emitNext(tables, code);
  emitVerification(around, machine, chains);
  emitActions(around, machine, stripe);
  if (tables.plan.flat) emitFinal(around, tables, stripe);
}
