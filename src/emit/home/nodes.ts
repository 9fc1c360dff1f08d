/**
 * Map `lists`: the lists of the home strategy as chains of nodes of 32 bytes; a node's place is its number in the map. Node 0 matches nothing and leads to
 * itself: the end of every chain. A list's last node leads to the first of its parent's list; src's chains end with the root list.
 *
 * A node is the record of a rule:
 *   0 u32 the address that is not the list's own, 4 u32 its mask, 8 u64 least values, 16 u64 greatest values,
 *   24 u32 byte offset of the next node, 28 u32 the lowest position in the nodes from there on.
 * The two u64 hold protocol and ports in lanes (LANES), each with a guard bit above it, so that two subtractions compare all three:
 * (packet + guards) - least and (greatest + 2 guards) - (packet + guards) both keep a lane's guard exactly when the packet is within.
 * Above the lanes of the second stands the position times two, plus one when a match is not final; above those of the first, when it is, the counter's
 * slot times two, plus one when it drops.
 *
 * A long list has one node in its chain, which matches everything, has the position FILTERED, in place of an address the place of its filter
 * (filters.ts) and above the lanes of the least values its first position; its records lie elsewhere, one behind the other.
 */
import { InternalFault } from '../../errors/errors.js';
import { BPF_F_MMAPABLE } from '../../link/stage-maps.js';
import { isLong, ROOT, type Lists } from '../../plan/home/lists.js';
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { RuleFields } from '../../plan/home/rule-fields.js';
import { powerOfTwo } from '../../plan/power-of-two.js';
import type { MapSpec } from '../spec.js';

export const NODE_BYTES = 32;

/** Offsets in a node. */
export const NODE = { address: 0, mask: 4, least: 8, greatest: 16, next: 24, lowest: 28 } as const;

/** First bit of each lane in the u64: the guards are at 16, 33 and 42. */
export const LANES = { sport: 0, dport: 17, proto: 34 } as const;
export const GUARDS = (1n << 16n) | (1n << 33n) | (1n << 42n);
/** The guard of the protocol alone: ports do not filter odd packets. */
export const PROTO_GUARD = 1n << 42n;
/** First bit of position * 2 + (not final). */
export const POSITION_SHIFT = 43;
/** The position of nodes that stand for a filtered list: no rule has it, as the last position is the end of a chain. */
export const FILTERED = 2 ** 20 - 1;

/** No position: none is as high. */
export const NONE = 0x7fff_ffff;

/** A place is given in 24 bits of a lookup's payload. */
const MOST_NODES = 2 ** 24;

const WORDS = NODE_BYTES / 4;

export interface ListMap {
  readonly map: MapSpec;
  /** Keeps a byte offset of a node within the map. */
  readonly mask: number;
  /** By position: byte offset of the rule's record. */
  readonly recordAt: Uint32Array;
}

/** Places of the first nodes of all lists, 0 for an empty one; and one past the last. */
export function placeLists(lists: Lists): Uint32Array {
  const { start } = lists;
  const heads = new Uint32Array(start.length);
  let next = 1;
  for (let list = 0; list + 1 < start.length; list += 1) {
    const count = start[list + 1]! - start[list]!;
    heads[list] = count === 0 ? 0 : next;
    next += count + (isLong(lists, list) ? 1 : 0);
  }
  heads[start.length - 1] = next;
  return heads;
}

/** Low and high halves of lanes, as two numbers. */
function writeLanes(words: Uint32Array, at: number, sport: number, dport: number, proto: number, above: number): void {
  words[at] = sport | (dport << LANES.dport);
  words[at + 1] = (dport >>> (32 - LANES.dport)) | (proto << (LANES.proto - 32)) | (above << (POSITION_SHIFT - 32));
}

/** Adds twice the guards: bits 17, 34 and 43, carries and all. */
function addGuardsTwice(words: Uint32Array, at: number): void {
  const low = words[at]! + 2 ** 17;
  words[at] = low;
  words[at + 1] = words[at + 1]! + (low > 0xffff_ffff ? 1 : 0) + 2 ** 2 + 2 ** 11;
}

const maskOf = (length: number): number => (length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0);

