/**
 * The main function of a program: gate, entry, optional stages, classifier, verdict.
 *
 * Registers over the whole function: R6 = context, R7 = packet record, R8 = this CPU's counter stripe; R9 = packet length
 * (linear) or the walk (bitvector).
 * R0-R5 hold nothing between rules.
 */
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { Mov } from '../asm/alu.js';
import { Call, Exit, Ja, JEq, JNe } from '../asm/jump.js';
import { AtomicAdd, Load, LoadImm64, Store } from '../asm/memory.js';
import { R0, R1, R2, R6, R7, RFP } from '../asm/register.js';
import { InternalFault } from '../errors/errors.js';
import type { CodeUnit } from '../link/code-unit.js';
import { splice, stackDepth } from '../link/splice.js';
import type { Classifier } from './classifier.js';
import type { Plan } from '../plan/plan.js';
import { COUNTER_BYTES, emitStripe, stripeBytes } from './counters.js';
import { emitCountDeferred, emitDeferNone, LEAVE } from './deferred.js';
import { emitEstablished } from './established.js';
import { emitFragments } from './fragments.js';
import { emitGate, emitGateAlone, emitPerCpuValue } from './gate.js';
import { entryAt, stageAt, stageFor, type Family, type HookShape, type Outcome, type PacketStage } from './hook.js';
import { isReassembled } from './reassembly.js';
import { ENTRY, RECORD, ROOT, VERDICT } from './record.js';
import { END, type Surroundings } from './rule.js';
import { stubAt, type StubSlots } from './stubs.js';
import { TC_ACT_REDIRECT } from './tc.js';

/** What the compiler must know of the machine. */
export interface MachineFacts {
  /** Possible CPUs: highest possible id + 1. */
  readonly cpus: number;
  /** Number of this generation, greater than that of any before. */
  readonly generation: bigint;
}

const PASS = 'pass';
const DISCARD = 'discard';
const TO_LOOPBACK = 'to loopback';
const REJECTED_BEFORE = 'rejected before';
const TRACK = 'track';
const FRAGMENTS = 'fragments';
const ALONE = 'alone';
const UNTRACKED_FRAGMENTS = 'untracked fragments';

/** The stages of bpf/ by name. */
type Stages = ReadonlyMap<string, CodeUnit>;

/** Calls a stage `(ctx, record)`; R0 = its answer. */
function emitStage(code: Code, symbol: string): void {
  code.origin(`stage ${symbol}`).emit(Mov.reg(R1, R6), Mov.reg(R2, R7), Call.symbol(symbol));
}

function stageNamed(stages: Stages, symbol: string): CodeUnit {
  const stage = stages.get(symbol);
  if (stage === undefined) throw new InternalFault(`the library lacks the stage ${symbol}`);
  return stage;
}

/** The same for a stage that every packet passes: its code stands here. R8 and R9 are lost. */
function emitHotStage(code: Code, stages: Stages, symbol: string): void {
  const stage = stageNamed(stages, symbol);
  const below = -stackDepth(stage);
  code.origin(`stage ${symbol}`).emit(Store.mem(RFP, below - 8, R6, 8), Store.mem(RFP, below - 16, R7, 8), Mov.reg(R1, R6), Mov.reg(R2, R7));
  splice(code, stage);
  code.origin(`after ${symbol}`).emit(Load.mem(R6, RFP, below - 8, 8), Load.mem(R7, RFP, below - 16, 8));
}

/**
 * Zeroes the stack that the stage is to use. What another stage left there would else be part of the verifier's states: it follows words written
 * in parts as a whole, and would verify the stage anew for each of them (with a rule about connection states: 140,000 instructions instead of 72,000 at ingress).
 */
function emitCleanStack(code: Code, stages: Stages, symbol: string): void {
  const depth = stackDepth(stageNamed(stages, symbol));
  for (let below = 8; below <= depth; below += 8) code.emit(Store.imm(RFP, -below, 0, 8));
}

