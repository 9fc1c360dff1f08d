/**
 * The shared maps that mirror what programs cannot ask the kernel for: `addresses` (the local routing table, LPM) and
 * `devices` (by ifindex). Layouts: bpf/layout.h, struct local_route and struct device.
 */
import type { Kernel, Link, LocalRoute } from './kernel.js';

type Entries = Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;

function put(entries: Entries, key: Uint8Array, value: Uint8Array): void {
  const name = Buffer.from(key).toString('hex');
  // The kernel lists a prefix's routes in order of preference: the first one counts.
  if (!entries.has(name)) entries.set(name, { key, value });
}

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
    put(entries, key, value);
  }
  return entries;
}

/** Makes a map hold exactly `wanted`: additions and changes first, then removals, so that nothing that stays is ever missing. */
export function mirror(kernel: Kernel, fd: number, wanted: Entries): void {
  const { keySize, valueSize, maxEntries } = kernel.mapInfo(fd);
  const usual = Math.min(1024, maxEntries);
  let { count, keys, values } = kernel.mapLookupBatch(fd, usual);
  if (count === usual) ({ count, keys, values } = kernel.mapLookupBatch(fd, maxEntries));
  const present: Entries = new Map();
  for (let i = 0; i < count; i++) put(present, keys.slice(i * keySize, (i + 1) * keySize), values.slice(i * valueSize, (i + 1) * valueSize));
  for (const [name, { key, value }] of wanted) {
    const old = present.get(name);
    if (!old || Buffer.compare(old.value, value) !== 0) kernel.mapUpdate(fd, key, value, 0);
  }
  for (const [name, { key }] of present) {
    if (!wanted.has(name)) kernel.mapDelete(fd, key);
  }
}

/** Byte offset in struct root of {u32 route_generation, u32 mirror_valid}, stored as one word. */
const MIRROR_STAMP = 32;
const VALID = 1n << 32n;

/**
 * Refreshes the mirrors whose maps are given by spec name, and stamps them with the count of routing changes read before:
 * had anything changed in between, the stamp no longer holds.
 */
export function refreshMirrors(kernel: Kernel, rootFd: number, maps: ReadonlyMap<string, number>): void {
  const addresses = maps.get('addresses');
  const devices = maps.get('devices');
  if (addresses === undefined && devices === undefined) return;
  const generation = kernel.routeGeneration();
  if (addresses !== undefined) mirror(kernel, addresses, addressEntries(kernel.localRoutes()));
  if (devices !== undefined) mirror(kernel, devices, deviceEntries(kernel.links()));
  kernel.mapStoreWord(rootFd, MIRROR_STAMP, VALID | BigInt(generation >>> 0));
}
