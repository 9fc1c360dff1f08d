/** What the subsystems of nfnetlink share (uapi linux/netfilter/nfnetlink.h). */
import { readFileSync } from 'node:fs';

export const NETLINK_NETFILTER = 12;
/** Bytes of struct nfgenmsg, which stands before the attributes. */
export const NFGENMSG = 4;

/** Whether nfnetlink is there: a socket of a protocol that is not would make the kernel load modules. */
export function hasNetfilterNetlink(): boolean {
  const lines = readFileSync('/proc/thread-self/net/netlink', 'latin1').split('\n').slice(1);
  return lines.some((line) => Number(line.trim().split(/\s+/)[1]) === NETLINK_NETFILTER);
}
