/** Metadata of generated packets: what a hook knows besides the bytes. */
import { macAddress } from '../net/ethernet.js';
import type { CtEntry, PacketMeta } from '../net/packet-view.js';
import { CT_STATE, type FieldName } from '../ir/field.js';
import { hintedNumber, NO_HINTS } from './hints.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';
import { wantedAddress } from './wanted-address.js';
import type { WantedPacket } from './wanted-packet.js';

/** RTN_MAX + 1: the address types the kernel has. */
const ADDRESS_TYPES = 12;

const STATE_NAMES = { [CT_STATE.invalid]: 'INVALID', [CT_STATE.established]: 'ESTABLISHED', [CT_STATE.related]: 'RELATED', [CT_STATE.new]: 'NEW', [CT_STATE.untracked]: 'UNTRACKED' } as const;

/** The value of a field somebody cares about, or another. */
type Lookup = (field: FieldName, otherwise: () => number) => number;

/** Nothing here fits the packet: rules compare single fields. */
export function generateMeta(wanted: WantedPacket, number: Lookup, random: Random, words: Vocabulary): PacketMeta {
  const inIface = wanted.hook === 'OUTPUT' ? undefined : (wanted.inIface ?? random.pick(words.interfaces));
  const outIface = wanted.hook === 'INPUT' ? undefined : (wanted.outIface ?? random.pick(words.interfaces));
  const hasMac = inIface !== undefined && inIface !== 'lo' && number('hasMac', () => 1) !== 0;
  const mac = wanted.fields.get('macSrc');
  const type = (field: FieldName): number => number(field, () => random.pick([1, 1, 2, 2, 3, 5])) % ADDRESS_TYPES;
  const ctBits = number('ctState', () => random.pick(Object.values(CT_STATE)));
  const ctState = STATE_NAMES[ctBits as keyof typeof STATE_NAMES] ?? 'NEW';
  const around = (field: FieldName, usual: readonly number[]): number => number(field, () => hintedNumber(wanted.hints ?? NO_HINTS, 8, random, usual));
  return {
    ...(inIface === undefined ? {} : { inIface }),
    ...(outIface === undefined ? {} : { outIface }),
    ...(hasMac ? { macSrc: mac === undefined ? macAddress(random.pick(words.macs)) : macBytes(mac) } : {}),
    mark: number('mark', () => random.pick(words.marks)),
    srcType: type('srcType'),
    dstType: type('dstType'),
    srcTypeIface: type('srcTypeIface'),
    dstTypeIface: type('dstTypeIface'),
    srcTypeOutIface: type('srcTypeOutIface'),
    dstTypeOutIface: type('dstTypeOutIface'),
    ctState,
    ctEntry: makeEntry(wanted, number, random, words),
    pktType: number('pktType', () => random.pick([0, 0, 1, 2, 3, 5])) & 7,
    cpu: around('cpu', [0, 1]),
    inGroup: inIface === undefined ? 0 : around('inGroup', [0, 1]),
    outGroup: outIface === undefined ? 0 : around('outGroup', [0, 1]),
    realm: around('realm', [0, 10]),
    now: 0n,
  };
}

/** One direction does not fit the other either. Packets without an entry have one too, which nothing may look at. */
function makeEntry(wanted: WantedPacket, number: Lookup, random: Random, words: Vocabulary): CtEntry {
  const port = (field: FieldName): number => number(field, () => random.pick(words.ports));
  return {
    direction: number('ctDirection', () => random.below(2)) === 1 ? 'REPLY' : 'ORIGINAL',
    protocol: number('ctProto', () => random.pick([1, 6, 6, 17])),
    original: { src: wantedAddress(wanted.fields, 'ctOrigSrc', random, words), dst: wantedAddress(wanted.fields, 'ctOrigDst', random, words), sport: port('ctOrigSrcPort'), dport: port('ctOrigDstPort') },
    reply: { src: wantedAddress(wanted.fields, 'ctReplSrc', random, words), dst: wantedAddress(wanted.fields, 'ctReplDst', random, words), sport: port('ctReplSrcPort'), dport: port('ctReplDstPort') },
    status: number('ctStatus', () => random.below(16)),
    expires: number('ctExpires', () => random.pick([0, 1, 29, 30, 119, 120, 431999, 0x7fffffff, 0xffffffff])),
  };
}

function macBytes(value: bigint): Uint8Array {
  return Uint8Array.from([40n, 32n, 24n, 16n, 8n, 0n], (shift) => Number((value >> shift) & 0xffn));
}
