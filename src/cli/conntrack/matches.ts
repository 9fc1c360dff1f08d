/** Whether a flow is one that a filter asks for: first the kernel's selection, then conntrack's own look, as it compares entries. */
import type { Flow } from '../../kernel/flows/flow.js';
import { comparesPorts } from './protocols.js';
import type { AddressFilter, Filter, Masked } from './request.js';
import { PROTO_DCCP, icmpOf } from './shown-flow.js';

/** What the kernel selects entries of a listing or a deletion by. `status`: listings only. */
export function isSelected(flow: Flow, filter: Filter, status: boolean): boolean {
  if (filter.family !== undefined && flow.family !== filter.family) return false;
  if (filter.mark && !masked(flow.mark, filter.mark.kernel)) return false;
  return !(status && filter.status) || masked(flow.status, filter.status.kernel);
}

/** What conntrack itself compares. */
export function matches(flow: Flow, filter: Filter): boolean {
  if (filter.nat || filter.labelled || (filter.mark && !masked(flow.mark, filter.mark.own))) return false;
  if (filter.zones.some((zone) => zone !== 0) || (filter.id !== undefined && filter.id !== flow.id)) return false;
  if (filter.status && (flow.status & filter.status.own) >>> 0 !== filter.status.own) return false;
  const { original, reply } = flow;
  return (
    isFrom(original.src, filter.source) &&
    isFrom(original.dst, filter.destination) &&
    isFrom(reply.src, filter.replySource) &&
    isFrom(reply.dst, filter.replyDestination) &&
    (!filter.protocol || filter.protocol.number === flow.proto) &&
    hasFields(flow, filter)
  );
}

function masked(value: number, { value: wanted, mask }: Masked): boolean {
  return (value & mask) >>> 0 === wanted;
}

function isFrom(address: Uint8Array, filter: AddressFilter | undefined): boolean {
  if (!filter) return true;
  const mask = (index: number): number => filter.mask?.[index] ?? 0xff;
  return address.length === filter.address.length && address.every((byte, index) => (byte & mask(index)) === (filter.address[index]! & mask(index)));
}

/** Undefined in `wanted` asks for nothing; undefined in `has` is nothing that could be asked for. */
function equal(wanted: number | undefined, has: number | undefined): boolean {
  return wanted === undefined || wanted === has;
}

function hasFields(flow: Flow, { fields, protocol }: Filter): boolean {
  const number = protocol?.number;
  if (number !== undefined && comparesPorts(number)) {
    // The kernel tells no ports of DCCP.
    const [original, reply] = flow.proto === PROTO_DCCP ? [] : [flow.original, flow.reply];
    const same =
      equal(fields.sport, original?.sport) &&
      equal(fields.dport, original?.dport) &&
      equal(fields.replySport, reply?.sport) &&
      equal(fields.replyDport, reply?.dport);
    if (!same) return false;
  }
  if (number === 1 || number === 58) {
    const icmp = icmpOf(flow, 'original');
    if (!equal(fields.icmpType, icmp?.type) || !equal(fields.icmpCode, icmp?.code) || !equal(fields.icmpId, icmp?.id)) return false;
  }
  return equal(fields.tcpState, flow.tcp?.state) && equal(fields.sctpState, flow.sctp?.state) && fields.dccpState === undefined;
}
