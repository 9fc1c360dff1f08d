import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messages, parseLink, parseLocalRoute, xdpRequest } from './netlink.js';

function attribute(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((body.length + 7) & ~3);
  new DataView(bytes.buffer).setUint16(0, body.length + 4, true);
  new DataView(bytes.buffer).setUint16(2, type, true);
  bytes.set(body, 4);
  return bytes;
}

const text = (value: string): Uint8Array => Buffer.from(`${value}\0`);
const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

function message(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array((16 + body.length + 3) & ~3);
  new DataView(bytes.buffer).setUint32(0, 16 + body.length, true);
  new DataView(bytes.buffer).setUint16(4, type, true);
  bytes.set(body, 16);
  return bytes;
}

const linkHeader = Uint8Array.of(0, 0, 1, 0, 7, 0, 0, 0, 0x43, 0x10, 0, 0, 0, 0, 0, 0);
const info = Buffer.concat([attribute(1, text('veth')), attribute(4, text('bridge')), attribute(5 | 0x8000, new Uint8Array(3))]);
const linkBody = Buffer.concat([linkHeader, attribute(3, text('eth0')), attribute(10, u32(3)), attribute(27, u32(9)), attribute(18 | 0x8000, info)]);

describe('rtnetlink', () => {
  it('reads links', () => {
    expect(parseLink(linkBody)).toEqual({ ifindex: 7, name: 'eth0', type: 1, flags: 0x1043, group: 9, master: 3, kind: 'veth', slaveKind: 'bridge', xdp: { native: 0, generic: 0, offloaded: 0 } });
    expect(parseLink(Buffer.concat([linkHeader, attribute(3, text('lo'))]))).toMatchObject({ name: 'lo', master: 0, kind: '', slaveKind: '' });
    // A bridge's own message about a port (AF_BRIDGE).
    expect(parseLink(Buffer.concat([Uint8Array.of(7), linkBody.subarray(1)]))).toBeUndefined();
  });

  it('reads and asks for XDP programs', () => {
    const xdp = Buffer.concat([attribute(2, Uint8Array.of(4)), attribute(5, u32(77)), attribute(7, u32(0x01020304))]);
    expect(parseLink(Buffer.concat([linkBody, attribute(43 | 0x8000, xdp)]))?.xdp).toEqual({ native: 77, generic: 0, offloaded: 0x01020304 });
    const hex = (mode: 'native' | 'generic', fd: number, expected?: number): string => Buffer.from(xdpRequest(258, fd, mode, expected)).toString('hex');
    const header = '00000000' + '02010000' + '00'.repeat(8);
    // XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, then XDP_FLAGS_SKB_MODE | XDP_FLAGS_REPLACE.
    expect(hex('native', 5)).toBe(`${header}14002b80` + '0800010005000000' + '0800030005000000');
    expect(hex('generic', -1, 9)).toBe(`${header}1c002b80` + '08000100ffffffff' + '0800030012000000' + '0800080009000000');
  });

  it('reads routes of the local table only', () => {
    const header = (table: number): Uint8Array => Uint8Array.of(2, 32, 0, 0, table, 2, 254, 2, 0, 0, 0, 0);
    const rest = Buffer.concat([attribute(1, Uint8Array.of(10, 0, 0, 1)), attribute(4, u32(5))]);
    expect(parseLocalRoute(Buffer.concat([header(255), rest]))).toEqual({ address: 0x0a000001, prefixLength: 32, type: 2, ifindex: 5 });
    expect(parseLocalRoute(Buffer.concat([header(0), rest, attribute(15, u32(255))]))).toBeDefined();
    expect(parseLocalRoute(Buffer.concat([header(254), rest]))).toBeUndefined();
    expect(parseLocalRoute(Buffer.concat([header(255), rest, attribute(15, u32(1000))]))).toBeUndefined();
  });

  it('walks messages and survives any bytes', () => {
    const two = Buffer.concat([message(16, linkBody), message(24, Uint8Array.of(1, 2, 3))]);
    expect([...messages(two)].map(({ type, body }) => [type, body.length])).toEqual([[16, linkBody.length], [24, 3]]);
    expect([...messages(two.subarray(0, two.length - 4))]).toHaveLength(1);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const { body } of messages(bytes)) parseLink(body);
      parseLink(bytes);
      parseLocalRoute(bytes);
    }));
  });
});
