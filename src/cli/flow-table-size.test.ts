import { describe, expect, it } from 'vitest';
import { OtherProblem } from '../errors/errors.js';
import { flowBuckets } from '../link/stage-maps.js';
import { flowTableSizeOf, forcedFlowTableSize, MOST_FLOWS } from './flow-table-size.js';
import { printFlowTable } from './subcommands/conntrack.js';

describe('the size of the flow table', () => {
  it('is a number in range', () => {
    expect(['1', '262144', String(MOST_FLOWS)].map(flowTableSizeOf)).toEqual([1, 262144, MOST_FLOWS]);
    expect(['0', '-1', '', 'many', '1e3', '0x10', String(MOST_FLOWS + 1), '99999999999'].map(flowTableSizeOf)).toEqual(Array.from({ length: 8 }, () => undefined));
  });

  it('can be forced', () => {
    expect(forcedFlowTableSize({})).toBeUndefined();
    expect(forcedFlowTableSize({ BPF_IPTABLES_CONNTRACK_SIZE: '64' })).toBe(64);
    expect(() => forcedFlowTableSize({ BPF_IPTABLES_CONNTRACK_SIZE: 'big' })).toThrow(OtherProblem);
  });

  it('leaves a third of the places free', () => {
    expect([1, 6, 64, 262144].map(flowBuckets)).toEqual([1, 2, 12, 49152]);
  });

  it('is printed', () => {
    expect(printFlowTable(undefined, 0)).toBe('conntrack: none, no rule has asked for connection states yet\n');
    expect(printFlowTable(100, 3)).toBe('conntrack: 3 of 100 flows\n');
  });
});
