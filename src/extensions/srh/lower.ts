/** `-m srh` as a call of the function `segment_routing` of bpf/. */
import { prefixMask } from '../../net/address.js';
import type { Step } from '../../ir/predicate.js';
import { COMPARED, COMPARISONS, SIDS, type Comparison, type FieldComparisons, type SegmentRoutingData } from './resolve.js';
import type { MaskedSid } from './sid.js';

/** enum segment_routing_test of bpf/segment_routing.c; inverted, the same eight bits higher. */
const TEST = { eq: 1, gt: 2, lt: 4, asked: 1 } as const;
const INVERTED = 8;

const LOW_HALF = (1n << 64n) - 1n;

function test(bit: number, invert: boolean): number {
  return bit | (invert ? bit << INVERTED : 0);
}

/** Tests, then the number. */
function comparisonWords(asked: FieldComparisons | undefined): readonly bigint[] {
  const bits = (comparison: Comparison): number => {
    const invert = asked?.inverted[comparison];
    return invert === undefined ? 0 : test(TEST[comparison], invert);
  };
  return [COMPARISONS.reduce((tests, comparison) => tests | bits(comparison), 0), asked?.value ?? 0].map(BigInt);
}

/** Tests, the address and the mask, the most significant word first. */
function sidWords(sid: MaskedSid | undefined): readonly bigint[] {
  const address = sid?.address ?? 0n;
  const mask = prefixMask(sid?.prefix ?? 0, 'ipv6');
  return [BigInt(sid ? test(TEST.asked, sid.invert) : 0), address >> 64n, address & LOW_HALF, mask >> 64n, mask & LOW_HALF];
}

export function lower({ nextHeader, fields, tag, sids }: SegmentRoutingData): readonly Step[] {
  const equal = (asked: { readonly value: number; readonly invert: boolean } | undefined): FieldComparisons | undefined => asked && { value: asked.value, inverted: { eq: asked.invert } };
  const compared = [equal(nextHeader), ...COMPARED.map((field) => fields[field]), equal(tag)];
  return [{ kind: 'call', stub: 'segment_routing', config: [...compared.flatMap(comparisonWords), ...SIDS.flatMap((name) => sidWords(sids[name]))], invert: false }];
}
