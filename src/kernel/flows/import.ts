/**
 * What the kernel's own conntrack knew of a family goes into the flow table when the family begins to track, so that no connection breaks when rules about
 * connection states come into force on a running host. Done twice: just before the switch, and just after it, for what came in between.
 */
import { isSystemCallError } from '../../native/native.js';
import type { Family } from '../../ruleset/model.js';
import { withDescriptors } from '../descriptors.js';
import type { Kernel } from '../kernel.js';
import { jiffiesPerSecond } from '../kernel-facts.js';
import { sharedMapName } from '../names.js';
import { openFlowEditor } from './edit.js';
import type { Flow, FlowTuple } from './flow.js';
import type { KernelFlow } from './kernel-conntrack.js';
import { flowMapsOf } from './table.js';

export interface FlowImport {
  /** @throws SystemCallError when the kernel does not tell */
  beforeSwitch(): void;
  /** The rules are in force: a kernel that does not tell any more is no reason to fail. */
  afterSwitch(): void;
}

const NOTHING: FlowImport = { beforeSwitch: () => undefined, afterSwitch: () => undefined };

const inverse = ({ src, dst, sport, dport }: FlowTuple): FlowTuple => ({ src: dst, dst: src, sport: dport, dport: sport });

function sameTuple(a: FlowTuple, b: FlowTuple): boolean {
  return a.sport === b.sport && a.dport === b.dport && Buffer.compare(a.src, b.src) === 0 && Buffer.compare(a.dst, b.dst) === 0;
}

/**
 * The flows that packets on the wire belong to: one, or with address translation one on each side of it (an answer is met before it is
 * translated back).
 */
export function wireFlows({ flow, timeout }: KernelFlow, now: bigint, hz: number): Flow[] {
  const expires = now + BigInt(timeout) * BigInt(hz);
  const asOriginal = inverse(flow.reply);
  const plain = { ...flow, reply: inverse(flow.original), expires };
  return sameTuple(asOriginal, flow.original) ? [plain] : [plain, { ...flow, original: asOriginal, expires }];
}

/**
 * @param made the generation's maps by name: `flows` is among them where its rules track connections
 * @param own shared maps of the family's programs in force, by object name: where the flow table is among them nothing is imported
 */
export function flowImport(kernel: Kernel, family: Family, made: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>): FlowImport {
  if (!made.has('flows') || own.has(sharedMapName('flows'))) return NOTHING;
  const run = (): void => {
    const known = kernel.trackedFlows(family);
    if (known.length === 0) return;
    withDescriptors(kernel, (descriptors) => {
      const ids = new Map([...made].map(([name, fd]) => [sharedMapName(name), kernel.mapInfo(fd).id]));
      const maps = flowMapsOf(kernel, ids, descriptors);
      if (maps === undefined) return;
      const editor = openFlowEditor(kernel, maps, descriptors);
      const [now, hz] = [editor.now(), jiffiesPerSecond()];
      editor.insert(known.flatMap((one) => wireFlows(one, now, hz)));
    });
  };
  return {
    beforeSwitch: run,
    afterSwitch: () => {
      try {
        run();
      } catch (error) {
        if (!isSystemCallError(error)) throw error;
      }
    },
  };
}
