/** Opening a table, with the refusals iptables-legacy has for tables that are not there or not allowed. */
import { VersionProblem } from '../errors/errors.js';
import type { FilterStore } from './filter-store.js';
import { programName } from './host.js';
import type { Host } from './host.js';

/** struct xt_getinfo holds 32 bytes of name; longer ones the kernel calls invalid. */
const TABLE_NAME_BYTES = 32;

/** Why a table cannot be had, or undefined when it can: only filter is ours. */
export function tableProblem(table: string, host: Host): string | undefined {
  if (Buffer.byteLength(table) >= TABLE_NAME_BYTES) return 'Module is wrong version';
  if (!host.privileged) return 'Permission denied (you must be root)';
  if (table !== 'filter') return 'Table does not exist (do you need to insmod?)';
  return undefined;
}

/** The filter table. @throws VersionProblem "can't initialize iptables table" (exit 3) for any other one or without privilege */
export function openTable(table: string, host: Host): FilterStore {
  const problem = tableProblem(table, host);
  if (problem !== undefined) throw new VersionProblem(`can't initialize ${programName(host.family)} table \`${table}': ${problem}`);
  return host.openStore();
}
