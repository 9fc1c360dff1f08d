/**
 * What the kernel's own ip_tables and ip6_tables (iptables-legacy, ip6tables-legacy) hold in this network namespace.
 * uapi linux/netfilter_ipv4/ip_tables.h: IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES, struct ipt_getinfo, struct ipt_entry; numbers in the machine's order.
 * linux/netfilter_ipv6/ip6_tables.h has the same numbers and structs, but for the head of an entry.
 */
import { readFileSync } from 'node:fs';
import type { Native } from '../native/native.js';
import { isSystemCallError } from '../native/native.js';
import type { Family } from '../ruleset/model.js';

const IPPROTO_RAW = 255;
const GET_INFO = 64;
const GET_ENTRIES = 65;
const TABLE_NAME_BYTES = 32;
/** struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
const INFO = { size: 84, validHooks: 32, underflow: 56, entries: 76, bytes: 80 } as const;
/** struct ipt_get_entries up to its table: name, size, padding. */
const ENTRIES_HEAD = 40;
interface Layout {
  readonly names: string;
  readonly version: 4 | 6;
  /** IPPROTO_IP, IPPROTO_IPV6 */
  readonly level: number;
  /** struct ipt_entry, struct ip6t_entry: where it says where its target is. */
  readonly entryTarget: number;
}

const LAYOUT: Readonly<Record<Family, Layout>> = {
  ipv4: { names: 'ip_tables_names', version: 4, level: 0, entryTarget: 88 },
  ipv6: { names: 'ip6_tables_names', version: 6, level: 41, entryTarget: 140 },
};
/** struct xt_standard_target: its verdict. */
const TARGET_VERDICT = 32;
/** -NF_ACCEPT - 1 */
const VERDICT_ACCEPT = -2;
const HOOKS = [0, 1, 2, 3, 4];

type Sockets = Pick<Native, 'rawOpen' | 'socketOption' | 'closeFd'>;

/** Names of the tables that exist in this network namespace. Asking the kernel for any other one would make it. */
export function existingTables(family: Family): readonly string[] {
  try {
    return readFileSync(`/proc/thread-self/net/${LAYOUT[family].names}`, 'latin1').split('\n').filter((name) => name !== '');
  } catch (error) {
    // No ip_tables in this kernel, or not loaded.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function named(table: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(table, 'latin1').subarray(0, TABLE_NAME_BYTES - 1));
  return bytes;
}

/** Whether a policy of the table is other than ACCEPT; `info` is its struct ipt_getinfo, read a moment ago. */
function hasPolicies(sockets: Sockets, fd: number, { level, entryTarget }: Layout, table: string, info: DataView): boolean {
  const size = info.getUint32(INFO.bytes, true);
  const question = named(table, ENTRIES_HEAD + size);
  new DataView(question.buffer).setUint32(TABLE_NAME_BYTES, size, true);
  let answer: Uint8Array;
  try {
    answer = sockets.socketOption(fd, level, GET_ENTRIES, question);
  } catch (error) {
    // It grew meanwhile: then there are rules.
    if (isSystemCallError(error, 'EAGAIN')) return true;
    throw error;
  }
  const entries = new DataView(answer.buffer, answer.byteOffset + ENTRIES_HEAD, answer.length - ENTRIES_HEAD);
  const hooks = info.getUint32(INFO.validHooks, true);
  return HOOKS.filter((hook) => hooks & (1 << hook)).some((hook) => {
    const policy = info.getUint32(INFO.underflow + hook * 4, true);
    return entries.getInt32(policy + entries.getUint16(policy + entryTarget, true) + TARGET_VERDICT, true) !== VERDICT_ACCEPT;
  });
}

/** Whether an existing table does anything: rules, chains or policies other than ACCEPT. @throws SystemCallError */
export function tableIsUsed(sockets: Sockets, family: Family, table: string): boolean {
  const layout = LAYOUT[family];
  const fd = sockets.rawOpen(IPPROTO_RAW, layout.version);
  try {
    const answer = sockets.socketOption(fd, layout.level, GET_INFO, named(table, INFO.size));
    const info = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const hooks = info.getUint32(INFO.validHooks, true);
    const builtin = HOOKS.filter((hook) => hooks & (1 << hook)).length;
    // An untouched table has a policy for each hook and the entry that ends it.
    return info.getUint32(INFO.entries, true) > builtin + 1 || hasPolicies(sockets, fd, layout, table, info);
  } finally {
    sockets.closeFd(fd);
  }
}
