/** The oracle's `-m rt`. */
import { readBe32 } from '../../net/bytes.js';
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { readIpv6Address } from '../../net/ipv6.js';
import type { PacketView } from '../../net/packet-view.js';
import { extensionHeader, headerBytes } from '../guided/extension-header.js';
import { inRange } from '../guided/uint.js';
import type { InvertibleNumber, RoutingData } from './resolve.js';

/** Next header, length, type, segments left. */
const FIXED_LENGTH = 4;
/** With the reserved word of type 0. */
const ADDRESSES_AT = 8;

function isNumber(value: number, wanted: InvertibleNumber | undefined): boolean {
  return wanted === undefined || (value === wanted.value) !== wanted.invert;
}

/** `wanted` in this order, others may stand between. */
function inOrder(wanted: readonly bigint[], found: readonly bigint[]): boolean {
  let next = 0;
  for (const address of found) if (address === wanted[next]) next += 1;
  return next === wanted.length;
}

export function evaluate({ type, segmentsLeft, length, reserved, addresses, strict }: RoutingData, packet: PacketView): boolean | 'hotdrop' {
  const header = extensionHeader(packet, IPV6_HEADER.routing, FIXED_LENGTH);
  if (!(header instanceof Uint8Array)) return header;
  const bytes = headerBytes(header);
  if (!inRange(header[3]!, segmentsLeft) || !isNumber(bytes, length) || !isNumber(header[2]!, type)) return false;
  if (reserved && readBe32(header, FIXED_LENGTH) !== 0) return false;
  if (!addresses) return true;
  const found = Array.from({ length: Math.floor((bytes - ADDRESSES_AT) / 16) }, (_, index) => readIpv6Address(header, ADDRESSES_AT + 16 * index));
  return strict ? found.length === addresses.length && found.every((address, index) => address === addresses[index]) : inOrder(addresses, found);
}
