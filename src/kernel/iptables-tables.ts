/**
 * What the kernel's own ip_tables (iptables-legacy) holds in this network namespace.
 * uapi linux/netfilter_ipv4/ip_tables.h: IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES, struct ipt_getinfo, struct ipt_entry; numbers in the machine's order.
 */
import { readFileSync } from 'node:fs';
import type { Native } from '../native/native.js';
import { isSystemCallError } from '../native/native.js';

const IPPROTO_IP = 0;
const IPPROTO_RAW = 255;
const GET_INFO = 64;
const GET_ENTRIES = 65;
const TABLE_NAME_BYTES = 32;
/** struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
const INFO = { size: 84, validHooks: 32, underflow: 56, entries: 76, bytes: 80 } as const;
/** struct ipt_get_entries up to its table: name, size, padding. */
const ENTRIES_HEAD = 40;
/** struct ipt_entry: where it says where its target is; struct xt_standard_target: its verdict. */
const ENTRY_TARGET = 88;
const TARGET_VERDICT = 32;
/** -NF_ACCEPT - 1 */
const VERDICT_ACCEPT = -2;
const HOOKS = [0, 1, 2, 3, 4];

type Sockets = Pick<Native, 'rawOpen' | 'socketOption' | 'closeFd'>;

/** Names of the tables that exist in this network namespace. Asking the kernel for any other one would make it. */
export function existingTables(): readonly string[] {
  try {
    return readFileSync('/proc/thread-self/net/ip_tables_names', 'latin1').split('\n').filter((name) => name !== '');
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
function hasPolicies(sockets: Sockets, fd: number, table: string, info: DataView): boolean {
  const size = info.getUint32(INFO.bytes, true);
  const question = named(table, ENTRIES_HEAD + size);
  new DataView(question.buffer).setUint32(TABLE_NAME_BYTES, size, true);
  let answer: Uint8Array;
  try {
    answer = sockets.socketOption(fd, IPPROTO_IP, GET_ENTRIES, question);
  } catch (error) {
    // It grew meanwhile: then there are rules.
    if (isSystemCallError(error, 'EAGAIN')) return true;
    throw error;
  }
  const entries = new DataView(answer.buffer, answer.byteOffset + ENTRIES_HEAD, answer.length - ENTRIES_HEAD);
  const hooks = info.getUint32(INFO.validHooks, true);
  return HOOKS.filter((hook) => hooks & (1 << hook)).some((hook) => {
    const policy = info.getUint32(INFO.underflow + hook * 4, true);
    return entries.getInt32(policy + entries.getUint16(policy + ENTRY_TARGET, true) + TARGET_VERDICT, true) !== VERDICT_ACCEPT;
  });
}

/** Whether an existing table does anything: rules, chains or policies other than ACCEPT. @throws SystemCallError */
export function tableIsUsed(sockets: Sockets, table: string): boolean {
  const fd = sockets.rawOpen(IPPROTO_RAW);
  try {
    const answer = sockets.socketOption(fd, IPPROTO_IP, GET_INFO, named(table, INFO.size));
    const info = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const hooks = info.getUint32(INFO.validHooks, true);
    const builtin = HOOKS.filter((hook) => hooks & (1 << hook)).length;
    // An untouched table has a policy for each hook and the entry that ends it.
    return info.getUint32(INFO.entries, true) > builtin + 1 || hasPolicies(sockets, fd, table, info);
  } finally {
    sockets.closeFd(fd);
  }
}
