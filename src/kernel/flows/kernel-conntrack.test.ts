import { describe, expect, it } from 'vitest';
import { kernelFlows, parseKernelFlow } from './kernel-conntrack.js';
import { messages } from '../netlink.js';

/** A ctnetlink dump of Linux 6.18: an echo request, a DNS question without its answer, an established connection. */
const DUMP = Buffer.from(
  [
    'd0000000000122000100000083260000020000003c00018014000180080001000a000001080002000a00000224000280050001000100000006000400004d0000050005000800000005000600000000003c00028014000180080001000a000002080002000a00000124000280050001000100000006000400004d0000050005000000000005000600000000000800030000000008080008000000000008000c001a7fa3f708000b0000000001080007000000001d1c001880080001000000000008000200000000000800030000000000',
    'c0000000000122000100000083260000020000003400018014000180080001000a000001080002000a0000021c00028005000100110000000600020003e8000006000300003500003400028014000180080001000a000002080002000a0000011c000280050001001100000006000200003500000600030003e800000800030000000008080008000000000008000c00bbf7b7a008000b000000000108000700000000631c001880080001000000000008000200000000000800030000000000',
    'f0000000000122000100000083260000020000003400018014000180080001000a000001080002000a0000021c00028005000100060000000600020003e8000006000300005000003400028014000180080001000a000002080002000a0000011c000280050001000600000006000200005000000600030003e80000080003000000000e080008000000000008000c00bdfce4ac08000b000000000108000700000003e7300004802c000180050001000300000005000200000000000500030000000000060004000a000000060005000a0000001c001880080001000000000008000200000000000800030000000000',
  ].join(''),
  'hex',
);

const [here, there] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)];
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

describe('ctnetlink dumps', () => {
  const flows = [...messages(new Uint8Array(DUMP))].map(({ body }) => parseKernelFlow(body)!);

  it('name both directions, the status and the time left', () => {
    expect(flows.map(({ flow, timeout }) => [flow.family, flow.proto, flow.original.sport, flow.original.dport, flow.reply.sport, flow.reply.dport, flow.status, timeout])).toEqual([
      ['ipv4', 1, 77, 77, 77, 77, 8, 29],
      ['ipv4', 17, 1000, 53, 53, 1000, 8, 99],
      ['ipv4', 6, 1000, 80, 80, 1000, 14, 999],
    ]);
    for (const { flow } of flows) expect([flow.original.src, flow.original.dst, flow.reply.src, flow.reply.dst].map(plain)).toEqual([here, there, there, here]);
    expect(flows[0]!.flow.icmp).toEqual({ type: 8, code: 0 });
    expect(flows[2]!.flow.tcp?.state).toBe(3);
  });

  it('say nothing of windows: both ends are liberal and unseen', () => {
    expect(flows[2]!.flow.tcp?.ends.map(({ maxWindow, flags }) => [maxWindow, flags & 8])).toEqual([
      [0, 8],
      [0, 8],
    ]);
  });

  it('of other zones are left out', () => {
    const body = new Uint8Array([...messages(new Uint8Array(DUMP))][1]!.body.length + 8);
    body.set([...messages(new Uint8Array(DUMP))][1]!.body);
    body.set([6, 0, 18, 0, 0, 5], body.length - 8);
    expect(parseKernelFlow(body)).toBeUndefined();
  });

  it('of a kernel without ctnetlink are empty', () => {
    const refuse = (): never => {
      throw Object.assign(new Error('EINVAL'), { syscall: 'recv', errno: 22, code: 'EINVAL' });
    };
    expect(kernelFlows({ netlinkDump: refuse }, 'ipv4')).toEqual([]);
  });
});
