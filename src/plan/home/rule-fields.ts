/**
 * The fields of rules that a record holds, as columns by position: prefixes of src and dst, a range of protocols and of either port.
 * All numbers are in host order. A rule that does not ask for a field has the widest value: /0, all ports, all protocols.
 */
import type { Predicate } from '../../ir/predicate.js';

const MAX_PORT = 0xffff;
const MAX_PROTOCOL = 0xff;
const ALL_32 = 0xffff_ffffn;

export class RuleFields {
  readonly src: Uint32Array;
  readonly dst: Uint32Array;
  /** Prefix lengths. */
  readonly srcLength: Uint8Array;
  readonly dstLength: Uint8Array;
  readonly sportLo: Uint16Array;
  readonly sportHi: Uint16Array;
  readonly dportLo: Uint16Array;
  readonly dportHi: Uint16Array;
  readonly protoLo: Uint8Array;
  readonly protoHi: Uint8Array;

  /** @param positions of the layout, ends of chains included. */
  constructor(positions: number) {
    this.src = new Uint32Array(positions);
    this.dst = new Uint32Array(positions);
    this.srcLength = new Uint8Array(positions);
    this.dstLength = new Uint8Array(positions);
    this.sportLo = new Uint16Array(positions);
    this.sportHi = new Uint16Array(positions).fill(MAX_PORT);
    this.dportLo = new Uint16Array(positions);
    this.dportHi = new Uint16Array(positions).fill(MAX_PORT);
    this.protoLo = new Uint8Array(positions);
    this.protoHi = new Uint8Array(positions).fill(MAX_PROTOCOL);
  }

  /** Whether the rule at `position` asks for a port. */
  asksPort(position: number): boolean {
    return this.sportLo[position] !== 0 || this.dportLo[position] !== 0 || this.sportHi[position] !== MAX_PORT || this.dportHi[position] !== MAX_PORT;
  }

  /**
   * Takes src, dst and proto of the rule at `position` from a requirement.
   * @returns false where the record cannot say it in full: another field, no prefix, or the field is taken already.
   */
  takeNetwork(position: number, predicate: Predicate): boolean {
    if (predicate.kind !== 'test') return false;
    switch (predicate.field) {
      case 'src':
        return takePrefix(this.src, this.srcLength, position, predicate);
      case 'dst':
        return takePrefix(this.dst, this.dstLength, position, predicate);
      case 'proto':
        return takeRange(this.protoLo, this.protoHi, MAX_PROTOCOL, position, predicate);
      default:
        return false;
    }
  }

  /** The same for the ports. */
  takePort(position: number, predicate: Predicate): boolean {
    if (predicate.kind !== 'test') return false;
    if (predicate.field === 'sport') return takeRange(this.sportLo, this.sportHi, MAX_PORT, position, predicate);
    if (predicate.field === 'dport') return takeRange(this.dportLo, this.dportHi, MAX_PORT, position, predicate);
    return false;
  }
}

type Test = Extract<Predicate, { kind: 'test' }>;

/** Length of a mask without holes, of 1 to 32 bits; 0 for any other. */
function prefixLength(mask: bigint): number {
  if (mask <= 0n || mask > ALL_32) return 0;
  const rest = ~Number(mask) >>> 0;
  return (rest & (rest + 1)) === 0 ? Math.clz32(rest) : 0;
}

function takePrefix(values: Uint32Array, lengths: Uint8Array, position: number, { mask, lo, hi }: Test): boolean {
  if (lengths[position] !== 0 || lo !== hi || lo > ALL_32) return false;
  const length = mask === undefined ? 32 : prefixLength(mask);
  const value = Number(lo);
  if (length === 0 || (length < 32 && (value & (0xffff_ffff >>> length)) !== 0)) return false;
  values[position] = value;
  lengths[position] = length;
  return true;
}

function takeRange(los: Uint8Array | Uint16Array, his: Uint8Array | Uint16Array, max: number, position: number, { mask, lo, hi }: Test): boolean {
  if (mask !== undefined || lo > hi || lo > BigInt(max)) return false;
  if (los[position] !== 0 || his[position] !== max) return false;
  los[position] = Number(lo);
  his[position] = hi > BigInt(max) ? max : Number(hi);
  return true;
}
