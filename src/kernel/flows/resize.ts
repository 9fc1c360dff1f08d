/**
 * A flow table of another size takes the place of the one there is: flows move over just before the switch, and what packets changed until the
 * switch follows just after it. Each family's flows move when its own programs go over to the new table: until then its packets are in the old one.
 */
import { OtherProblem } from '../../errors/errors.js';
import type { GenerationSpec } from '../../emit/spec.js';
import { FLOW_TABLE_SIZE } from '../../link/stage-maps.js';
import type { Family } from '../../ruleset/model.js';
import { withDescriptors, type Descriptors } from '../descriptors.js';
import type { Kernel } from '../kernel.js';
import { FLOW_TABLE_MAPS, sharedMapName } from '../names.js';
import { FLOW_PART, openFlowEditor } from './edit.js';
import type { Flow } from './flow.js';
import { AT, flowMapsOf, type FlowMaps } from './table.js';

/** What a commit does about the flow table. */
export interface Resize {
  /** The namespace's shared maps without those that are replaced. */
  readonly shared: ReadonlyMap<string, number>;
  /** Moves the flows to the new maps, which have been made. */
  beforeSwitch(made: ReadonlyMap<string, number>): void;
  afterSwitch(): void;
}

/** struct flow_table.most of the table that a spec asks for. */
function mostOf(spec: GenerationSpec): number | undefined {
  const init = spec.maps.find(({ name }) => name === 'flow_table')?.init;
  return init?.length === FLOW_TABLE_SIZE ? new DataView(init.buffer, init.byteOffset).getUint32(AT.most, true) : undefined;
}

/** IP_CT_TCP_FLAG_BE_LIBERAL of linux/netfilter/nf_conntrack_tcp.h. */
const BE_LIBERAL = 8;

/**
 * As it goes into the new table: under a new id, and with its windows not held against it. A window moves with each segment, so that of a copy
 * is behind at once, and a connection whose window is behind would be INVALID for good.
 */
function moved(flow: Flow): Flow {
  if (flow.tcp === undefined) return { ...flow, id: 0 };
  const [original, reply] = flow.tcp.ends;
  return { ...flow, id: 0, tcp: { ...flow.tcp, ends: [{ ...original, flags: original.flags | BE_LIBERAL }, { ...reply, flags: reply.flags | BE_LIBERAL }] } };
}

/** What tells a flow as it was read from the same one as it is read later. */
function nameOf({ family, proto, original: { src, dst, sport, dport }, icmp, id }: Flow): string {
  return [family, proto, src.join('.'), dst.join('.'), sport, dport, icmp?.type, icmp?.code, id].join(' ');
}

/** What packets change of a flow, but its windows. */
function standOf({ status, expires, tcp, sctp }: Flow): string {
  return [status, expires, tcp?.state, sctp?.state, sctp?.vtags.join()].join(' ');
}

/** The move from one table to another. */
class Move {
  private before: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly kernel: Kernel,
    private readonly from: FlowMaps,
    private readonly to: FlowMaps,
    private readonly family: Family,
    private readonly descriptors: Descriptors,
  ) {}

  all(): void {
    const flows = this.list();
    this.before = new Map(flows.map((flow) => [nameOf(flow), standOf(flow)]));
    openFlowEditor(this.kernel, this.to, this.descriptors).insert(flows.map(moved));
  }

  /** Flows that came after the copy, and those that went on. */
  rest(): void {
    const changed = this.list().filter((flow) => this.before.get(nameOf(flow)) !== standOf(flow));
    if (changed.length === 0) return;
    const editor = openFlowEditor(this.kernel, this.to, this.descriptors);
    editor.insert(changed.filter((flow) => !this.before.has(nameOf(flow))).map(moved));
    editor.update(changed.filter((flow) => this.before.has(nameOf(flow))).map(moved), FLOW_PART.expires | FLOW_PART.status | FLOW_PART.protocol);
  }

  private list(): Flow[] {
    return openFlowEditor(this.kernel, this.from, this.descriptors).list().filter(({ family }) => family === this.family);
  }
}

/** Without the maps of the flow table. */
function withoutTable(shared: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...shared].filter(([name]) => !FLOW_TABLE_MAPS.some((each) => sharedMapName(each) === name)));
}

/**
 * Compares what the spec asks for with what there is.
 * @param shared ids of the namespace's shared maps by object name
 * @param own those of the family's programs in force: another table where the other family's have gone over to a new one
 * @throws OtherProblem when there are more flows than there would be room for
 */
export function resizeOf(kernel: Kernel, spec: GenerationSpec, shared: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>, descriptors: Descriptors): Resize {
  const most = mostOf(spec);
  const standing = most === undefined ? undefined : flowMapsOf(kernel, shared, descriptors);
  const from = most === undefined ? undefined : flowMapsOf(kernel, own, descriptors);
  const replaced = standing !== undefined && standing.most !== most;
  const kept = replaced ? withoutTable(shared) : shared;
  const flows = sharedMapName('flows');
  if (from === undefined || (!replaced && own.get(flows) === shared.get(flows))) return { shared: kept, beforeSwitch: () => undefined, afterSwitch: () => undefined };
  const count = withDescriptors(kernel, (used) => openFlowEditor(kernel, from, used).count());
  if (count > most!) throw new OtherProblem(`conntrack: ${count} flows are tracked, there would be room for ${most} only: choose a larger size, or flush them first`);
  let move: Move | undefined;
  return {
    shared: kept,
    beforeSwitch: (made) => {
      const ids = new Map([...made].map(([name, fd]) => [sharedMapName(name), kernel.mapInfo(fd).id]));
      const after = flowMapsOf(kernel, ids, descriptors);
      move = after && new Move(kernel, from, after, spec.family, descriptors);
      move?.all();
    },
    afterSwitch: () => move?.rest(),
  };
}

/** What programs of a family that does not track (any more) hold: the flow table only where the family had it before, so that it is known who has. */
export function heldWithout(shared: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return own.has(sharedMapName('flows')) ? shared : withoutTable(shared);
}
