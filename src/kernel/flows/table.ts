/** The flow table of the current network namespace: its maps, found through the programs on `lo`, what it holds, and what was counted. */
import { FLOW_BUCKET_SIZE, FLOW_STATS_SIZE, FLOW_TABLE_SIZE, FLOW_WAYS } from '../../link/stage-maps.js';
import { Catalog } from '../catalog.js';
import { withDescriptors, type Descriptors } from '../descriptors.js';
import { findHome, sharedMaps } from '../home.js';
import type { Kernel } from '../kernel.js';
import { sharedMapName } from '../names.js';
import { decodeEntry, entryUsed, FLOW_ENTRY_SIZE } from './entry.js';
import type { Flow } from './flow.js';

/** Bytes before the entries of a bucket. */
const BUCKET_HEAD = FLOW_BUCKET_SIZE - FLOW_WAYS * FLOW_ENTRY_SIZE;
/** Byte offsets in struct flow_table. */
export const AT = { buckets: 40, most: 44, count: 64 } as const;
const ENTRY = new Uint8Array(4);
/** Buckets that are read at a time: a table may be larger than what there is memory for. */
const BUCKETS_AT_ONCE = 4096;

/** Members of struct flow_stats, in their order: those of `conntrack -S`, then ours. */
const COUNTED = ['found', 'invalid', 'insert', 'insert_failed', 'drop', 'early_drop', 'error', 'search_restart', 'clash_resolve', 'chaintoolong', 'unlocked'] as const;

/** One CPU's counts. `unlocked`: how often a lock was not had in time. */
export type FlowStatistics = Readonly<Record<(typeof COUNTED)[number], number>>;

/** Descriptors of the table's maps, and its measures. */
export interface FlowMaps {
  readonly flows: number;
  readonly table: number;
  readonly statistics: number;
  /** What is told to a listener (flow-events.ts). */
  readonly events: number;
  readonly watch: number;
  readonly buckets: number;
  /** Flows that there may be at a time. */
  readonly most: number;
}

/** The maps among a namespace's shared ones (ids by object name). */
export function flowMapsOf(kernel: Kernel, ids: ReadonlyMap<string, number>, descriptors: Descriptors): FlowMaps | undefined {
  const [flows, table, statistics, events, watch] = ['flows', 'flow_table', 'flow_stats', 'flow_events', 'flow_watch'].map((name) => {
    const id = ids.get(sharedMapName(name));
    return id === undefined ? undefined : descriptors.own(kernel.mapFdById(id));
  });
  if (flows === undefined || table === undefined || statistics === undefined || events === undefined || watch === undefined) return undefined;
  const known = kernel.mapLookup(table, ENTRY);
  if (known?.length !== FLOW_TABLE_SIZE) return undefined;
  const view = new DataView(known.buffer, known.byteOffset);
  return { flows, table, statistics, events, watch, buckets: view.getUint32(AT.buckets, true), most: view.getUint32(AT.most, true) };
}

/** The maps in the current namespace; undefined where no ruleset that tracks connections was ever in force. */
export function findFlowMaps(kernel: Kernel, descriptors: Descriptors): FlowMaps | undefined {
  const home = findHome(kernel, new Catalog(kernel, descriptors), descriptors);
  return home && flowMapsOf(kernel, sharedMaps(home), descriptors);
}

/** Runs `body` on the maps, and returns `none` where there is no table. */
export function withFlowMaps<Result>(kernel: Kernel, none: Result, body: (maps: FlowMaps, descriptors: Descriptors) => Result): Result {
  return withDescriptors(kernel, (descriptors) => {
    const maps = findFlowMaps(kernel, descriptors);
    return maps === undefined ? none : body(maps, descriptors);
  });
}

/** Flows of a map's buckets, whether they are over or not. A flow that changes while it is read may show old next to new. */
export function readFlows(kernel: Kernel, { flows, buckets }: Pick<FlowMaps, 'flows' | 'buckets'>): Flow[] {
  const found: Flow[] = [];
  let after: Uint8Array | undefined;
  for (let read = 0; read < buckets; read += BUCKETS_AT_ONCE) {
    const { count, keys, values } = kernel.mapLookupBatch(flows, Math.min(BUCKETS_AT_ONCE, buckets - read), after);
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let bucket = 0; bucket < count * FLOW_BUCKET_SIZE; bucket += FLOW_BUCKET_SIZE) {
      for (let at = bucket + BUCKET_HEAD; at < bucket + FLOW_BUCKET_SIZE; at += FLOW_ENTRY_SIZE) if (entryUsed(view, at)) found.push(decodeEntry(view, at));
    }
    after = keys.slice((count - 1) * ENTRY.length, count * ENTRY.length);
  }
  return found;
}

/** How many flows there may be at a time; undefined where there is no table yet. */
export function flowTableSize(kernel: Kernel): number | undefined {
  return withFlowMaps(kernel, undefined, ({ most }) => most);
}

/** What each CPU has counted, in their order. */
export function flowStatistics(kernel: Kernel): FlowStatistics[] {
  return withFlowMaps(kernel, [], ({ statistics }) => {
    const value = kernel.mapLookup(statistics, ENTRY);
    if (value === undefined) return [];
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return Array.from({ length: value.length / FLOW_STATS_SIZE }, (_, cpu) => Object.fromEntries(COUNTED.map((name, index) => [name, view.getUint32(cpu * FLOW_STATS_SIZE + index * 4, true)])) as FlowStatistics);
  });
}
