/** A number in the first bytes of the layer-4 header, tested by the function `header_number` of bpf/: what esp, ah of IPv4, ipcomp and mh have in common. */
import type { Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import { readBe32 } from '../../net/bytes.js';
import { FIRST_FRAGMENT } from './l4.js';
import { inRange, type InvertibleRange } from './uint.js';

export interface HeaderNumber {
  /** Bytes of the header that must be there, else the packet is dropped. */
  readonly needed: number;
  /** The 32-bit word that holds the number, by its first byte. */
  readonly at: number;
  /** The number in that word. */
  readonly shift: number;
  readonly mask: number;
  /** What other bits of the word must be, else the packet is dropped. */
  readonly fixed?: { readonly mask: number; readonly value: number };
}

/** Not a later fragment, whole, and the number in the range. */
export function headerNumberSteps({ needed, at, shift, mask, fixed }: HeaderNumber, { min, max, invert }: InvertibleRange): readonly Step[] {
  const config = [needed, at, fixed?.mask ?? 0, fixed?.value ?? 0, shift, mask, min, max, Number(invert)].map(BigInt);
  return [FIRST_FRAGMENT, { kind: 'call', stub: 'header_number', config, invert: false }];
}

/** The header's first `length` bytes as the kernel's matches ask for them: false in a later fragment, 'hotdrop' where they are not there. */
export function layer4Header({ fragmentOffset, l4 }: PacketView, length: number): Uint8Array | false | 'hotdrop' {
  if (fragmentOffset !== 0) return false;
  return l4.length < length ? 'hotdrop' : l4;
}

/** spi_match() of esp_mt() and ah_mt(): the 32-bit number at `at` of a header of `length` bytes. */
export function spiMatches(packet: PacketView, length: number, at: number, range: InvertibleRange): boolean | 'hotdrop' {
  const header = layer4Header(packet, length);
  return header instanceof Uint8Array ? inRange(readBe32(header, at), range) : header;
}
