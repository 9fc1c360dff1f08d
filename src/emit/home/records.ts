/**
 * Map `lists`: the lists of the home strategy. Places are counted in units of 8 bytes; the root list stands at ROOT_PLACE.
 * A list is a header (HEADER) and then a record of 24 bytes for each rule, ascending by position:
 *   0 u32 the address that is not the list's own, 4 u32 its mask, 8 u64 least values, 16 u64 greatest values.
 * The two u64 hold protocol and ports in lanes (LANES), each with a guard bit above it, so that two subtractions compare all three:
 * (packet + guards) - least and (greatest + 2 guards) - (packet + guards) both keep a lane's guard exactly when the packet is within.
 * Above the lanes of the second stands the position times two, plus one when a match is not final.
 */
import { InternalFault } from '../../errors/errors.js';
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { Lists } from '../../plan/home/lists.js';
import type { RuleFields } from '../../plan/home/rule-fields.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';

export const UNIT = 8;
export const ROOT_PLACE = 1;
export const HEADER_BYTES = 16;
export const RECORD_BYTES = 24;

/** Offsets in a list's header, u32 each: number of records, place of the parent (0: none but the root), first position, place of the filter (0: none). */
export const HEADER = { count: 0, parent: 4, lowest: 8, filter: 12 } as const;

/** Offsets in a record. */
export const LIST_RECORD = { address: 0, mask: 4, least: 8, greatest: 16 } as const;

/** First bit of each lane in the u64: the guards are at 16, 33 and 42. */
export const LANES = { sport: 0, dport: 17, proto: 34 } as const;
export const GUARDS = (1n << 16n) | (1n << 33n) | (1n << 42n);
/** The guard of the protocol alone: ports do not filter odd packets. */
export const PROTO_GUARD = 1n << 42n;
/** First bit of position * 2 + (not final). */
export const POSITION_SHIFT = 43;

/** A place is given in 24 bits of a lookup's payload. */
const MOST_UNITS = 2 ** 24;

export interface ListMap {
  readonly map: MapSpec;
  /** Keeps a byte offset within the map; behind the last there is room for a header or a record. */
  readonly mask: number;
  /** Place of each list. */
  readonly places: Uint32Array;
  /** By position: byte offset of the rule's record. */
  readonly recordAt: Uint32Array;
}

/** Place of each list, and one past the last. */
function placesOf({ start }: Lists): Uint32Array {
  const places = new Uint32Array(start.length);
  places[0] = ROOT_PLACE;
  for (let list = 1; list < start.length; list += 1) {
    places[list] = places[list - 1]! + (HEADER_BYTES + (start[list]! - start[list - 1]!) * RECORD_BYTES) / UNIT;
  }
  return places;
}

/** Low and high halves of lanes, as two numbers: 34 is the protocol's lane, in the high half from bit 2. */
function writeLanes(words: Uint32Array, at: number, sport: number, dport: number, proto: number, above: number): void {
  words[at] = (sport | (dport << LANES.dport)) >>> 0;
  words[at + 1] = ((dport >>> (32 - LANES.dport)) | (proto << (LANES.proto - 32)) | (above << (POSITION_SHIFT - 32))) >>> 0;
}

/** Adds twice the guards: bits 17, 34 and 43, carries and all. */
function addGuardsTwice(words: Uint32Array, at: number): void {
  const low = words[at]! + 2 ** 17;
  words[at] = low >>> 0;
  words[at + 1] = (words[at + 1]! + (low > 0xffff_ffff ? 1 : 0) + 2 ** 2 + 2 ** 11) >>> 0;
}

const maskOf = (length: number): number => (length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0);

function writeRecord(words: Uint32Array, at: number, fields: RuleFields, position: number, bySrc: boolean, soft: number): void {
  words[at] = bySrc ? fields.dst[position]! : fields.src[position]!;
  words[at + 1] = maskOf(bySrc ? fields.dstLength[position]! : fields.srcLength[position]!);
  writeLanes(words, at + 2, fields.sportLo[position]!, fields.dportLo[position]!, fields.protoLo[position]!, 0);
  writeLanes(words, at + 4, fields.sportHi[position]!, fields.dportHi[position]!, fields.protoHi[position]!, position * 2 + soft);
  addGuardsTwice(words, at + 4);
}

/**
 * @param filterAt place of each long list's filter.
 * @throws InternalFault when there are more lists than payloads can name.
 */
export function buildLists({ lists, fields, final, flat, layout }: HomePlan, filterAt: ReadonlyMap<number, number>): ListMap {
  const { start, parent, members, firstOfDst } = lists;
  const places = placesOf(lists);
  const units = places[places.length - 1]!;
  if (units >= MOST_UNITS) throw new InternalFault(`emitting ${units} units of lists`);
  const size = powerOfTwo(units * UNIT);
  const init = new Uint8Array(size + RECORD_BYTES);
  const words = new Uint32Array(init.buffer);
  const recordAt = new Uint32Array(layout.positions.length);
  for (let list = 0; list + 1 < start.length; list += 1) {
    const [from, to] = [start[list]!, start[list + 1]!];
    let at = places[list]! * 2;
    words[at + HEADER.count / 4] = to - from;
    words[at + HEADER.parent / 4] = parent[list] === 0 ? 0 : places[parent[list]!]!;
    words[at + HEADER.lowest / 4] = from < to ? members[from]! : 0xffff_ffff;
    words[at + HEADER.filter / 4] = filterAt.get(list) ?? 0;
    at += HEADER_BYTES / 4;
    for (let index = from; index < to; index += 1) {
      const position = members[index]!;
      recordAt[position] = at * 4;
      writeRecord(words, at, fields, position, list < firstOfDst, flat && final[position] === 1 ? 0 : 1);
      at += RECORD_BYTES / 4;
    }
  }
  return {
    map: { name: 'lists', type: 'array', keySize: 4, valueSize: init.byteLength, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true },
    mask: size - UNIT,
    places,
    recordAt,
  };
}
