/** An entry of the flow table as bytes (struct flow_entry of bpf/layout.h: the key, then the flow), from and to the {@link Flow} it stands for. */
import { FLOW_KEY_SIZE, FLOW_SIZE } from '../../link/stage-maps.js';
import type { Flow, FlowTuple, TcpEnd } from './flow.js';

export const FLOW_ENTRY_SIZE = FLOW_KEY_SIZE + FLOW_SIZE;

const FAMILY = { ipv4: 2, ipv6: 10 } as const;
const TCP = 6;
const SCTP = 132;
/** Ours: the second end of the key opened the flow. */
const ORIGIN_SECOND = 0x8000_0000;

/** Byte offsets in struct flow_key. */
const KEY = { address: 0, port: 32, proto: 36, icmpType: 37, icmpCode: 38, family: 39 } as const;
/** Byte offsets in struct flow_entry of what follows the key. */
const AT = { expires: 40, status: 48, protocol: 56, mark: 120, id: 124 } as const;
/** Byte offsets in struct tcp_flow, struct tcp_end and struct sctp_flow. */
const TCP_AT = { state: 56, end: 20 } as const;
const END = { end: 0, maxEnd: 4, maxWindow: 8, maxAck: 12, scale: 16, flags: 17 } as const;
const SCTP_AT = { vtag: 4, state: 8 } as const;

/** Whether a place in a bucket holds a flow. */
export function entryUsed(bytes: DataView, at: number): boolean {
  return bytes.getUint8(at + KEY.family) !== 0;
}

function addressOf(bytes: DataView, at: number, length: number): Uint8Array {
  const address = new Uint8Array(length);
  const view = new DataView(address.buffer);
  for (let word = 0; word < length; word += 4) view.setUint32(word, bytes.getUint32(at + word, true));
  return address;
}

function tcpEnd(bytes: DataView, at: number): TcpEnd {
  const word = (offset: number): number => bytes.getUint32(at + offset, true);
  return { end: word(END.end), maxEnd: word(END.maxEnd), maxWindow: word(END.maxWindow), maxAck: word(END.maxAck), scale: bytes.getUint8(at + END.scale), flags: bytes.getUint8(at + END.flags) };
}

function protocolPart(bytes: DataView, at: number, proto: number): Pick<Flow, 'tcp' | 'sctp'> {
  if (proto === TCP) return { tcp: { state: bytes.getUint8(at + TCP_AT.state), ends: [tcpEnd(bytes, at), tcpEnd(bytes, at + TCP_AT.end)] } };
  if (proto === SCTP) return { sctp: { state: bytes.getUint8(at + SCTP_AT.state), vtags: [bytes.getUint32(at, true), bytes.getUint32(at + SCTP_AT.vtag, true)] } };
  return {};
}

/** The flow of a used entry. */
export function decodeEntry(bytes: DataView, at: number): Flow {
  const family = bytes.getUint8(at + KEY.family) === FAMILY.ipv4 ? 'ipv4' : 'ipv6';
  const length = family === 'ipv4' ? 4 : 16;
  const ends = [0, 1].map((end) => ({ address: addressOf(bytes, at + KEY.address + end * 16, length), port: bytes.getUint16(at + KEY.port + end * 2, true) }));
  const status = bytes.getUint32(at + AT.status, true);
  const [from, to] = status & ORIGIN_SECOND ? [ends[1]!, ends[0]!] : [ends[0]!, ends[1]!];
  const proto = bytes.getUint8(at + KEY.proto);
  const type = bytes.getUint8(at + KEY.icmpType);
  return {
    family,
    proto,
    original: { src: from.address, dst: to.address, sport: from.port, dport: to.port },
    reply: { src: to.address, dst: from.address, sport: to.port, dport: from.port },
    ...(type === 0 ? {} : { icmp: { type, code: bytes.getUint8(at + KEY.icmpCode) } }),
    status: status & ~ORIGIN_SECOND,
    expires: bytes.getBigUint64(at + AT.expires, true),
    mark: bytes.getUint32(at + AT.mark, true),
    id: bytes.getUint32(at + AT.id, true),
    ...protocolPart(bytes, at + AT.protocol, proto),
  };
}

/** As flow_key_of() of bpf/flow.h orders a key's ends: by address, then port; of an ICMP query the asking end is the first. */
function secondOpened({ original, icmp }: Pick<Flow, 'original' | 'icmp'>): boolean {
  if (icmp !== undefined) return false;
  const order = Buffer.compare(original.src, original.dst);
  return order === 0 ? original.sport > original.dport : order > 0;
}

function writeEnd(view: DataView, end: number, address: Uint8Array, port: number): void {
  const words = new DataView(address.buffer, address.byteOffset, address.byteLength);
  for (let word = 0; word < address.length; word += 4) view.setUint32(KEY.address + end * 16 + word, words.getUint32(word), true);
  view.setUint16(KEY.port + end * 2, port, true);
}

function writeTcpEnd(view: DataView, at: number, end: TcpEnd): void {
  view.setUint32(at + END.end, end.end, true);
  view.setUint32(at + END.maxEnd, end.maxEnd, true);
  view.setUint32(at + END.maxWindow, end.maxWindow, true);
  view.setUint32(at + END.maxAck, end.maxAck, true);
  view.setUint8(at + END.scale, end.scale);
  view.setUint8(at + END.flags, end.flags);
}

/** The bytes of a flow's entry. */
export function encodeEntry(flow: Flow): Uint8Array {
  const view = new DataView(new ArrayBuffer(FLOW_ENTRY_SIZE));
  const second = secondOpened(flow);
  const { src, dst, sport, dport }: FlowTuple = flow.original;
  writeEnd(view, second ? 1 : 0, src, sport);
  writeEnd(view, second ? 0 : 1, dst, dport);
  view.setUint8(KEY.proto, flow.proto);
  if (flow.icmp) {
    view.setUint8(KEY.icmpType, flow.icmp.type);
    view.setUint8(KEY.icmpCode, flow.icmp.code);
  }
  view.setUint8(KEY.family, FAMILY[flow.family]);
  view.setBigUint64(AT.expires, flow.expires, true);
  view.setUint32(AT.status, (flow.status | (second ? ORIGIN_SECOND : 0)) >>> 0, true);
  view.setUint32(AT.mark, flow.mark, true);
  view.setUint32(AT.id, flow.id, true);
  if (flow.tcp) {
    flow.tcp.ends.forEach((end, index) => writeTcpEnd(view, AT.protocol + index * TCP_AT.end, end));
    view.setUint8(AT.protocol + TCP_AT.state, flow.tcp.state);
  }
  if (flow.sctp) {
    flow.sctp.vtags.forEach((vtag, index) => view.setUint32(AT.protocol + index * SCTP_AT.vtag, vtag, true));
    view.setUint8(AT.protocol + SCTP_AT.state, flow.sctp.state);
  }
  return new Uint8Array(view.buffer);
}
