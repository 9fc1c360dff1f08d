/**
 * Changes of the flow table by user space: a small program does them with the code that packets use (bpf/flow_edit.c), under the same locks, so
 * that no packet's step is lost or done twice.
 */
import type { ProgSpec } from '../../emit/spec.js';
import type { CodeUnit } from '../../link/code-unit.js';
import { link } from '../../link/link.js';
import { loadLibrary } from '../../link/library.js';
import { FLOW_CHANGE_SIZE, FLOW_CHANGES, FLOW_EDIT_HEAD, FLOW_EDIT_SIZE, STAGE_MAPS } from '../../link/stage-maps.js';
import { ATTACH_TYPE, native, PROG_TYPE } from '../../native/native.js';
import type { Descriptors } from '../descriptors.js';
import { createMaps } from '../generation.js';
import type { Kernel } from '../kernel.js';
import { LICENSE } from '../license.js';
import { relocate, typeWants } from '../relocate.js';
import { loadFault } from '../verifier-fault.js';
import { flowClock } from './clock.js';
import { encodeEntry } from './entry.js';
import type { Flow } from './flow.js';
import { AT, readFlows, withFlowMaps, type FlowMaps } from './table.js';

/** call flow_edit; exit */
const MAIN: CodeUnit = {
  name: 'flow_edit_main',
  insns: Uint8Array.of(0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x95, 0, 0, 0, 0, 0, 0, 0),
  relocations: [{ insn: 0, kind: 'call', symbol: 'flow_edit' }],
  origins: [{ insn: 0, text: 'flow edit' }],
};

/** enum flow_operation, enum flow_part. */
const OPERATION = { insert: 0, update: 1, delete: 2 } as const;
export const FLOW_PART = { expires: 1, status: 2, mark: 4, protocol: 8 } as const;
/** By enum flow_change_result. `full`: no room, and no flow that may make room; `none`: no such flow (any more). */
const RESULTS = ['done', 'exists', 'full', 'none'] as const;
export type ChangeResult = (typeof RESULTS)[number];

/** Which flows a flush takes. */
export type FlushedFamily = Flow['family'] | 'all';
const FAMILIES: Readonly<Record<FlushedFamily, number>> = { ipv4: 1, ipv6: 2, all: 3 };

/** Byte offsets in struct flow_change and struct flow_edit. */
const CHANGE = { operation: 0, parts: 4, result: 8, entry: 16 } as const;
const EDIT = { changes: 8, from: 12, to: 16, families: 20 } as const;

const KEY = new Uint8Array(4);
/** A test run needs a frame of some length; it is not looked at. */
const FRAME = new Uint8Array(64);

interface Change {
  readonly operation: keyof typeof OPERATION;
  readonly parts: number;
  readonly flow: Flow;
}

/** The program, loaded when it is first needed. */
class Editor {
  private loaded: { readonly program: number; readonly edit: number } | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly maps: FlowMaps,
    private readonly descriptors: Descriptors,
  ) {}

  /** @throws InternalFault when the kernel refuses the program */
  private load(): { readonly program: number; readonly edit: number } {
    const { kernel, maps, descriptors } = this;
    const spec: ProgSpec = { name: 'bpfipt_flows', hook: 'tc-ingress', ...link(MAIN, (library ??= loadLibrary())) };
    const specs = STAGE_MAPS.filter(({ name }) => name === 'flow_edit');
    const shared: [string, number][] = [['flows', maps.flows], ['flow_table', maps.table], ['flow_stats', maps.statistics], ['flow_events', maps.events], ['flow_watch', maps.watch]];
    const known = new Map([...createMaps(kernel, specs, new Map(), descriptors), ...shared]);
    try {
      const program = descriptors.own(kernel.progLoad(PROG_TYPE.schedCls, ATTACH_TYPE.none, relocate(spec, known, kernel.types(typeWants([spec]))), LICENSE, spec.name));
      return { program, edit: known.get('flow_edit')! };
    } catch (cause) {
      throw loadFault(spec, cause);
    }
  }

  apply(changes: readonly Change[]): ChangeResult[] {
    const results: ChangeResult[] = [];
    for (let first = 0; first < changes.length; first += FLOW_CHANGES) {
      const batch = changes.slice(first, first + FLOW_CHANGES);
      const asked = new DataView(new ArrayBuffer(FLOW_EDIT_SIZE));
      asked.setUint32(EDIT.changes, batch.length, true);
      batch.forEach(({ operation, parts, flow }, index) => {
        const at = FLOW_EDIT_HEAD + index * FLOW_CHANGE_SIZE;
        asked.setUint32(at + CHANGE.operation, OPERATION[operation], true);
        asked.setUint32(at + CHANGE.parts, parts, true);
        new Uint8Array(asked.buffer).set(encodeEntry(flow), at + CHANGE.entry);
      });
      const done = this.run(asked, batch.length);
      batch.forEach((_, index) => results.push(RESULTS[done.getUint32(FLOW_EDIT_HEAD + index * FLOW_CHANGE_SIZE + CHANGE.result, true)]!));
    }
    return results;
  }

  /** Frees what is over, and all of the families (bits of {@link FAMILIES}). */
  clear(families: number): void {
    const asked = new DataView(new ArrayBuffer(FLOW_EDIT_SIZE));
    asked.setUint32(EDIT.to, this.maps.buckets, true);
    asked.setUint32(EDIT.families, families, true);
    this.run(asked, this.maps.buckets);
  }

  private run(asked: DataView, times: number): DataView {
    const { program, edit } = (this.loaded ??= this.load());
    this.kernel.mapUpdate(edit, KEY, new Uint8Array(asked.buffer), 0);
    native().progTestRun(program, FRAME, undefined, times, 0);
    const done = this.kernel.mapLookup(edit, KEY)!;
    return new DataView(done.buffer, done.byteOffset, done.byteLength);
  }
}

