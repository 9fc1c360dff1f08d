/**
 * What happens to flows, for one process that listens (bpf/flow_event.h). Programs report only while the listener keeps saying that it is there;
 * each record read is gone.
 */
import { InternalFault } from '../../errors/errors.js';
import { FLOW_EVENT_SIZE } from '../../link/stage-maps.js';
import { native, type RingHandle } from '../../native/native.js';
import { Descriptors } from '../descriptors.js';
import { jiffiesPerSecond } from '../kernel-facts.js';
import { realKernel } from '../real-kernel.js';
import { openFlowEditor, type FlowEditor } from './edit.js';
import { decodeEntry, entryUsed } from './entry.js';
import type { Flow } from './flow.js';
import { findFlowMaps, type FlowMaps } from './table.js';

/** enum flow_event_kind, in its order. */
export const FLOW_EVENT_KINDS = ['new', 'update', 'destroy'] as const;

export interface FlowEvent {
  readonly kind: (typeof FLOW_EVENT_KINDS)[number];
  /** As it was then. */
  readonly flow: Flow;
  /** jiffies64 when it happened. */
  readonly at: bigint;
}

/** Offsets in struct flow_event and struct flow_watch; a test compares them through BTF. */
export const FLOW_EVENT_PLACES = { kind: 0, pad: 4, at: 8, entry: 16 } as const;
export const FLOW_WATCH_PLACES = { until: 0, lost: 8 } as const;

/** Records taken out at a time. */
const BATCH = 256;
/** How often a listener says that it is there. */
const RENEW_MS = 1000;
/** How long programs go on reporting after a listener last said that it is there. */
const PATIENCE_SECONDS = 3n;

/** @throws InternalFault when it is not a whole record */
export function decodeFlowEvent(bytes: Uint8Array): FlowEvent {
  if (bytes.length !== FLOW_EVENT_SIZE) throw new InternalFault(`a flow event of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = FLOW_EVENT_KINDS[view.getUint32(FLOW_EVENT_PLACES.kind, true)];
  if (kind === undefined || !entryUsed(view, FLOW_EVENT_PLACES.entry)) throw new InternalFault('a flow event of no kind, or of no flow');
  return { kind, flow: decodeEntry(view, FLOW_EVENT_PLACES.entry), at: view.getBigUint64(FLOW_EVENT_PLACES.at, true) };
}

/** The ring of one table: another one after the table was made anew, or all programs have been taken off and put on again. */
interface Ring {
  /** Of the table. */
  readonly mapId: number;
  readonly fd: number;
  readonly handle: RingHandle;
  readonly watchFd: number;
  readonly editor: FlowEditor;
  readonly descriptors: Descriptors;
}

/** One listener at a time in a network namespace: whatever it takes out is gone. */
export class FlowListener {
  private ring: Ring | undefined;
  private opened = false;
  private renewed = 0;
  /** Records lost before the last look. */
  private told = 0n;
  private readonly hz = jiffiesPerSecond();

  private constructor() {}

  /**
   * Calls `body` with a listener to the network namespace that the calling thread is in. Where no rule tracks connections there are no events
   * until one does.
   * @throws InternalFault when another process listens
   */
  static async with(body: (listener: FlowListener) => Promise<void>): Promise<void> {
    const calls = native();
    const descriptors = new Descriptors(calls);
    const listener = new FlowListener();
    try {
      const lock = descriptors.own(calls.openLockFile(`/run/bpf-iptables-events.${calls.networkNamespaceCookie()}.lock`));
      if (!calls.lockExclusive(lock, false)) throw new InternalFault('another process listens to the flows of this network namespace');
      listener.keepListening();
      await body(listener);
    } finally {
      listener.leave(0n);
      descriptors.close();
    }
  }

  /** Says that somebody listens, and frees what is over, which nobody else may notice for long. To be called every second. */
  private keepListening(): void {
    this.renewed = performance.now();
    const descriptors = new Descriptors(native());
    const maps = findFlowMaps(realKernel(), descriptors);
    const mapId = maps && native().mapInfo(maps.flows).id;
    if (mapId !== this.ring?.mapId) {
      this.leave();
      if (maps && mapId !== undefined) this.open(mapId, maps, descriptors);
    }
    if (this.ring?.descriptors !== descriptors) descriptors.close();
    if (!this.ring) return;
    native().mapStoreWord(this.ring.watchFd, FLOW_WATCH_PLACES.until, this.ring.editor.now() + PATIENCE_SECONDS * BigInt(this.hz));
    this.ring.editor.count();
  }

  /** Takes out what is there, waiting up to so long for it. */
  take(milliseconds: number): readonly FlowEvent[] {
    if (performance.now() - this.renewed >= RENEW_MS) this.keepListening();
    const { ring } = this;
    if (!ring) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      return [];
    }
    const records = native().ringDrain(ring.handle, BATCH);
    if (records.length > 0 || !native().poll(ring.fd, milliseconds)) return records.map(decodeFlowEvent);
    return native().ringDrain(ring.handle, BATCH).map(decodeFlowEvent);
  }

  /** How many records were lost since the last call. */
  takeLost(): number {
    if (!this.ring) return 0;
    const lost = native().mapLoadWord(this.ring.watchFd, FLOW_WATCH_PLACES.lost);
    const since = Number(lost - this.told);
    this.told = lost;
    return since;
  }

  /** Takes ownership of the descriptors. */
  private open(mapId: number, maps: FlowMaps, descriptors: Descriptors): void {
    const calls = native();
    const handle = calls.ringOpen(maps.events);
    this.ring = { mapId, fd: maps.events, handle, watchFd: maps.watch, editor: openFlowEditor(realKernel(), maps, descriptors), descriptors };
    this.told = calls.mapLoadWord(maps.watch, FLOW_WATCH_PLACES.lost);
    if (this.opened) return;
    // What an earlier listener has left.
    while (calls.ringDrain(handle, BATCH).length > 0);
    this.opened = true;
  }

  /** @param until what to leave in place of the time until which somebody listens */
  private leave(until?: bigint): void {
    if (!this.ring) return;
    if (until !== undefined) native().mapStoreWord(this.ring.watchFd, FLOW_WATCH_PLACES.until, until);
    this.ring.descriptors.close();
    this.ring = undefined;
  }
}