function emitEntry(code: Code, plan: Plan, hook: HookShape, facts: MachineFacts, stages: Stages): void {
  code.origin('gate').emit(Mov.reg(R6, R1));
  const family = plan.family === 'ipv4' ? 0 : 1;
  if (hook.gate === 'pair') emitGate(code, family, facts.generation, PASS, END.fault);
  else if (hook.gate === 'alone') emitGateAlone(code, family, facts.generation, PASS);
  code.origin('record');
  emitPerCpuValue(code, 'record', END.fault);
  code.emit(Mov.reg(R7, R0));
  emitHotStage(code, stages, entryAt(hook, plan.family));
  code.emit(JEq.imm32(R0, ENTRY.pass, PASS));
  if (hook.hook === 'tc-ingress') code.emit(JEq.imm32(R0, ENTRY.unrouted, tracks(plan, hook) || reassembles(plan, hook) ? TRACK : PASS));
  if (hook.hook === 'tc-ingress' && plan.needs.reject) code.emit(JEq.imm32(R0, ENTRY.rejected, plan.needs.conntrackEntry ? REJECTED_BEFORE : END.reject));
  if (answersPass(plan, hook)) code.emit(JEq.imm32(R0, ENTRY.toLoopback, TO_LOOPBACK));
  code.emit(JNe.imm32(R0, ENTRY.judge, hook.first === undefined ? DISCARD : tracks(plan, hook) ? UNTRACKED_FRAGMENTS : FRAGMENTS));
}

/** Answers of REJECT to the host itself come by this hook on their way to lo. */
function answersPass(plan: Plan, hook: HookShape): boolean {
  return plan.needs.reject && hook.hook === 'tc-egress';
}

/** The state of answers is in the record before they are judged, and they begin no flow. */
function tracks(plan: Plan, hook: HookShape): boolean {
  return plan.needs.conntrack && hook.entry !== undefined;
}

/** Whether the kernel puts fragments together before all chains of a hook that sees them. */
function reassembles(plan: Plan, hook: HookShape): boolean {
  return hook.first !== undefined && isReassembled(plan);
}

/** What rules of a plan read that is not in the record of itself. */
type Asked = Pick<Plan['needs'], 'tcpOptions' | 'addressTypes' | 'around'>;

function emitAsked(code: Code, { tcpOptions, addressTypes, around }: Asked, hook: HookShape, family: Family): void {
  if (tcpOptions) emitStage(code, stageAt(hook, 'tcp_options', family)!);
  if (addressTypes) emitStage(code, stageFor('address_types', family));
  if (around) {
    const stage = stageAt(hook, 'around', family);
    if (stage === undefined) throw new InternalFault(`emitting a rule about what the host knows of packets for the ${hook.hook} hook, which knows less`);
    emitStage(code, stage);
  }
}

/** What the kernel does not route is seen by conntrack and reassembly all the same, as its own sees it. */
function emitLeaveUnrouted(code: Code, hook: HookShape): void {
  if (hook.hook === 'tc-ingress') code.emit(Load.mem(R1, R7, RECORD.unrouted, 1), JNe.imm32(R1, 0, PASS));
}

/** Conntrack, and the counters. */
function emitBeforeRules(code: Code, plan: Plan, hook: HookShape, facts: MachineFacts, stages: Stages): void {
  if (tracks(plan, hook)) {
    const lookup = stageAt(hook, 'conntrack_lookup', plan.family);
    if (lookup === undefined) throw new InternalFault(`emitting a rule about connection states for the ${hook.hook} hook, which has no conntrack yet`);
    code.label(TRACK);
    emitCleanStack(code, stages, lookup);
    emitHotStage(code, stages, lookup);
    code.emit(JEq.imm32(R0, ENTRY.pass, PASS), JNe.imm32(R0, ENTRY.judge, hook.first === undefined ? DISCARD : FRAGMENTS));
    emitLeaveUnrouted(code, hook);
    if (plan.needs.conntrackEntry) emitStage(code, stageAt(hook, 'conntrack_entry', plan.family)!);
  }
  if (reassembles(plan, hook) && !tracks(plan, hook)) {
    code.label(TRACK);
    emitStage(code, stageFor('datagrams', plan.family));
    code.emit(JNe.imm32(R0, ENTRY.judge, FRAGMENTS));
    emitLeaveUnrouted(code, hook);
  }
  if (hook.first !== undefined) code.label(ALONE);
  code.origin('counters');
  emitStripe(code, plan.slots, facts.cpus, END.fault);
  if (hook.counting === 'deferred') emitDeferNone(code);
}

