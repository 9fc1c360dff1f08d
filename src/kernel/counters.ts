/**
 * Counter maps: one array value, per CPU a stripe of 16-byte {u64 packets, u64 bytes} by slot.
 * Flat arrays here: index 2 * slot is packets, 2 * slot + 1 bytes.
 */
import { InternalFault } from '../errors/errors.js';
import type { Counters } from '../ruleset/model.js';
import type { State } from './state.js';

const ENTRY = new Uint8Array(4);

/** Sums the stripes of a counter map's value into 2 * slots numbers; `slots` undefined = all that a stripe holds. */
export function sumStripes(value: Uint8Array, cpus: number, slots?: number): BigInt64Array {
  const stripe = Math.floor(value.length / cpus);
  const held = Math.floor(stripe / 16);
  const wanted = slots ?? held;
  if (stripe * cpus !== value.length || stripe % 16 !== 0 || wanted > held) throw new InternalFault('a counter map has an unexpected size');
  const sums = new BigInt64Array(2 * wanted);
  const aligned = value.byteOffset % 8 === 0 ? value : Uint8Array.from(value);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const words = new BigInt64Array(aligned.buffer, aligned.byteOffset + cpu * stripe, 2 * wanted);
    for (let i = 0; i < sums.length; i++) {
      const word = words[i]!;
      if (word !== 0n) sums[i] = sums[i]! + word;
    }
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
  const sums = BigInt64Array.from(state.base);
  state.previousSlot.forEach((from, slot) => {
    if (from < 0) return;
    if (previous === undefined || 2 * from + 1 >= previous.length) throw new InternalFault('the previous counters are missing');
    sums[2 * slot] = sums[2 * slot]! + previous[2 * from]!;
    sums[2 * slot + 1] = sums[2 * slot + 1]! + previous[2 * from + 1]!;
  });
  return sums;
}

/** Element-wise sum, as Counters by slot: u64, as the kernel counts. */
export function shown(settledCounters: BigInt64Array, own: BigInt64Array): Counters[] {
  return Array.from({ length: settledCounters.length / 2 }, (_, slot) => ({
    packets: BigInt.asUintN(64, settledCounters[2 * slot]! + own[2 * slot]!),
    bytes: BigInt.asUintN(64, settledCounters[2 * slot + 1]! + own[2 * slot + 1]!),
  }));
}

/** How a slot of a new generation continues one of the generation in force. */
export interface SlotOrigin {
  /** Slot of the generation in force whose counts it keeps; absent for a new rule. */
  readonly from?: number;
  /** Added to the counts kept: a new rule's initial counters, or, for -Z, minus what was shown. May be negative. */
  readonly delta: Counters;
}

/** Base and previous slots of a new generation. `settledBefore`: settled() of the generation in force, absent when there is none. */
export function foldCounters(slots: readonly SlotOrigin[], settledBefore: BigInt64Array | undefined): { base: BigInt64Array; previousSlot: Int32Array } {
  const base = new BigInt64Array(2 * slots.length);
  const previousSlot = new Int32Array(slots.length).fill(-1);
  slots.forEach(({ from, delta }, slot) => {
    base[2 * slot] = delta.packets;
    base[2 * slot + 1] = delta.bytes;
    if (from === undefined) return;
    if (settledBefore === undefined || from < 0 || 2 * from + 1 >= settledBefore.length) throw new InternalFault(`slot ${slot} continues slot ${from}, which does not exist`);
    base[2 * slot] = base[2 * slot]! + settledBefore[2 * from]!;
    base[2 * slot + 1] = base[2 * slot + 1]! + settledBefore[2 * from + 1]!;
    previousSlot[slot] = from;
  });
  return { base, previousSlot };
}
