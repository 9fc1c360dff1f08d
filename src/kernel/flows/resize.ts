/** A flow table of another size takes the place of the one there is: its flows move over just before the switch. */
import { OtherProblem } from '../../errors/errors.js';
import type { GenerationSpec } from '../../emit/spec.js';
import { FLOW_TABLE_SIZE } from '../../link/stage-maps.js';
import { withDescriptors, type Descriptors } from '../descriptors.js';
import type { Kernel } from '../kernel.js';
import { sharedMapName } from '../names.js';
import { openFlowEditor } from './edit.js';
import { AT, flowMapsOf, type FlowMaps } from './table.js';

/** Maps that go with the size. The statistics go on. */
const SIZED = ['flows', 'flow_table'] as const;

/** What a commit does about the flow table. */
export interface Resize {
  /** The namespace's shared maps without those that are replaced. */
  readonly shared: ReadonlyMap<string, number>;
  /** Moves the flows to the new maps, which have been made. */
  move(made: ReadonlyMap<string, number>): void;
}

/** struct flow_table.most of the table that a spec asks for. */
function mostOf(spec: GenerationSpec): number | undefined {
  const init = spec.maps.find(({ name }) => name === 'flow_table')?.init;
  return init?.length === FLOW_TABLE_SIZE ? new DataView(init.buffer, init.byteOffset).getUint32(AT.most, true) : undefined;
}

/** As bucket seeds are the table's own, flows are put in anew. What has been put in is not touched again. */
function move(kernel: Kernel, from: FlowMaps, to: FlowMaps): void {
  withDescriptors(kernel, (descriptors) => {
    const flows = openFlowEditor(kernel, from, descriptors).list();
    openFlowEditor(kernel, to, descriptors).insert(flows);
  });
}

/**
 * Compares what the spec asks for with what there is.
 * @throws OtherProblem when there are more flows than there would be room for
 */
export function resizeOf(kernel: Kernel, spec: GenerationSpec, shared: ReadonlyMap<string, number>, descriptors: Descriptors): Resize {
  const most = mostOf(spec);
  const before = most === undefined ? undefined : flowMapsOf(kernel, shared, descriptors);
  if (before === undefined || before.most === most) return { shared, move: () => undefined };
  const count = withDescriptors(kernel, (own) => openFlowEditor(kernel, before, own).count());
  if (count > most!) throw new OtherProblem(`conntrack: ${count} flows are tracked, there would be room for ${most} only: choose a larger size, or flush them first`);
  return {
    shared: new Map([...shared].filter(([name]) => !SIZED.some((each) => sharedMapName(each) === name))),
    move: (made) => {
      const ids = new Map([...made].map(([name, fd]) => [sharedMapName(name), kernel.mapInfo(fd).id]));
      withDescriptors(kernel, (own) => {
        const after = flowMapsOf(kernel, ids, own);
        if (after) move(kernel, before, after);
      });
    },
  };
}
