/** The mirror of the kernel's local table of IPv6: `addresses6` (LPM) and `mirror6`, which tells when it was the truth. Layouts: bpf/layout.h, struct address6_key and struct mirror6. */
import type { Kernel, LocalRoute6 } from './kernel.js';
import { mirror, nextRound, put, type Entries } from './mirror-map.js';

/** Bits of a key before the address: the scope. */
const SCOPE_BITS = 32;
/** RTN_LOCAL and RTN_ANYCAST: to the host itself. Others in the local table lead elsewhere. */
const DELIVERED: readonly number[] = [2, 4];
/** fe80::/10. */
const LINK_LOCAL = 0xfe80n >> 6n;

/** Keys struct address6_key, values struct local_route. Addresses of a link are those of the route's device. */
export function address6Entries(routes: readonly LocalRoute6[]): Entries {
  const entries: Entries = new Map();
  for (const { address, prefixLength, type, ifindex } of routes) {
    const key = new Uint8Array(24);
    const view = new DataView(key.buffer);
    view.setUint32(0, SCOPE_BITS + prefixLength, true);
    view.setUint32(4, address >> 118n === LINK_LOCAL ? ifindex : 0, false);
    view.setBigUint64(8, address >> 64n, false);
    view.setBigUint64(16, BigInt.asUintN(64, address), false);
    const value = new Uint8Array(12);
    new Uint32Array(value.buffer).set([type, ifindex, prefixLength]);
    put(entries, key, value);
  }
  return entries;
}

/**
 * Refreshes the mirror where its maps are among those given by spec name. The count of routing changes is read before and stored after. Where the main table,
 * too, leads to the host itself, or the local one elsewhere, the mirror is never called the truth: what no other route leads away is then judged in doubt.
 */
export function refreshMirror6(kernel: Kernel, maps: ReadonlyMap<string, number>): void {
  const addresses = maps.get('addresses6');
  const stamp = maps.get('mirror6');
  if (addresses === undefined || stamp === undefined) return;
  const generation = kernel.routeGeneration('ipv6');
  const routes = kernel.localRoutes6();
  mirror(kernel, addresses, address6Entries(routes));
  const round = routes.some(({ inMain, type }) => inMain === true || !DELIVERED.includes(type)) ? 0n : nextRound(kernel, stamp, 0);
  kernel.mapStoreWord(stamp, 0, (round << 32n) | BigInt(generation >>> 0));
}
