/**
 * The shared maps that mirror what programs cannot ask the kernel for: `addresses` (the local routing table, LPM), `local_filter` (what
 * is surely not in it), `devices` (by ifindex) and `clock`. Layouts: bpf/layout.h, struct local_route, struct local_filter, struct device and struct clock.
 */
import { CLOCK_SIZE } from '../link/stage-maps.js';
import type { Kernel, Link, LocalRoute } from './kernel.js';
import { refreshMirror6 } from './mirror6.js';
import { mirror, nextRound, put, type Entries } from './mirror-map.js';

/** Keys {u32 prefix length, address in network order}, values struct local_route. */
export function addressEntries(routes: readonly LocalRoute[]): Entries {
  const entries: Entries = new Map();
  for (const route of routes) {
    const key = new Uint8Array(8);
    const value = new Uint8Array(12);
    new DataView(key.buffer).setUint32(0, route.prefixLength, true);
    new DataView(key.buffer).setUint32(4, route.address, false);
    new DataView(value.buffer).setUint32(0, route.type, true);
    new DataView(value.buffer).setUint32(4, route.ifindex, true);
    new DataView(value.buffer).setUint32(8, route.prefixLength, true);
    put(entries, key, value);
  }
  return entries;
}

/** Keys u32 ifindex, values struct device: the name as two big-endian numbers, NUL padded. */
export function deviceEntries(links: readonly Link[]): Entries {
  const entries: Entries = new Map();
  for (const link of links) {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, link.ifindex, true);
    const name = new Uint8Array(16);
    name.set(Buffer.from(link.name, 'latin1').subarray(0, 15));
    const value = new Uint8Array(24);
    const from = new DataView(name.buffer);
    const to = new DataView(value.buffer);
    to.setBigUint64(0, from.getBigUint64(0, false), true);
    to.setBigUint64(8, from.getBigUint64(8, false), true);
    to.setUint32(16, link.flags, true);
    to.setUint32(20, link.group, true);
    put(entries, key, value);
  }
  return entries;
}

/** Byte offset in struct root of {u32 route_generation, u32 mirror_valid}, stored as one word. */
const MIRROR_STAMP = 32;

/** The key of an array map's only entry. */
const FIRST = new Uint8Array(4);
const FILTER_WORDS = 1024;
const LOOPBACK_NET = 127;

/** struct local_filter: a bit is set where no host route of the local table has this hash (filter_bit in bpf/route_cache.h); none is where it has others than 127.0.0.0/8. */
export function localFilter(routes: readonly LocalRoute[], stamp: bigint): Uint8Array {
  const value = new Uint8Array(8 + FILTER_WORDS * 8);
  new DataView(value.buffer).setBigUint64(0, stamp, true);
  const beyondLoopback = routes.filter(({ address }) => address >>> 24 !== LOOPBACK_NET);
  if (beyondLoopback.some(({ prefixLength }) => prefixLength !== 32)) return value;
  value.fill(0xff, 8);
  for (const { address } of beyondLoopback) {
    const bit = Math.imul(address, 0x9e3779b1) >>> 16;
    value[8 + (bit >> 3)]! &= ~(1 << (bit & 7));
  }
  return value;
}

/** struct clock. */
function clockValue(kernel: Kernel): Uint8Array {
  const value = new Uint8Array(CLOCK_SIZE);
  new DataView(value.buffer).setBigInt64(0, BigInt(kernel.realTimeOffset()), true);
  new DataView(value.buffer).setBigInt64(8, BigInt(kernel.minutesWest()), true);
  return value;
}

/**
 * Refreshes the mirrors whose maps are given by spec name, and stamps them with the count of routing changes read before:
 * had anything changed in between, the stamp no longer holds.
 */
export function refreshMirrors(kernel: Kernel, rootFd: number, maps: ReadonlyMap<string, number>): void {
  const addresses = maps.get('addresses');
  const filter = maps.get('local_filter');
  const devices = maps.get('devices');
  refreshMirror6(kernel, maps);
  const clock = maps.get('clock');
  if (clock !== undefined) kernel.mapUpdate(clock, FIRST, clockValue(kernel), 0);
  if (addresses === undefined && devices === undefined) return;
  const generation = kernel.routeGeneration('ipv4');
  const stamp = (nextRound(kernel, rootFd, MIRROR_STAMP) << 32n) | BigInt(generation >>> 0);
  const routes = addresses === undefined ? [] : kernel.localRoutes();
  if (addresses !== undefined) mirror(kernel, addresses, addressEntries(routes));
  if (addresses !== undefined && filter !== undefined) kernel.mapUpdate(filter, FIRST, localFilter(routes, stamp), 0);
  if (devices !== undefined) mirror(kernel, devices, deviceEntries(kernel.links()));
  kernel.mapStoreWord(rootFd, MIRROR_STAMP, stamp);
}
