/**
 * How many flows conntrack has room for: what is set in the namespace, else what environment variable BPF_IPTABLES_CONNTRACK_SIZE says
 * (docs/testing.md), else as many as the kernel's own has room for.
 */
import { readFileSync } from 'node:fs';
import { OtherProblem } from '../errors/errors.js';
import { USUAL_FLOWS } from '../link/stage-maps.js';

/** With more, the table is past what one map may hold. */
export const MOST_FLOWS = 16_777_216;

/** Undefined for what is no size of a table. */
export function flowTableSizeOf(word: string): number | undefined {
  const size = /^\d{1,9}$/.test(word) ? Number(word) : 0;
  return size >= 1 && size <= MOST_FLOWS ? size : undefined;
}

/** Undefined where nothing is forced. @throws OtherProblem for a word that is no size */
export function forcedFlowTableSize(environment: NodeJS.ProcessEnv): number | undefined {
  const word = environment.BPF_IPTABLES_CONNTRACK_SIZE;
  if (word === undefined || word === '') return undefined;
  const size = flowTableSizeOf(word);
  if (size === undefined) throw new OtherProblem(`BPF_IPTABLES_CONNTRACK_SIZE: no size "${word}" (1 to ${MOST_FLOWS})`);
  return size;
}

/** net.netfilter.nf_conntrack_max, as far as a table can be that large; where it cannot be read, or is 0 (no limit), a usual one. */
export function usualFlowTableSize(): number {
  try {
    const most = Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8'));
    return most >= 1 ? Math.min(most, MOST_FLOWS) : USUAL_FLOWS;
  } catch {
    return USUAL_FLOWS;
  }
}