/** The exit by which a packet leaves with this outcome. */
function emitOutcome(code: Code, outcome: Outcome, family: Family): void {
  if (typeof outcome === 'number') code.emit(Mov.imm32(R0, outcome));
  else emitStage(code, stageFor(outcome.stage, family));
  code.emit(Exit.done());
}

function emitVerdict(code: Code, verdict: 'accept' | 'drop' | 'hotdrop' | 'reject'): void {
  code.label(END[verdict]).origin(`verdict ${verdict}`).emit(Store.imm(R7, RECORD.verdict, VERDICT[verdict], 1));
}

/** With deferred counting a packet counts once it is sure that it is dropped here. */
function emitBeforeDrop(code: Code, plan: Plan, hook: HookShape): void {
  if (hook.counting !== 'deferred') return;
  if (hook.mayDrop !== undefined) {
    emitStage(code, hook.mayDrop);
    code.emit(JNe.imm32(R0, 0, LEAVE));
  }
  emitCountDeferred(code, stripeBytes(plan.slots), COUNTER_BYTES);
}

/** The verdicts: noted in the record, then whatever stage acts on them, then the hook's code. */
function emitVerdicts(code: Code, plan: Plan, hook: HookShape, stages: Stages): void {
  const { codes } = hook;
  const { family } = plan;
  emitVerdict(code, 'accept');
  if (tracks(plan, hook)) {
    const commit = stageFor('conntrack_commit', family);
    emitCleanStack(code, stages, commit);
    emitHotStage(code, stages, commit);
    code.emit(JNe.imm32(R0, 0, DISCARD));
  }
  emitOutcome(code, codes.accept, family);
  for (const verdict of ['drop', 'hotdrop'] as const) {
    emitVerdict(code, verdict);
    emitBeforeDrop(code, plan, hook);
    emitOutcome(code, codes[verdict], family);
  }
  if (plan.needs.reject) {
    if (hook.hook === 'tc-ingress' && plan.needs.conntrackEntry) {
      // The rules that judge the answer may ask.
      code.label(REJECTED_BEFORE).origin('rejected by XDP');
      emitStage(code, stageAt(hook, 'conntrack_entry', plan.family)!);
    }
    emitVerdict(code, 'reject');
    emitOutcome(code, codes.reject, family);
  }
  if (answersPass(plan, hook)) {
    code.label(TO_LOOPBACK).origin('answer to the host itself');
    emitOutcome(code, TC_ACT_REDIRECT, family);
  }
  code.label(PASS).label(LEAVE).origin('not judged');
  if (typeof codes.pass === 'number') code.emit(Mov.imm32(R0, codes.pass));
  else code.emit(Mov.reg(R1, R6), Call.symbol(codes.pass.stage));
  code.emit(Exit.done());
  code.label(END.fault).origin('fault').emit(
    LoadImm64.mapValue(R1, 'root', ROOT.faults),
    Mov.imm(R2, 1),
    AtomicAdd.mem(R1, 0, R2, 8),
  );
  code.label(DISCARD);
  emitOutcome(code, codes.discard, family);
}

