/** struct test_meta of bpf/layout.h: a packet's metadata as the entry stage of test runs takes it. */
import { CHAIN_CODE, CT_ENTRY_AT, FIELD_PLACES } from '../emit/record.js';
import { CT_ENTRY_FIELDS } from '../ir/field.js';
import { TEST_META_SIZE } from '../link/stage-maps.js';
import { decodePacket } from '../net/decode.js';
import type { BuiltinChain } from '../ruleset/model.js';
import type { GeneratedPacket } from './generated-packet.js';
import { fieldValue } from './ir-fields.js';

/** Where struct ct_entry lies in struct test_meta. */
const ENTRY_AT = 64;

function writeEntryField(view: DataView, field: (typeof CT_ENTRY_FIELDS)[number], value: bigint): void {
  const { offset, width } = FIELD_PLACES[field];
  const at = offset - CT_ENTRY_AT + ENTRY_AT;
  if (width === 4) view.setUint32(at, Number(value), true);
  else if (width === 2) view.setUint16(at, Number(value), true);
  else view.setUint8(at, Number(value));
}

/** The map value for one packet, meant for the chain `hook`. Interface indexes are 0: nothing in a test run may look at them. */
export function encodeTestMeta(packet: GeneratedPacket, hook: BuiltinChain): Uint8Array {
  const bytes = new Uint8Array(TEST_META_SIZE);
  const view = new DataView(bytes.buffer);
  const seen = decodePacket(packet.l3, packet.meta);
  for (const [index, field] of (['inIfaceHi', 'inIfaceLo', 'outIfaceHi', 'outIfaceLo', 'macSrc'] as const).entries()) view.setBigUint64(index * 8, fieldValue(seen, field), true);
  view.setUint32(48, packet.meta.mark, true);
  view.setUint8(52, CHAIN_CODE[hook]);
  for (const [index, field] of (['hasMac', 'srcType', 'dstType', 'srcTypeIface', 'dstTypeIface', 'ctState'] as const).entries()) view.setUint8(53 + index, Number(fieldValue(seen, field)));
  for (const [index, field] of (['srcTypeOutIface', 'dstTypeOutIface'] as const).entries()) view.setUint8(60 + index, Number(fieldValue(seen, field)));
  view.setUint8(59, Number(fieldValue(seen, 'ctDirection')));
  for (const field of CT_ENTRY_FIELDS) writeEntryField(view, field, fieldValue(seen, field));
  return bytes;
}
