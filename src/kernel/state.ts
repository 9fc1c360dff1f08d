/**
 * The state of one generation as bytes: what the frozen map `bi_state_*` holds. Little endian:
 *
 *   0 u64 magic   8 u32 format version   12 u32 header length   16 u64 generation   24 u64 created (CLOCK_MONOTONIC ns)
 *  32 u32 family (4, 6)   36 u32 slots   40 u32 id of the own counters map   44 u32 id of the previous one (0 = none)
 *  48 u32 text length   52 u32 reserved   56 sha256 over everything, this field as zeros
 *  88 per slot: i64 packets, i64 bytes (the base);   then per slot: i32 previous slot (-1 = none);   then the text, UTF-8
 *
 * A rule's shown count is base + previous[previous slot] + own[slot].
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { InternalFault, VersionProblem } from '../errors/errors.js';
import type { Family } from '../ruleset/model.js';

const MAGIC = 0x0054_5049_4650_4249n; // "IBPFIPT\0"
/** Goes up with every change of these bytes or of the text in them (cli/stored-text.ts). */
export const STATE_VERSION = 3;
const HEADER = 88;
const HASH_AT = 56;
const HASH_LENGTH = 32;

export interface State {
  readonly family: Family;
  readonly generation: bigint;
  readonly created: bigint;
  readonly countersId: number;
  readonly previousCountersId: number;
  /** Two numbers per slot: packets, bytes. May be negative. */
  readonly base: BigInt64Array;
  /** One per slot. */
  readonly previousSlot: Int32Array;
  readonly text: string;
}

/** The bytes of a state. The arrays' lengths must agree. */
export function encodeState(state: State): Uint8Array {
  const slots = state.previousSlot.length;
  if (state.base.length !== 2 * slots) throw new RangeError('state: base and previousSlot disagree');
  const textAt = HEADER + slots * 20;
  const textLength = Buffer.byteLength(state.text, 'utf8');
  const bytes = Buffer.alloc(textAt + textLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(8, STATE_VERSION, true);
  view.setUint32(12, HEADER, true);
  view.setBigUint64(16, state.generation, true);
  view.setBigUint64(24, state.created, true);
  view.setUint32(32, state.family === 'ipv4' ? 4 : 6, true);
  view.setUint32(36, slots, true);
  view.setUint32(40, state.countersId, true);
  view.setUint32(44, state.previousCountersId, true);
  view.setUint32(48, textLength, true);
  bytes.set(new Uint8Array(state.base.buffer, state.base.byteOffset, slots * 16), HEADER);
  bytes.set(new Uint8Array(state.previousSlot.buffer, state.previousSlot.byteOffset, slots * 4), HEADER + slots * 16);
  bytes.write(state.text, textAt, 'utf8');
  bytes.set(hashOf(bytes), HASH_AT);
  return bytes;
}

/** sha256 over everything, its own field taken as zeros. */
function hashOf(bytes: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(bytes.subarray(0, HASH_AT)).update(new Uint8Array(HASH_LENGTH));
  return hash.update(bytes.subarray(HASH_AT + HASH_LENGTH)).digest();
}

/**
 * The state that bytes hold.
 * @throws VersionProblem for a format of another version, InternalFault for anything that is not a whole, unharmed state.
 */
export function decodeState(bytes: Uint8Array): State {
  if (bytes.length < HEADER) throw new InternalFault('the state in the kernel is too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getBigUint64(0, true) !== MAGIC) throw new InternalFault('the state in the kernel is not ours');
  const version = view.getUint32(8, true);
  if (version !== STATE_VERSION) {
    throw new VersionProblem(`the ruleset in the kernel has state format ${version}, this bpf-iptables knows ${STATE_VERSION}: use the bpf-iptables that loaded it, or \`bpf-iptables detach'`);
  }
  const slots = view.getUint32(36, true);
  const textLength = view.getUint32(48, true);
  const family = view.getUint32(32, true);
  const textAt = HEADER + slots * 20;
  if (view.getUint32(12, true) !== HEADER || textAt + textLength !== bytes.length || (family !== 4 && family !== 6)) {
    throw new InternalFault('the state in the kernel is damaged: its lengths disagree');
  }
  if (!timingSafeEqual(hashOf(bytes), bytes.subarray(HASH_AT, HASH_AT + HASH_LENGTH))) throw new InternalFault('the state in the kernel is damaged: its checksum is wrong');
  return {
    family: family === 4 ? 'ipv4' : 'ipv6',
    generation: view.getBigUint64(16, true),
    created: view.getBigUint64(24, true),
    countersId: view.getUint32(40, true),
    previousCountersId: view.getUint32(44, true),
    base: new BigInt64Array(new Uint8Array(bytes.subarray(HEADER, HEADER + slots * 16)).buffer),
    previousSlot: new Int32Array(new Uint8Array(bytes.subarray(HEADER + slots * 16, textAt)).buffer),
    text: Buffer.from(bytes.buffer, bytes.byteOffset + textAt, textLength).toString('utf8'),
  };
}
