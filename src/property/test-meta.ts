/** struct test_meta of bpf/layout.h: a packet's metadata as the entry stage of test runs takes it. */
import { AROUND_AT, CHAIN_CODE, CT_ENTRY_AT, FIELD_PLACES } from '../emit/record.js';
import { AROUND_FIELDS, CT_ENTRY_FIELDS, type AroundField, type CtEntryField } from '../ir/field.js';
import { TEST_META_SIZE } from '../link/stage-maps.js';
import type { PacketView } from '../net/packet-view.js';
import type { BuiltinChain } from '../ruleset/model.js';
import { fieldValue } from './ir-fields.js';

/** Where struct ct_entry and struct around lie in struct test_meta. */
const ENTRY_AT = 64;
const TEST_AROUND_AT = 152;

function writeField(view: DataView, field: CtEntryField | AroundField, from: number, to: number, value: bigint): void {
  const { offset, width } = FIELD_PLACES[field];
  const at = offset - from + to;
  if (width === 4) view.setUint32(at, Number(value), true);
  else if (width === 2) view.setUint16(at, Number(value), true);
  else view.setUint8(at, Number(value));
}

/** The map value for one packet, meant for the chain `hook`. Interface indexes are 0: nothing in a test run may look at them. */
export function encodeTestMeta(seen: PacketView, hook: BuiltinChain): Uint8Array {
  const bytes = new Uint8Array(TEST_META_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, field] of (['inIfaceHi', 'inIfaceLo', 'outIfaceHi', 'outIfaceLo', 'macSrc'] as const).entries()) view.setBigUint64(index * 8, fieldValue(seen, field), true);
  view.setUint32(48, seen.meta.mark, true);
  view.setUint8(52, CHAIN_CODE[hook]);
  for (const [index, field] of (['hasMac', 'srcType', 'dstType', 'srcTypeIface', 'dstTypeIface', 'ctState'] as const).entries()) view.setUint8(53 + index, Number(fieldValue(seen, field)));
  for (const [index, field] of (['srcTypeOutIface', 'dstTypeOutIface'] as const).entries()) view.setUint8(60 + index, Number(fieldValue(seen, field)));
  view.setUint8(59, Number(fieldValue(seen, 'ctDirection')));
  for (const field of CT_ENTRY_FIELDS) writeField(view, field, CT_ENTRY_AT, ENTRY_AT, fieldValue(seen, field));
  for (const field of AROUND_FIELDS) writeField(view, field, AROUND_AT, TEST_AROUND_AT, fieldValue(seen, field));
  return bytes;
}
