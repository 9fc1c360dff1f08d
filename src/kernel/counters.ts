/**
 * Counter maps: one array value, per CPU a stripe of 16-byte {u64 packets, u64 bytes} by slot.
 * Flat arrays here: index 2 * slot is packets, 2 * slot + 1 bytes. Sums are made over 32-bit halves: a bigint for each of some hundred
 * thousand numbers, nearly all of them zero, costs more than all the rest.
 */
import { InternalFault } from '../errors/errors.js';
import { ZERO_COUNTERS, type Counters } from '../ruleset/model.js';
import type { State } from './state.js';

const ENTRY = new Uint8Array(4);
const CARRY = 2 ** 32;

/** The numbers as pairs of 32-bit halves, low ones first (all our machines are little endian). */
function halves(numbers: BigInt64Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);
}

/** to[index] += from[other], modulo 2^64; indices of numbers. */
function add(to: Uint32Array, index: number, from: Uint32Array, other: number): void {
  const low = from[2 * other]!;
  const high = from[2 * other + 1]!;
  if (low === 0 && high === 0) return;
  const sum = to[2 * index]! + low;
  to[2 * index] = sum;
  to[2 * index + 1] = to[2 * index + 1]! + high + (sum >= CARRY ? 1 : 0);
}

/** Sums the stripes of a counter map's value into 2 * slots numbers; `slots` undefined = all that a stripe holds. */
export function sumStripes(value: Uint8Array, cpus: number, slots?: number): BigInt64Array {
  const stripe = Math.floor(value.length / cpus);
  const held = Math.floor(stripe / 16);
  const wanted = slots ?? held;
  if (stripe * cpus !== value.length || stripe % 16 !== 0 || wanted > held) throw new InternalFault('a counter map has an unexpected size');
  const aligned = value.byteOffset % 8 === 0 ? value : new Uint8Array(value);
  const stripeOf = (cpu: number): BigInt64Array => new BigInt64Array(aligned.buffer, aligned.byteOffset + cpu * stripe, 2 * wanted);
  const sums = stripeOf(0).slice();
  const to = halves(sums);
  for (let cpu = 1; cpu < cpus; cpu += 1) {
    const from = halves(stripeOf(cpu));
    for (let index = 0; index < sums.length; index += 1) add(to, index, from, index);
  }
  return sums;
}

/** Reads and sums a counter map. */
export function readCounterMap(kernel: { mapLookup(fd: number, key: Uint8Array): Uint8Array | undefined; readonly cpus: number }, fd: number, slots?: number): BigInt64Array {
  const value = kernel.mapLookup(fd, ENTRY);
  if (value === undefined) throw new InternalFault('a counter map is empty');
  return sumStripes(value, kernel.cpus, slots);
}

/** base + previous[previous slot], for every slot of `state`: what is final once the generation before is. */
export function settled(state: State, previous: BigInt64Array | undefined): BigInt64Array {
  const sums = state.base.slice();
  const to = halves(sums);
  const from = previous && halves(previous);
  state.previousSlot.forEach((slot, index) => {
    if (slot < 0) return;
    if (from === undefined || 2 * slot + 1 >= previous!.length) throw new InternalFault('the previous counters are missing');
    add(to, 2 * index, from, 2 * slot);
    add(to, 2 * index + 1, from, 2 * slot + 1);
  });
  return sums;
}

/** Element-wise sum, as Counters by slot: u64, as the kernel counts. Slots that counted nothing share one object. */
export function shown(settledCounters: BigInt64Array, own: BigInt64Array): Counters[] {
  const sums = settledCounters.slice();
  const to = halves(sums);
  const from = halves(own);
  for (let index = 0; index < sums.length; index += 1) add(to, index, from, index);
  return Array.from({ length: sums.length / 2 }, (_, slot) => {
    const at = 4 * slot;
    if (to[at] === 0 && to[at + 1] === 0 && to[at + 2] === 0 && to[at + 3] === 0) return ZERO_COUNTERS;
    return { packets: BigInt.asUintN(64, sums[2 * slot]!), bytes: BigInt.asUintN(64, sums[2 * slot + 1]!) };
  });
}

/** How one slot of a new generation goes on. */
export interface SlotOrigin {
  /** The slot of the generation in force whose counts it keeps; absent for a new rule. */
  readonly from?: number;
  /** Added to the counts kept: a new rule's initial counters, or, for -Z, minus what was shown. May be negative. */
  readonly delta: Counters;
}

/** The same for all slots, as columns. */
export class SlotOrigins {
  /** By slot; -1 for a new rule. */
  readonly from: Int32Array;
  /** Two numbers a slot. */
  readonly delta: BigInt64Array;

  /** @param count all are new and start at zero. */
  constructor(count: number) {
    this.from = new Int32Array(count).fill(-1);
    this.delta = new BigInt64Array(2 * count);
  }

  static of(origins: readonly SlotOrigin[]): SlotOrigins {
    const all = new SlotOrigins(origins.length);
    origins.forEach(({ from = -1, delta }, slot) => {
      all.from[slot] = from;
      all.add(slot, delta);
    });
    return all;
  }

  add(slot: number, { packets, bytes }: Counters): void {
    this.delta[2 * slot] = packets;
    this.delta[2 * slot + 1] = bytes;
  }
}

/** Base and previous slots of a new generation. `settledBefore`: settled() of the generation in force, absent when there is none. */
export function foldCounters({ from, delta }: SlotOrigins, settledBefore: BigInt64Array | undefined): { base: BigInt64Array; previousSlot: Int32Array } {
  const base = delta.slice();
  const to = halves(base);
  const before = settledBefore && halves(settledBefore);
  from.forEach((old, slot) => {
    if (old === -1) return;
    if (before === undefined || old < 0 || 2 * old + 1 >= settledBefore!.length) throw new InternalFault(`slot ${slot} continues slot ${old}, which does not exist`);
    add(to, 2 * slot, before, 2 * old);
    add(to, 2 * slot + 1, before, 2 * old + 1);
  });
  return { base, previousSlot: from };
}
