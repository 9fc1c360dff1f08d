import { describe, expect, it } from 'vitest';
import type { LocalRoute } from './kernel.js';
import { address6Entries } from './mirror6.js';
import { localFilter } from './mirrors.js';

const route = (address: number, prefixLength = 32): LocalRoute => ({ address, prefixLength, type: 2, ifindex: 1 });
/** Bit of an address, as filter_bit in bpf/route_cache.h finds it. */
const foreign = (filter: Uint8Array, address: number): number => {
  const bit = Number(((BigInt(address >>> 0) * 0x9e37_79b1n) & 0xffff_ffffn) >> 16n);
  return Number((new DataView(filter.buffer).getBigUint64(8 + (bit >> 6) * 8, true) >> BigInt(bit & 63)) & 1n);
};

describe('localFilter', () => {
  it('leaves out the addresses of the local table, and nothing else', () => {
    const own = [0x0a000001, 0x0a0000ff, 0xc0a80101];
    const filter = localFilter([route(0x7f000000, 8), route(0x7f000001), ...own.map((address) => route(address))], 0x1_0000_0007n);
    expect(new DataView(filter.buffer).getBigUint64(0, true)).toBe(0x1_0000_0007n);
    expect(own.map((address) => foreign(filter, address))).toEqual([0, 0, 0]);
    expect([0x0a000002, 0x08080808, 0xffffffff].map((address) => foreign(filter, address))).toEqual([1, 1, 1]);
    const clear = filter.slice(8).reduce((sum, byte) => sum + 8 - byte.toString(2).replaceAll('0', '').length, 0);
    expect(clear, 'one bit an address').toBe(3);
  });

  it('says nothing of anything where a network is local', () => {
    const filter = localFilter([route(0x0a000001), route(0x1e000000, 24)], 1n << 32n);
    expect(filter.slice(8).every((byte) => byte === 0)).toBe(true);
  });
});

describe('address6Entries', () => {
  it('keys addresses of a link by their device, others by themselves', () => {
    const routes = [
      { address: 0x20010db8_00000000_00000000_00000001n, prefixLength: 128, type: 2, ifindex: 7 },
      { address: 0xfe800000_00000000_00000000_00000001n, prefixLength: 128, type: 4, ifindex: 7 },
      { address: 0xfe800000_00000000_00000000_00000001n, prefixLength: 128, type: 4, ifindex: 8 },
      { address: 0x20010db8_000a0000_00000000_00000000n, prefixLength: 64, type: 2, ifindex: 1 },
    ];
    expect([...address6Entries(routes).keys()]).toEqual([
      'a00000000000000020010db8000000000000000000000001', 'a000000000000007fe800000000000000000000000000001',
      'a000000000000008fe800000000000000000000000000001', '600000000000000020010db8000a00000000000000000000',
    ]);
    expect([...address6Entries(routes).values()].map(({ value }) => [...new Uint32Array(value.slice().buffer)])).toEqual([[2, 7, 128], [4, 7, 128], [4, 8, 128], [2, 1, 64]]);
  });
});
