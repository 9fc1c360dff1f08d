/** Whether fragments are put together before every chain: nf_defrag_ipv4 and nf_defrag_ipv6, which conntrack asks for, and some matches. */
import type { Plan } from '../plan/plan.js';
import { isReassembling } from './stubs.js';

/** Whether a rule of the plan has the kernel do so. */
export function isReassembled({ needs }: Plan): boolean {
  return needs.conntrack || [...needs.calls].some(isReassembling);
}
