/** -G: the flow that a packet from -s to -d belongs to, in either direction, as the kernel looks one up. */
import type { Flow } from '../../kernel/flows/flow.js';
import { PROTO_GRE, hasPorts, icmpOf, tupleOf, FLOW_DIRECTIONS, type Direction, PROTO_DCCP } from './shown-flow.js';
import { ConntrackProblem } from './problem.js';
import type { Filter } from './request.js';

/** @throws ConntrackProblem where there is none, or where the original direction is not given */
export function getFlow(filter: Filter, flows: readonly Flow[]): Flow {
  if (!filter.source || !filter.destination) throw new ConntrackProblem('Operation failed: invalid parameters', 1);
  for (const direction of FLOW_DIRECTIONS) {
    const found = flows.find((flow) => isTuple(flow, direction, filter));
    if (found) return found;
  }
  throw new ConntrackProblem("Operation failed: such conntrack doesn't exist", 1);
}

function isTuple(flow: Flow, direction: Direction, { source, destination, protocol, fields }: Filter): boolean {
  const { src, dst, sport, dport } = tupleOf(flow, direction);
  if (flow.proto !== protocol?.number || !same(src, source!.address) || !same(dst, destination!.address)) return false;
  const icmp = icmpOf(flow, direction);
  if (icmp) return icmp.type === fields.icmpType && icmp.code === fields.icmpCode && icmp.id === (fields.icmpId ?? 0);
  if (flow.proto === PROTO_DCCP || !(flow.proto === PROTO_GRE || hasPorts(flow.proto))) return true;
  return sport === fields.sport && dport === fields.dport;
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