/** What entry and conntrack have found to be parts of a datagram; behind the verdicts, where packets in one piece do not come by. */
function emitFragmentWays(code: Code, plan: Plan, hook: HookShape, facts: MachineFacts): void {
  if (hook.first === undefined) return;
  const tracked = tracks(plan, hook);
  if (tracked) code.label(UNTRACKED_FRAGMENTS).emit(JEq.imm32(R0, ENTRY.first, TRACK), JEq.imm32(R0, ENTRY.later, TRACK), Ja.label(DISCARD));
  code.label(FRAGMENTS);
  emitFragments(code, {
    judge: hook.first.name,
    generation: facts.generation,
    mask: stripeBytes(plan.slots) - COUNTER_BYTES,
    reassembled: reassembles(plan, hook),
    rejects: plan.needs.reject,
    conntrackEntry: tracked && plan.needs.conntrackEntry ? stageAt(hook, 'conntrack_entry', plan.family) : undefined,
    stripe: () => emitStripe(code, plan.slots, facts.cpus, END.fault),
    pass: PASS,
    discard: DISCARD,
    alone: ALONE,
  });
}

/** The rules of the hook's chains and the verdicts, between the record and the exit. */
function emitRules(code: Code, plan: Plan, hook: HookShape, facts: MachineFacts, stages: Stages, stubs: StubSlots, classifier: Classifier): void {
  const around: Surroundings = { code, stubs, counting: hook.counting, match: (stub) => stubAt(hook.hook, stub), effect: (stub) => stageAt(hook, stub as PacketStage, plan.family) };
  emitBeforeRules(code, plan, hook, facts, stages);
  const established = tracks(plan, hook) ? plan.established : undefined;
  const early: Asked = established?.needs ?? { tcpOptions: false, addressTypes: false, around: false };
  if (established !== undefined) {
    emitAsked(code, early, hook, plan.family);
    emitEstablished(around, established, hook.chains);
  }
  emitAsked(code, { tcpOptions: plan.needs.tcpOptions && !early.tcpOptions, addressTypes: plan.needs.addressTypes && !early.addressTypes, around: plan.needs.around && !early.around }, hook, plan.family);
  classifier.emit(around, hook.chains, stripeBytes(plan.slots));
  emitVerdicts(code, plan, hook, stages);
  emitFragmentWays(code, plan, hook, facts);
}

/**
 * The generated function of one program, still to be linked with the stages it calls.
 * @param stages the library: those that every packet passes are spliced in.
 */
export function emitMain(plan: Plan, hook: HookShape, facts: MachineFacts, stages: Stages, stubs: StubSlots, classifier: Classifier): CodeUnit {
  const code = new Code();
  emitEntry(code, plan, hook, facts, stages);
  emitRules(code, plan, hook, facts, stages, stubs, classifier);
  return assemble(`bpfipt${plan.family === 'ipv4' ? 4 : 6}_${hook.name}`, code);
}

/** A program that does what comes before the rules of `plan`, which has none, and drops: what every packet costs at `hook` whatever the rules. */
export function emitParseAndDrop(plan: Plan, hook: HookShape, facts: MachineFacts, stages: Stages): CodeUnit {
  const code = new Code();
  emitEntry(code, plan, hook, facts, stages);
  code.emit(Ja.label(END.drop));
  emitVerdicts(code, plan, hook, stages);
  return assemble(`bpfipt${plan.family === 'ipv4' ? 4 : 6}_${hook.name}`, code);
}

/**
 * A function that judges what another part of the program hands to it, answers of REJECT or first fragments: `int NAME(ctx, record)`, the
 * chains over a filled record. Returns enum verdict; where the pipeline fails, drop.
 * @param shape what names it, no program: of answer.ts, or a hook's `first`.
 */
export function emitJudge(plan: Plan, shape: HookShape, facts: MachineFacts, stubs: StubSlots, classifier: Classifier): CodeUnit {
  const code = new Code();
  code.origin(shape.name).emit(Mov.reg(R6, R1), Mov.reg(R7, R2));
  emitRules(code, plan, shape, facts, new Map(), stubs, classifier);
  return assemble(shape.name, code);
}
