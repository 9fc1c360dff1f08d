/** The fields of ir/field.ts read off a decoded packet: what the packet record is to hold, said once more and independently. */
import { readBe16 } from '../net/bytes.js';
import type { CtEntry, PacketView } from '../net/packet-view.js';
import type { Family } from '../ruleset/model.js';
import { ADDRESS_WORDS, CT_STATE, L4_STATE, type CtEntryField, type FieldName } from '../ir/field.js';

const TCP = 6;
const ICMP: Readonly<Record<Family, number>> = { ipv4: 1, ipv6: 58 };
const PROTOCOLS_WITH_PORTS = [TCP, 17, 33, 132, 136];
const CT_BITS = { INVALID: CT_STATE.invalid, ESTABLISHED: CT_STATE.established, RELATED: CT_STATE.related, NEW: CT_STATE.new, UNTRACKED: CT_STATE.untracked } as const;

type EntryAddress = 'ctOrigSrc' | 'ctOrigDst' | 'ctReplSrc' | 'ctReplDst';
type Words<Address extends string> = `${Address}${'' | 1 | 2 | 3}`;

/** Word `index` of an address, the most significant first; IPv4 has the first alone. */
function addressWord(address: bigint, index: number, family: Family): bigint {
  if (family === 'ipv4') return index === 0 ? address : 0n;
  return (address >> BigInt(96 - 32 * index)) & 0xffff_ffffn;
}

function entryWords<Address extends EntryAddress>(name: Address, of: (entry: CtEntry) => bigint): Record<Words<Address>, (entry: CtEntry, family: Family) => bigint> {
  return Object.fromEntries(['', 1, 2, 3].map((word, index) => [`${name}${word}`, (entry: CtEntry, family: Family) => addressWord(of(entry), index, family)])) as Record<Words<Address>, (entry: CtEntry, family: Family) => bigint>;
}

const ENTRY_FIELDS: Readonly<Record<CtEntryField, (entry: CtEntry, family: Family) => bigint | number>> = {
  ctProto: (entry) => entry.protocol,
  ...entryWords('ctOrigSrc', (entry) => entry.original.src),
  ...entryWords('ctOrigDst', (entry) => entry.original.dst),
  ...entryWords('ctReplSrc', (entry) => entry.reply.src),
  ...entryWords('ctReplDst', (entry) => entry.reply.dst),
  ctOrigSrcPort: (entry) => entry.original.sport,
  ctOrigDstPort: (entry) => entry.original.dport,
  ctReplSrcPort: (entry) => entry.reply.sport,
  ctReplDstPort: (entry) => entry.reply.dport,
  ctStatus: (entry) => entry.status,
  ctExpires: (entry) => entry.expires,
};

const isEntryField = (field: FieldName): field is CtEntryField => field in ENTRY_FIELDS;

/** The value of one field; transport fields of fragments and of headers cut short are 0. */
export function fieldValue(packet: PacketView, field: FieldName): bigint {
  const { meta } = packet;
  if (isEntryField(field)) return meta.ctEntry === undefined ? 0n : BigInt(ENTRY_FIELDS[field](meta.ctEntry, packet.family));
  switch (field) {
    case 'src':
    case 'src1':
    case 'src2':
    case 'src3':
      return addressWord(packet.src, ADDRESS_WORDS.src.indexOf(field), packet.family);
    case 'dst':
    case 'dst1':
    case 'dst2':
    case 'dst3':
      return addressWord(packet.dst, ADDRESS_WORDS.dst.indexOf(field), packet.family);
    case 'inIfaceHi':
      return nameWord(meta.inIface, 0);
    case 'inIfaceLo':
      return nameWord(meta.inIface, 8);
    case 'outIfaceHi':
      return nameWord(meta.outIface, 0);
    case 'outIfaceLo':
      return nameWord(meta.outIface, 8);
    case 'macSrc':
      return (meta.macSrc ?? new Uint8Array(6)).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    case 'hasMac':
      return meta.macSrc === undefined ? 0n : 1n;
    case 'ctState':
      return BigInt(CT_BITS[meta.ctState]);
    case 'ctDirection':
      return meta.ctEntry?.direction === 'REPLY' ? 1n : 0n;
    case 'mark':
    case 'srcType':
    case 'dstType':
    case 'srcTypeIface':
    case 'dstTypeIface':
    case 'srcTypeOutIface':
    case 'dstTypeOutIface':
      return BigInt(meta[field]);
    case 'pktType':
    case 'cpu':
    case 'inGroup':
    case 'outGroup':
    case 'realm':
      return BigInt(meta[field] ?? 0);
    case 'proto':
      return BigInt(packet.protocol);
    case 'length':
    case 'ttl':
    case 'tos':
      return BigInt(packet[field]);
    case 'fragOffset':
      return BigInt(packet.fragmentOffset);
    default:
      return BigInt(transportField(packet, field));
  }
}

function transportField(packet: PacketView, field: 'sport' | 'dport' | 'tcpFlags' | 'icmpType' | 'icmpCode' | 'l4State'): number {
  const { l4, protocol } = packet;
  if (packet.protocolFound === 'cut') return field === 'l4State' ? L4_STATE.protoCut : 0;
  if (packet.fragmentOffset !== 0) return 0;
  switch (field) {
    case 'sport':
    case 'dport':
      return PROTOCOLS_WITH_PORTS.includes(protocol) && l4.length >= 4 ? readBe16(l4, field === 'sport' ? 0 : 2) : 0;
    case 'tcpFlags':
      return protocol === TCP && l4.length >= 20 ? l4[13]! : 0;
    case 'icmpType':
    case 'icmpCode':
      return protocol === ICMP[packet.family] && l4.length >= 4 ? l4[field === 'icmpType' ? 0 : 1]! : 0;
    case 'l4State': {
      const headerLength = (l4[12] ?? 0) >> 4 << 2;
      const cut = protocol === TCP && l4.length >= 20 && (headerLength < 20 || headerLength > l4.length);
      return (l4.length < 20 ? L4_STATE.short20 : 0) | (l4.length < 8 ? L4_STATE.short8 : 0) | (l4.length < 4 ? L4_STATE.short4 : 0) | (cut ? L4_STATE.tcpOptionsCut : 0);
    }
  }
}

/** Whether the option list of a whole TCP header holds `option`, as tcp_find_option() searches: end-of-list does not end it, length 0 counts as 1. */
export function hasTcpOption(packet: PacketView, option: number): boolean {
  const { l4 } = packet;
  if (packet.protocol !== TCP || packet.fragmentOffset !== 0 || l4.length < 20) return false;
  const end = Math.min(l4.length, (l4[12]! >> 4) * 4);
  for (let at = 20; at < end; ) {
    if (l4[at] === option) return true;
    at += l4[at]! < 2 ? 1 : l4[at + 1] || 1;
  }
  return false;
}

/** 8 bytes of a device name from `offset` on as a big-endian number, NUL padded. */
function nameWord(name: string | undefined, offset: number): bigint {
  const bytes = Buffer.alloc(16);
  bytes.write(name ?? '', 'latin1');
  return bytes.readBigUInt64BE(offset);
}
