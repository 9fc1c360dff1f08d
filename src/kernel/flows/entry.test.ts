import { describe, expect, test } from 'vitest';
import { decodeEntry, encodeEntry, entryUsed, FLOW_ENTRY_SIZE } from './entry.js';
import { FLOW_STATUS, type Flow } from './flow.js';

const ends = [
  { end: 1, maxEnd: 2, maxWindow: 3, maxAck: 4, scale: 5, flags: 6 },
  { end: 0xffffffff, maxEnd: 8, maxWindow: 9, maxAck: 10, scale: 11, flags: 12 },
] as const;

function flowBetween(src: readonly number[], dst: readonly number[], rest: Partial<Flow> = {}): Flow {
  const [from, to] = [Uint8Array.from(src), Uint8Array.from(dst)];
  const base = { family: src.length === 4 ? 'ipv4' : 'ipv6', proto: 17, status: FLOW_STATUS.confirmed | FLOW_STATUS.assured, expires: 0x1_2345_6789n, mark: 0x80000001, id: 7 } as const;
  return { ...base, original: { src: from, dst: to, sport: 1000, dport: 53 }, reply: { src: to, dst: from, sport: 53, dport: 1000 }, ...rest };
}

const decoded = (bytes: Uint8Array): Flow => decodeEntry(new DataView(bytes.buffer, bytes.byteOffset), 0);

describe('an entry of the flow table', () => {
  const six = (last: number): number[] => [0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), last];
  const flows: [string, Flow][] = [
    ['opened by the lower end', flowBetween([10, 0, 0, 1], [10, 0, 0, 2])],
    ['opened by the higher end', flowBetween([200, 0, 0, 1], [10, 0, 0, 2])],
    ['from an address to itself, by the lower port', flowBetween([10, 0, 0, 1], [10, 0, 0, 1], { original: { src: Uint8Array.of(10, 0, 0, 1), dst: Uint8Array.of(10, 0, 0, 1), sport: 1, dport: 2 }, reply: { src: Uint8Array.of(10, 0, 0, 1), dst: Uint8Array.of(10, 0, 0, 1), sport: 2, dport: 1 } })],
    ['IPv6', flowBetween(six(9), six(1))],
    ['TCP', flowBetween([200, 0, 0, 1], [10, 0, 0, 2], { proto: 6, tcp: { state: 3, ends } })],
    ['SCTP', flowBetween([10, 0, 0, 1], [10, 0, 0, 2], { proto: 132, sctp: { state: 4, vtags: [0xdeadbeef, 1] } })],
    ['an ICMP query, whose asking end comes first', flowBetween([200, 0, 0, 1], [10, 0, 0, 2], { proto: 1, icmp: { type: 8, code: 0 }, original: { src: Uint8Array.of(200, 0, 0, 1), dst: Uint8Array.of(10, 0, 0, 2), sport: 5, dport: 5 }, reply: { src: Uint8Array.of(10, 0, 0, 2), dst: Uint8Array.of(200, 0, 0, 1), sport: 5, dport: 5 } })],
  ];

  test.each(flows)('says again what it was made of: %s', (_, flow) => {
    expect(decoded(encodeEntry(flow))).toEqual(flow);
  });

  test('lies as struct flow_entry has it', () => {
    const bytes = encodeEntry(flowBetween([200, 0, 0, 1], [10, 0, 0, 2], { proto: 6, tcp: { state: 3, ends } }));
    const view = new DataView(bytes.buffer);
    expect(bytes.length).toBe(FLOW_ENTRY_SIZE);
    // The lower end first, host order; the second end opened it.
    expect([view.getUint32(0, true), view.getUint32(16, true), view.getUint16(32, true), view.getUint16(34, true)]).toEqual([0x0a000002, 0xc8000001, 53, 1000]);
    expect([bytes[36], bytes[39], view.getUint32(48, true), bytes[56 + 56], view.getUint32(56 + 20, true)]).toEqual([6, 2, 0x8000000c, 3, 0xffffffff]);
  });

  /** As flow_key_of() of bpf/flow.h: a difference in any word of the address decides, then the port. */
  test.each([
    [[0x20, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0x20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], false],
    [[0x20, 1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0x20, 1, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], true],
    [[0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0], [0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255], true],
    [six(1), six(1), true],
  ])('the ends of an IPv6 flow lie in order, case %#', (src, dst, second) => {
    const view = new DataView(encodeEntry(flowBetween(src, dst)).buffer);
    expect(view.getUint32(48, true) >>> 31).toBe(second ? 1 : 0);
    expect([view.getUint16(32, true), view.getUint16(34, true)]).toEqual(second ? [53, 1000] : [1000, 53]);
    expect(view.getUint32(second ? 16 : 0, true)).toBe(Buffer.from(src).readUInt32BE(0));
  });

  test('free places have no family', () => {
    const view = new DataView(encodeEntry(flowBetween([10, 0, 0, 1], [10, 0, 0, 2])).buffer);
    expect(entryUsed(view, 0)).toBe(true);
    view.setUint8(39, 0);
    expect(entryUsed(view, 0)).toBe(false);
  });
});
