/** struct test_meta of bpf/layout.h: a packet's metadata as the entry stage of test runs takes it. */
import { CHAIN_CODE } from '../emit/record.js';
import { TEST_META_SIZE } from '../link/stage-maps.js';
import { decodePacket } from '../net/decode.js';
import type { BuiltinChain } from '../ruleset/model.js';
import type { GeneratedPacket } from './generated-packet.js';
import { fieldValue } from './ir-fields.js';

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
  return bytes;
}
