/** The oracle's `-m srh`. */
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { findHeader } from '../../net/ipv6-headers.js';
import { readIpv6Address } from '../../net/ipv6.js';
import type { PacketView } from '../../net/packet-view.js';
import { headerBytes } from '../guided/extension-header.js';
import { COMPARED, COMPARISONS, SIDS, type ComparedField, type Comparison, type Equality, type SegmentRoutingData, type SidName } from './resolve.js';
import { sidMatches } from './sid.js';

const SEGMENT_ROUTING = 4;
/** Next header, length, type, segments left, last entry, flags, tag. */
const FIXED_LENGTH = 8;

const COMPARE: Readonly<Record<Comparison, (found: number, value: number) => boolean>> = {
  eq: (found, value) => found === value,
  gt: (found, value) => found > value,
  lt: (found, value) => found < value,
};

function isNumber(found: number, wanted: Equality | undefined): boolean {
  return wanted === undefined || (found === wanted.value) !== wanted.invert;
}

/** Index of a segment in the header's list; undefined where the packet has none such: at its first segment there is no previous one, at its last no next one. */
function sidIndex(name: SidName, segmentsLeft: number, lastEntry: number): number | undefined {
  switch (name) {
    case 'psid':
      return segmentsLeft === lastEntry ? undefined : segmentsLeft + 1;
    case 'nsid':
      return segmentsLeft === 0 ? undefined : segmentsLeft - 1;
    case 'lsid':
      return 0;
  }
}

/**
 * A packet whose headers are cut off does not match, and is not dropped: this match alone among those on extension headers. The kernel compares the tag as it
 * lies in memory, so on a little-endian machine with its bytes exchanged. Segments are read wherever the packet has bytes, also behind the header's end.
 */
export function evaluate({ nextHeader, fields, tag, sids }: SegmentRoutingData, { l3 }: PacketView): boolean {
  const place = findHeader(l3, IPV6_HEADER.routing);
  if (typeof place !== 'object') return false;
  const header = l3.subarray(place.offset);
  if (header.length < FIXED_LENGTH || headerBytes(header) > header.length || header[2] !== SEGMENT_ROUTING) return false;
  const found: Readonly<Record<ComparedField, number>> = { 'hdr-len': header[1]!, 'segs-left': header[3]!, 'last-entry': header[4]! };
  const segmentsLeft = found['segs-left'];
  const lastEntry = found['last-entry'];
  if (segmentsLeft > lastEntry) return false;
  const compared = COMPARED.every((field) => {
    const asked = fields[field];
    return COMPARISONS.every((comparison) => asked?.inverted[comparison] === undefined || COMPARE[comparison](found[field], asked.value) !== asked.inverted[comparison]);
  });
  if (!compared || !isNumber(header[0]!, nextHeader) || !isNumber(header[6]! | (header[7]! << 8), tag)) return false;
  return SIDS.every((name) => {
    const wanted = sids[name];
    if (!wanted) return true;
    const index = sidIndex(name, segmentsLeft, lastEntry);
    const at = index === undefined ? header.length : FIXED_LENGTH + 16 * index;
    return at + 16 <= header.length && sidMatches(readIpv6Address(header, at), wanted);
  });
}
