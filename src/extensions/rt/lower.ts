/** `-m rt` as a call of the function `routing_header` of bpf/. */
import type { Step } from '../../ir/predicate.js';
import { MOST_ADDRESSES, type RoutingData } from './resolve.js';

/** enum routing_test of bpf/routing_header.c. */
const TEST = { type: 1, invertType: 2, invertSegments: 4, length: 8, invertLength: 16, reserved: 32, strict: 64 } as const;

const LOW_HALF = (1n << 64n) - 1n;

/** The address in two words, the most significant first. */
function halves(address: bigint): readonly bigint[] {
  return [address >> 64n, address & LOW_HALF];
}

export function lower({ type, segmentsLeft, length, reserved, addresses = [], strict }: RoutingData): readonly Step[] {
  const tests =
    (type ? TEST.type : 0) |
    (type?.invert === true ? TEST.invertType : 0) |
    (segmentsLeft.invert ? TEST.invertSegments : 0) |
    (length ? TEST.length : 0) |
    (length?.invert === true ? TEST.invertLength : 0) |
    (reserved ? TEST.reserved : 0) |
    (strict ? TEST.strict : 0);
  const numbers = [tests, type?.value ?? 0, segmentsLeft.min, segmentsLeft.max, length?.value ?? 0, addresses.length].map(BigInt);
  const listed = Array.from({ length: MOST_ADDRESSES }, (_, index) => halves(addresses[index] ?? 0n)).flat();
  return [{ kind: 'call', stub: 'routing_header', config: [...numbers, ...listed], invert: false }];
}
