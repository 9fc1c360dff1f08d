import { describe, expect, it } from 'vitest';
import type { Flow, FlowTuple } from './flow.js';
import { wireFlows } from './import.js';

const tuple = (src: number, sport: number, dst: number, dport: number): FlowTuple => ({ src: Uint8Array.of(10, 0, 0, src), dst: Uint8Array.of(10, 0, 0, dst), sport, dport });
const flow = (original: FlowTuple, reply: FlowTuple): Flow => ({ family: 'ipv4', proto: 6, original, reply, status: 14, expires: 0n, mark: 0, id: 1 });

describe('what packets on the wire see of the kernel\'s flows', () => {
  it('is the flow itself, with the time it has left', () => {
    const known = flow(tuple(1, 1000, 2, 80), tuple(2, 80, 1, 1000));
    expect(wireFlows({ flow: known, timeout: 60 }, 5000n, 250)).toEqual([{ ...known, expires: 5000n + 60n * 250n }]);
  });

  it('is one on each side of a translation', () => {
    // 10.0.0.1:1000 goes to 10.0.0.2:80 as 10.0.0.9:2000.
    const known = flow(tuple(1, 1000, 2, 80), tuple(2, 80, 9, 2000));
    expect(wireFlows({ flow: known, timeout: 1 }, 0n, 1).map(({ original, reply }) => [original, reply])).toEqual([
      [tuple(1, 1000, 2, 80), tuple(2, 80, 1, 1000)],
      [tuple(9, 2000, 2, 80), tuple(2, 80, 9, 2000)],
    ]);
  });
});