let library: readonly CodeUnit[] | undefined;

/** What {@link withFlowEditor} gives: everything that can be done to a table, the program loaded once for all of it. */
export interface FlowEditor {
  /** jiffies64 now, the clock of {@link Flow.expires}. */
  now(): bigint;
  /** Flows that are not over. */
  list(): Flow[];
  /** How many flows there are; what is over is freed. */
  count(): number;
  /** How many places are taken, with those of flows that are over and that nothing has met yet. */
  held(): number;
  /** Keeps new flows; where there is no room, others must go as for a packet. Ids are given anew. */
  insert(flows: readonly Flow[]): ChangeResult[];
  /** Writes the named parts (bits of {@link FLOW_PART}) of flows there are; a status is added to. An id other than 0 must be theirs. */
  update(flows: readonly Flow[], parts: number): ChangeResult[];
  /** An id other than 0 must be theirs. */
  delete(flows: readonly Flow[]): ChangeResult[];
  flush(family: FlushedFamily): void;
}

/** struct flow_table.count. */
function heldFlows(kernel: Kernel, { table }: FlowMaps): number {
  const bytes = kernel.mapLookup(table, KEY)!;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(AT.count, true);
}

/** The editor of a table, for as long as `descriptors` live. */
export function openFlowEditor(kernel: Kernel, maps: FlowMaps, descriptors: Descriptors): FlowEditor {
  const editor = new Editor(kernel, maps, descriptors);
  const all = (operation: keyof typeof OPERATION, flows: readonly Flow[], parts = 0): ChangeResult[] => editor.apply(flows.map((flow) => ({ operation, parts, flow })));
  return {
    now: () => flowClock(kernel),
    list: () => {
      const now = flowClock(kernel);
      return readFlows(kernel, maps).filter(({ expires }) => expires > now);
    },
    count: () => {
      editor.clear(0);
      return heldFlows(kernel, maps);
    },
    held: () => heldFlows(kernel, maps),
    insert: (flows) => all('insert', flows),
    update: (flows, parts) => all('update', flows, parts),
    delete: (flows) => all('delete', flows),
    flush: (family) => editor.clear(FAMILIES[family]),
  };
}

/** Runs `body` on the table of the current namespace; returns `none` where there is no table. */
export function withFlowEditor<Result>(kernel: Kernel, none: Result, body: (editor: FlowEditor) => Result): Result {
  return withFlowMaps(kernel, none, (maps, descriptors) => body(openFlowEditor(kernel, maps, descriptors)));
}

/** Flows of the current namespace that are not over. */
export function listFlows(kernel: Kernel): Flow[] {
  return withFlowEditor<Flow[]>(kernel, [], (editor) => editor.list());
}

/** How many flows there are. */
export function countFlows(kernel: Kernel): number {
  return withFlowEditor(kernel, 0, (editor) => editor.count());
}

/** Keeps new flows. All `none` where there is no table. */
export function insertFlows(kernel: Kernel, flows: readonly Flow[]): ChangeResult[] {
  return withFlowEditor<ChangeResult[]>(kernel, flows.map(() => 'none'), (editor) => editor.insert(flows));
}

/** Deletes flows. */
export function deleteFlows(kernel: Kernel, flows: readonly Flow[]): ChangeResult[] {
  return withFlowEditor<ChangeResult[]>(kernel, flows.map(() => 'none'), (editor) => editor.delete(flows));
}

/** Deletes all flows of a family. */
export function flushFlows(kernel: Kernel, family: FlushedFamily = 'all'): void {
  withFlowEditor(kernel, undefined, (editor) => editor.flush(family));
}