function writeRecord(words: Uint32Array, at: number, fields: RuleFields, position: number, bySrc: boolean, final: number | undefined): void {
  words[at] = bySrc ? fields.dst[position]! : fields.src[position]!;
  words[at + 1] = maskOf(bySrc ? fields.dstLength[position]! : fields.srcLength[position]!);
  writeLanes(words, at + 2, fields.sportLo[position]!, fields.dportLo[position]!, fields.protoLo[position]!, final ?? 0);
  writeLanes(words, at + 4, fields.sportHi[position]!, fields.dportHi[position]!, fields.protoHi[position]!, position * 2 + (final === undefined ? 1 : 0));
  addGuardsTwice(words, at + 4);
}

/** What stands above the least values of a rule whose match is final; undefined where it is not. */
function finalOf({ flat, final, layout }: HomePlan, position: number): number | undefined {
  const at = layout.positions[position]!;
  if (!flat || final[position] === 0 || at.kind !== 'rule') return undefined;
  return at.rule.slot * 2 + (at.rule.action.kind === 'drop' ? 1 : 0);
}

/** A node that matches every packet, or, with least values beyond the greatest, none. */
function writeSpecial(words: Uint32Array, at: number, matches: boolean, filterAt: number, first: number): void {
  words[at] = filterAt;
  writeLanes(words, at + 2, matches ? 0 : 0xffff, 0, matches ? 0 : 0xff, first);
  writeLanes(words, at + 4, matches ? 0xffff : 0, 0xffff, matches ? 0xff : 0, FILTERED * 2);
  addGuardsTwice(words, at + 4);
}

function link(words: Uint32Array, at: number, next: number, lowest: number): void {
  words[at + NODE.next / 4] = next * NODE_BYTES;
  words[at + NODE.lowest / 4] = lowest;
}

/** The lowest position in each list and those behind it in its chain; NONE for those that are nowhere. */
function lowestInChains({ start, members, parent, firstOfDst }: Lists): Uint32Array {
  const lowest = new Uint32Array(parent.length);
  for (let list = 0; list < parent.length; list += 1) {
    const own = start[list] === start[list + 1] ? NONE : members[start[list]!]!;
    lowest[list] = Math.min(own, behind(list, parent[list]!, firstOfDst) ? lowest[parent[list]!]! : NONE);
  }
  return lowest;
}

/** Whether the parent's list follows in the chain: not below the root list, nor the root list in dst's chains. */
function behind(list: number, parent: number, firstOfDst: number): boolean {
  return list !== ROOT && !(parent === ROOT && list >= firstOfDst);
}

/**
 * @param heads placeLists().
 * @param filterAt place of each long list's filter.
 * @throws InternalFault when there are more nodes than payloads can name
 */
export function buildLists(plan: HomePlan, heads: Uint32Array, filterAt: ReadonlyMap<number, number>): ListMap {
  const { lists, fields, layout } = plan;
  const { start, parent, members, firstOfDst } = lists;
  const nodes = heads[heads.length - 1]!;
  if (nodes >= MOST_NODES) throw new InternalFault(`emitting ${nodes} nodes of lists`);
  const size = powerOfTwo(nodes * NODE_BYTES);
  const init = new Uint8Array(size);
  const words = new Uint32Array(init.buffer);
  const recordAt = new Uint32Array(layout.positions.length);
  const lowest = lowestInChains(lists);
  writeSpecial(words, 0, false, 0, 0);
  link(words, 0, 0, NONE);
  for (let list = 0; list < parent.length; list += 1) {
    const goesOn = behind(list, parent[list]!, firstOfDst);
    const next = goesOn ? heads[parent[list]!]! : 0;
    const nextLowest = goesOn ? lowest[parent[list]!]! : NONE;
    const long = isLong(lists, list);
    let at = heads[list]! * WORDS;
    if (long) {
      writeSpecial(words, at, true, filterAt.get(list)!, members[start[list]!]!);
      link(words, at, next, nextLowest);
      at += WORDS;
    }
    for (let index = start[list]!; index < start[list + 1]!; index += 1) {
      const position = members[index]!;
      recordAt[position] = at * 4;
      writeRecord(words, at, fields, position, list !== ROOT && list < firstOfDst, finalOf(plan, position));
      if (index + 1 === start[list + 1]) link(words, at, next, nextLowest);
      else link(words, at, at / WORDS + 1, Math.min(members[index + 1]!, nextLowest));
      at += WORDS;
    }
  }
  return {
    map: { name: 'lists', type: 'array', keySize: 4, valueSize: size, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init, frozen: true },
    mask: size - NODE_BYTES,
    recordAt,
  };
}
