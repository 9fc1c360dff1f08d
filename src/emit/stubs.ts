/**
 * Matches that no compare of fields can say, and side effects: functions of bpf/ that generated code calls at a rule.
 *
 * Calling convention (bpf-to-bpf call of a function that the verifier follows once, not anew at every call: aloneName):
 *   `__u32 STUB(CTX *ctx, struct record *record, STRUCT *slot)`
 *   R1 = the hook's context, R2 = the packet record (map value), R3 = the call's own slot (map value, in map `STUB_slots`):
 *   its configuration words (u64 each, as `lower` gave them, as many at every call of the stub), then its words of state, zero at first.
 *   The slot is shared by all CPUs; the stub synchronises with atomics. R6-R9 survive.
 *   A match returns 0 or 1, or, where its entry says so, 2 = hot drop; what an effect returns is ignored.
 * Calls with equal configuration still have slots of their own: state belongs to the rule.
 *
 * Classic BPF programs are stubs that are compiled (classic.ts): R3 = the number of the program, a constant at each call; there is no slot, and the verifier follows the program at each call.
 */
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { Add, And, Mov } from '../asm/alu.js';
import { Call, Exit, JEq, JNe } from '../asm/jump.js';
import { LoadImm64 } from '../asm/memory.js';
import { R0, R1, R2, R3, R4, R6, R7 } from '../asm/register.js';
import { InternalFault } from '../errors/errors.js';
import { isClassic } from '../ir/classic.js';
import type { CodeUnit } from '../link/code-unit.js';
import { RECORD_SIZE } from '../link/stage-maps.js';
import { powerOfTwo } from '../plan/power-of-two.js';
import { CLASSIC } from './classic.js';
import type { Hook, MapSpec } from './spec.js';

interface Stub {
  /** Words of state behind the configuration. */
  readonly state: number;
  /** May answer 2: the packet is dropped, no counter moves. */
  readonly hotdrop?: true;
  /** Reads the packet: XDP has `STUB_xdp`, from the same source. */
  readonly reads?: true;
  /** Asks what only tc knows of a packet: XDP leaves rules with it to tc. */
  readonly tcOnly?: true;
  /** With such a rule the kernel puts fragments together before every chain. */
  readonly reassembles?: true;
}

const STUBS: Readonly<Record<string, Stub>> = {
  ah6: { state: 0, hotdrop: true },
  cgroup: { state: 0, tcOnly: true },
  dccp: { state: 0, hotdrop: true, reads: true },
  decapsulated: { state: 0, tcOnly: true },
  ecn: { state: 0, reads: true },
  eui64: { state: 0 },
  fragment_header: { state: 0, hotdrop: true },
  header_number: { state: 0, hotdrop: true, reads: true },
  ipv6_headers: { state: 0 },
  limit: { state: 1 },
  log: { state: 0 },
  options_header: { state: 0, hotdrop: true },
  owner: { state: 0, tcOnly: true },
  physdev: { state: 0, tcOnly: true },
  routing_header: { state: 0, hotdrop: true },
  sctp: { state: 0, hotdrop: true, reads: true },
  segment_routing: { state: 0 },
  string: { state: 0, reads: true },
  string_long: { state: 0, reads: true },
  socket_match6: { state: 0, tcOnly: true, reassembles: true },
  socket_match: { state: 0, tcOnly: true, reassembles: true },
  tcpmss: { state: 0, hotdrop: true, reads: true },
  time_match: { state: 0 },
  u32: { state: 0, reads: true },
};

const COMPILED: Stub = { state: 0, reads: true };

function stubNamed(stub: string): Stub {
  const known = isClassic(stub) ? COMPILED : STUBS[stub];
  if (known === undefined) throw new InternalFault(`emitting a call of the unknown stub ${stub}`);
  return known;
}

/** Whether only tc can answer it. */
export function isTcOnly(stub: string): boolean {
  return stubNamed(stub).tcOnly === true;
}

/** Whether rules with it have the kernel put fragments together before every chain. */
export function isReassembling(stub: string): boolean {
  return stubNamed(stub).reassembles === true;
}

/** Answer of a match that hot drops the packet. */
const HOTDROP = 2;

/** The function of `stub` at `hook`. */
export function stubAt(hook: Hook, stub: string): string {
  const { reads, tcOnly } = stubNamed(stub);
  const named = isClassic(stub) ? CLASSIC.skb : stub;
  if (hook === 'tc-ingress' || hook === 'tc-egress' || (reads !== true && tcOnly !== true)) return named;
  if (hook === 'netfilter' || tcOnly === true) throw new InternalFault(`emitting a call of ${stub} for the ${hook} hook, which has none`);
  return `${named}_xdp`;
}

/** Behind the call of a match: jumps to `miss` where it did not hold, to `hotdrop` where it says so; falls through where it held. */
export function emitStubAnswer(code: Code, { stub, invert }: { readonly stub: string; readonly invert: boolean }, miss: string, hotdrop: string): void {
  if (stubNamed(stub).hotdrop === true) code.emit(JEq.imm32(R0, HOTDROP, hotdrop));
  code.emit((invert ? JNe : JEq).imm32(R0, 0, miss));
}

