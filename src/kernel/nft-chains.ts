/**
 * The base chains of nftables in this network namespace, iptables-nft's among them (uapi linux/netfilter/nf_tables.h: NFT_MSG_GETCHAIN).
 */
import type { Native } from '../native/native.js';
import { isSystemCallError } from '../native/native.js';
import type { Family } from '../ruleset/model.js';
import { attributes, messages, text } from './netlink.js';
import { hasNetfilterNetlink, NETLINK_NETFILTER, NFGENMSG } from './nfnetlink.js';

const SUBSYSTEM = 10;
const MSG = { newChain: (SUBSYSTEM << 8) | 3, getChain: (SUBSYSTEM << 8) | 4 } as const;
const ATTR = { hook: 4, policy: 5, use: 6, type: 7, hookNumber: 1 } as const;
/** NFPROTO_INET, and NFPROTO_IPV4 or NFPROTO_IPV6: the families whose chains see packets of ours. */
const FAMILIES: Readonly<Record<Family, readonly (number | undefined)[]>> = { ipv4: [1, 2], ipv6: [1, 10] };

export interface BaseChain {
  /** `filter`, `nat` or `route`. */
  readonly type: string;
  /** NF_INET_*: 0 PREROUTING, 1 LOCAL_IN, 2 FORWARD, 3 LOCAL_OUT, 4 POSTROUTING. */
  readonly hook: number;
  /** Rules in it. */
  readonly rules: number;
  readonly drops: boolean;
}

/** Big-endian u32 attribute, 0 where it is missing. */
function be32(bytes: Uint8Array | undefined): number {
  return bytes && bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, false) : 0;
}

/** A base chain that sees packets of the family, from the body of NFT_MSG_NEWCHAIN; undefined for any other chain. */
export function parseBaseChain(body: Uint8Array, family: Family): BaseChain | undefined {
  if (!FAMILIES[family].includes(body[0])) return undefined;
  const found = attributes(body.subarray(NFGENMSG));
  const hook = found.get(ATTR.hook);
  if (!hook) return undefined;
  // A policy is NF_DROP (0) or NF_ACCEPT (1).
  const drops = found.has(ATTR.policy) && be32(found.get(ATTR.policy)) === 0;
  return { type: text(found.get(ATTR.type)), hook: be32(attributes(hook).get(ATTR.hookNumber)), rules: be32(found.get(ATTR.use)), drops };
}

/** All of them that see packets of the family; none where the kernel has no nftables. @throws SystemCallError */
export function baseChains({ netlinkDump }: Pick<Native, 'netlinkDump'>, family: Family): readonly BaseChain[] {
  if (!hasNetfilterNetlink()) return [];
  try {
    const dump = netlinkDump(MSG.getChain, new Uint8Array(NFGENMSG), false, NETLINK_NETFILTER);
    return [...messages(dump)].flatMap((message) => (message.type === MSG.newChain ? (parseBaseChain(message.body, family) ?? []) : []));
  } catch (error) {
    // nfnetlink without nf_tables.
    if (isSystemCallError(error, 'EINVAL') || isSystemCallError(error, 'EOPNOTSUPP')) return [];
    throw error;
  }
}
