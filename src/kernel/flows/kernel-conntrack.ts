/**
 * The kernel's own conntrack entries of this network namespace, as ctnetlink dumps them (uapi linux/netfilter/nfnetlink_conntrack.h): what a
 * host knew before our filtering started, so that no connection breaks when it does.
 */
import { isSystemCallError, type Native } from '../../native/native.js';
import { attributes, messages } from '../netlink.js';
import { hasNetfilterNetlink, NETLINK_NETFILTER, NFGENMSG } from '../nfnetlink.js';
import type { Flow, FlowTuple, TcpEnd } from './flow.js';
import { FLOW_STATUS } from './flow.js';

const SUBSYSTEM = 1;
const MSG = { new: SUBSYSTEM << 8, get: (SUBSYSTEM << 8) | 1 } as const;
const CTA = { original: 1, reply: 2, status: 3, protoinfo: 4, timeout: 7, mark: 8, id: 12, zone: 18 } as const;
const TUPLE = { ip: 1, proto: 2 } as const;
const PROTO = { number: 1, sport: 2, dport: 3, icmpId: 4, icmpType: 5, icmpCode: 6, icmp6Id: 7, icmp6Type: 8, icmp6Code: 9 } as const;
const PROTOINFO = { tcp: 1, sctp: 3 } as const;
const TCP = { state: 1, scaleOriginal: 2, scaleReply: 3, flagsOriginal: 4, flagsReply: 5 } as const;
const SCTP = { state: 1, vtagOriginal: 2, vtagReply: 3 } as const;

/** IP_CT_TCP_FLAG_*: what the kernel itself assumes of a connection that it meets in its middle. */
const SACK_PERM = 2;
const BE_LIBERAL = 8;
/** Of a flag that says that something is known which is not dumped. */
const MAXACK_SET = 0x20;

/** A flow of the kernel's, and how much longer it lives. `expires` of the flow is 0n. */
export interface KernelFlow {
  readonly flow: Flow;
  /** Seconds. */
  readonly timeout: number;
}

type Attributes = ReadonlyMap<number, Uint8Array>;
const NONE: Attributes = new Map();

const nested = (found: Attributes, type: number): Attributes => (found.has(type) ? attributes(found.get(type)!) : NONE);
const bytesOf = (found: Attributes, type: number): DataView | undefined => {
  const bytes = found.get(type);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};
const u8 = (found: Attributes, type: number): number => found.get(type)?.[0] ?? 0;
const be16 = (found: Attributes, type: number): number => bytesOf(found, type)?.getUint16(0, false) ?? 0;
const be32 = (found: Attributes, type: number): number => bytesOf(found, type)?.getUint32(0, false) ?? 0;

/** Addresses and ports of one direction; undefined without addresses. */
function tupleOf(found: Attributes): FlowTuple | undefined {
  const ip = nested(found, TUPLE.ip);
  const proto = nested(found, TUPLE.proto);
  const [src, dst] = [ip.get(1) ?? ip.get(3), ip.get(2) ?? ip.get(4)];
  if (src === undefined || dst === undefined) return undefined;
  const id = be16(proto, proto.has(PROTO.icmpId) ? PROTO.icmpId : PROTO.icmp6Id);
  return { src, dst, sport: be16(proto, PROTO.sport) || id, dport: be16(proto, PROTO.dport) || id };
}

/** ICMP queries: type and code as the original direction has them. */
function icmpOf(proto: Attributes): Flow['icmp'] {
  if (proto.has(PROTO.icmpType)) return { type: u8(proto, PROTO.icmpType), code: u8(proto, PROTO.icmpCode) };
  if (proto.has(PROTO.icmp6Type)) return { type: u8(proto, PROTO.icmp6Type), code: u8(proto, PROTO.icmp6Code) };
  return undefined;
}

/** Windows are not dumped: the end is taken from its next segment (nothing seen of it: maxWindow 0), and never held to be out of window. */
function tcpEnd(flags: number, scale: number): TcpEnd {
  return { end: 0, maxEnd: 0, maxWindow: 0, maxAck: 0, scale, flags: (flags | SACK_PERM | BE_LIBERAL) & ~MAXACK_SET };
}

function protocolPart(info: Attributes): Pick<Flow, 'tcp' | 'sctp'> {
  const tcp = nested(info, PROTOINFO.tcp);
  if (tcp.size > 0) {
    return { tcp: { state: u8(tcp, TCP.state), ends: [tcpEnd(u8(tcp, TCP.flagsOriginal), u8(tcp, TCP.scaleOriginal)), tcpEnd(u8(tcp, TCP.flagsReply), u8(tcp, TCP.scaleReply))] } };
  }
  const sctp = nested(info, PROTOINFO.sctp);
  if (sctp.size > 0) return { sctp: { state: u8(sctp, SCTP.state), vtags: [be32(sctp, SCTP.vtagOriginal), be32(sctp, SCTP.vtagReply)] } };
  return {};
}

/** A flow from the body of IPCTNL_MSG_CT_NEW; undefined for one of a zone, or without a tuple. */
export function parseKernelFlow(body: Uint8Array): KernelFlow | undefined {
  const found = attributes(body.subarray(NFGENMSG));
  const originalTuple = nested(found, CTA.original);
  const proto = nested(originalTuple, TUPLE.proto);
  const [original, reply] = [tupleOf(originalTuple), tupleOf(nested(found, CTA.reply))];
  if (original === undefined || reply === undefined || be16(found, CTA.zone) !== 0) return undefined;
  const known = FLOW_STATUS.expected | FLOW_STATUS.seenReply | FLOW_STATUS.assured | FLOW_STATUS.confirmed;
  const icmp = icmpOf(proto);
  const flow: Flow = {
    family: original.src.length === 4 ? 'ipv4' : 'ipv6',
    proto: u8(proto, PROTO.number),
    original,
    reply,
    ...(icmp && { icmp }),
    status: be32(found, CTA.status) & known,
    expires: 0n,
    mark: be32(found, CTA.mark),
    id: be32(found, CTA.id),
    ...protocolPart(nested(found, CTA.protoinfo)),
  };
  return { flow, timeout: be32(found, CTA.timeout) };
}

/** All of one family; none where the kernel has no conntrack. @throws SystemCallError */
export function kernelFlows({ netlinkDump }: Pick<Native, 'netlinkDump'>, family: Flow['family']): readonly KernelFlow[] {
  if (!hasNetfilterNetlink()) return [];
  const head = new Uint8Array(NFGENMSG);
  head[0] = family === 'ipv4' ? 2 : 10;
  try {
    const dump = netlinkDump(MSG.get, head, false, NETLINK_NETFILTER);
    return [...messages(dump)].flatMap((message) => (message.type === MSG.new ? (parseKernelFlow(message.body) ?? []) : []));
  } catch (error) {
    // nfnetlink without ctnetlink.
    if (isSystemCallError(error, 'EINVAL') || isSystemCallError(error, 'EOPNOTSUPP')) return [];
    throw error;
  }
}