/** Collects the slots of one generation while its programs are emitted: a rule has one slot, whatever number of programs call it. */
export class StubSlots {
  private readonly called = new Map<string, string>();
  private readonly stubs = new Map<string, { slotWords: number; words: bigint[]; offsets: Map<string, number> }>();
  private readonly numbers: ReadonlyMap<string, number>;

  /** @param calls all that rules call. */
  constructor(calls: Iterable<string> = []) {
    this.numbers = new Map([...calls].filter(isClassic).map((program, number) => [program, number]));
  }

  /** The classic programs that rules call, by their numbers. */
  get programs(): readonly string[] {
    return [...this.numbers.keys()];
  }

  /**
   * Byte offset of a call's slot; of a classic program, its number.
   * @param owner what names the call within the generation: rule slot and step.
   */
  offset(stub: string, owner: string, config: readonly bigint[]): number {
    if (isClassic(stub)) return this.numberOf(stub);
    const { state } = stubNamed(stub);
    const known = this.stubs.get(stub) ?? { slotWords: config.length + state, words: [], offsets: new Map<string, number>() };
    this.stubs.set(stub, known);
    const before = known.offsets.get(owner);
    if (before !== undefined) return before;
    if (known.slotWords !== config.length + state) throw new InternalFault(`a call of ${stub} with ${config.length} words`);
    const offset = known.words.length * 8;
    known.words.push(...config, ...Array.from({ length: state }, () => 0n));
    known.offsets.set(owner, offset);
    return offset;
  }

  private numberOf(program: string): number {
    const number = this.numbers.get(program);
    if (number === undefined) throw new InternalFault(`emitting a call of a program that no rule was found to have: ${program}`);
    return number;
  }

  /** Keeps a byte offset within the slots that `stub` has so far. */
  mask(stub: string): number {
    return powerOfTwo(this.stubs.get(stub)?.words.length ?? 1) * 8 - 8;
  }

  /** Notes that `symbol` is called for `stub`, and says by which function. */
  call(stub: string, symbol: string): string {
    this.called.set(symbol, stub);
    return aloneName(symbol);
  }

  /** The functions by which stubs are called. */
  functions(): CodeUnit[] {
    return [...this.called].map(([symbol, stub]) => emitAlone(symbol, this.stubs.get(stub)!.slotWords * 8));
  }

  /** Longer than the slots: an offset kept in range by `mask` has a whole slot behind it. */
  maps(): MapSpec[] {
    return [...this.stubs].map(([stub, { words, slotWords }]) => {
      const init = new Uint8Array((powerOfTwo(words.length) + slotWords) * 8);
      const view = new DataView(init.buffer);
      words.forEach((word, index) => view.setBigUint64(index * 8, BigInt.asUintN(64, word), true));
      return { name: `${stub}_slots`, type: 'array', keySize: 4, valueSize: init.byteLength, maxEntries: 1, flags: 0, scope: 'generation', init };
    });
  }
}

/** The function around `symbol` that is called in its place; see emitAlone. */
const aloneName = (symbol: string): string => `${symbol}_alone`;

/**
 * A function around `symbol` that the verifier follows by itself, once: without it each call of each rule would be followed with all the states a walk can be in. It
 * knows of the pointers that they are not NULL only when it is asked.
 */
function emitAlone(symbol: string, slotBytes: number): CodeUnit {
  const code = new Code();
  code.origin(symbol).emit(JEq.imm(R2, 0, 'none'), JEq.imm(R3, 0, 'none'), Call.symbol(symbol), Exit.done());
  code.label('none').emit(Mov.imm32(R0, 0), Exit.done());
  return { ...assemble(aloneName(symbol), code), alone: { recordBytes: RECORD_SIZE, slotBytes } };
}

/** The same with the slot's byte offset in R3. Clobbers R4. */
export function emitStubCallAt(code: Code, stubs: StubSlots, stub: string, symbol: string): void {
  code.emit(And.imm(R3, stubs.mask(stub)), LoadImm64.mapValue(R4, `${stub}_slots`), Add.reg(R4, R3), Mov.reg(R3, R4), Mov.reg(R1, R6), Mov.reg(R2, R7), Call.symbol(stubs.call(stub, symbol)));
}

/**
 * Calls `stub` with its slot; R0 = its answer. R6 = context, R7 = record.
 * @param symbol the hook's function.
 */
export function emitStubCall(code: Code, stubs: StubSlots, stub: string, offset: number, symbol: string): void {
  code.emit(Mov.reg(R1, R6), Mov.reg(R2, R7));
  if (isClassic(stub)) code.emit(Mov.imm32(R3, offset), Call.symbol(symbol));
  else code.emit(LoadImm64.mapValue(R3, `${stub}_slots`, offset), Call.symbol(stubs.call(stub, symbol)));
}
