/** Everything the home code refers to, laid out once for all programs of a generation. */
import { BPF_F_MMAPABLE } from '../../link/stage-maps.js';
import { ROOT, type SideLists } from '../../plan/home/lists.js';
import type { HomePlan } from '../../plan/home/plan-home.js';
import type { Buckets } from '../../plan/home/buckets.js';
import { buildPrefixTable, type PrefixTable } from '../../plan/lookup/prefix-table.js';
import type { MapSpec } from '../spec.js';
import type { StubSlots } from '../stubs.js';
import { buildActions, type Actions } from '../walk/actions.js';
import { buildFilters, type FilterMaps } from './filters.js';
import { buildLists, placeLists, type ListMap } from './nodes.js';
import { layOutHomeWalk, type HomeWalk } from './walk.js';

/** A lookup's payload: the place of the first node of the address's list below, its bucket above. */
export const BUCKET_SHIFT = 24;

export interface SideTable {
  readonly table: PrefixTable;
  /** Byte offset in the map `prefixes`. */
  readonly offset: number;
}

export interface HomeTables {
  readonly plan: HomePlan;
  readonly lists: ListMap;
  readonly filters: FilterMaps | undefined;
  readonly src: SideTable;
  readonly dst: SideTable;
  readonly prefixes: MapSpec;
  readonly actions: Actions;
  readonly walk: HomeWalk;
}

/**
 * The lookup of a side: the first node of the most specific list, and the bucket. Prefixes that answer like those around them are left out.
 * @param none place where there is no list.
 */
function buildSide({ tree, listOf }: SideLists, heads: Uint32Array, none: number, buckets: Buckets | undefined): PrefixTable {
  const size = tree.values.length;
  const place = new Uint32Array(size);
  const answer = new Uint32Array(size);
  const values = new Uint32Array(size);
  const lengths = new Uint8Array(size);
  const payloads = new Uint32Array(size);
  let count = 0;
  for (let index = 0; index < size; index += 1) {
    const above = tree.parent[index]!;
    place[index] = listOf[index] !== ROOT ? heads[listOf[index]!]! : above < 0 ? none : place[above]!;
    answer[index] = place[index]! | ((buckets?.of[index + 1] ?? 0) << BUCKET_SHIFT);
    if (answer[index] === (above < 0 ? none : answer[above])) continue;
    values[count] = tree.values[index]!;
    lengths[count] = tree.lengths[index]!;
    payloads[count++] = answer[index]!;
  }
  return buildPrefixTable({ values: values.slice(0, count), lengths: lengths.slice(0, count), payloads: payloads.slice(0, count) }, { none });
}

const LINE = 64;

/** @param stubs where the calls and effects of the plan's rules get their slots. */
export function buildHomeTables(plan: HomePlan, stubs: StubSlots): HomeTables {
  const heads = placeLists(plan.lists);
  const filters = buildFilters(plan, heads);
  const lists = buildLists(plan, heads, filters?.places ?? new Map());
  const src = buildSide(plan.lists.src, heads, heads[ROOT]!, plan.filters?.src);
  const dst = buildSide(plan.lists.dst, heads, 0, plan.filters?.dst);
  const dstAt = Math.ceil(src.bytes.length / LINE) * LINE;
  const size = Math.max(LINE, src.reach, dstAt + Math.max(dst.bytes.length, dst.reach));
  const init = new Uint8Array(size);
  init.set(src.bytes);
  init.set(dst.bytes, dstAt);
  return {
    plan,
    lists,
    filters,
    src: { table: src, offset: 0 },
    dst: { table: dst, offset: dstAt },
    prefixes: { name: 'prefixes', type: 'array', keySize: 4, valueSize: size, maxEntries: 1, flags: BPF_F_MMAPABLE, scope: 'generation', init, frozen: true },
    actions: buildActions(plan, stubs, lists.recordAt),
    walk: layOutHomeWalk(plan),
  };
}

export function homeMaps({ lists, filters, prefixes, actions, walk }: HomeTables): readonly MapSpec[] {
  return [lists.map, prefixes, actions.map, walk.map, ...(filters === undefined ? [] : [filters.filters, filters.buckets])];
}

