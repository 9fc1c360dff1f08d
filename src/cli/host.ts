/** Everything outside the process that a command uses, so that tests can run commands without root, kernel or terminal. */
import type { Family } from '../ruleset/model.js';
import type { NameOfAddress } from '../ruleset/print/address.js';
import type { FilterStore } from './filter-store.js';

export interface Host {
  readonly family: Family;
  /** The name the program was called by, without directory: what getopt's messages start with. */
  readonly calledAs: string;
  /** Writes to stdout, in order with err(). */
  out(text: string): void;
  err(text: string): void;
  /** Whether the caller may change the firewall; when not, tables cannot be initialised. */
  readonly privileged: boolean;
  /** Opens the filter table; called after the lock is held (except by save, which takes none). */
  openStore(): FilterStore;
  /**
   * Takes iptables' lock and returns what releases it. `seconds`: how long to wait, undefined or 0 = without limit.
   * @throws ResourceProblem with iptables' text
   */
  lock(seconds: number | undefined): () => void;
  /** The whole of standard input. */
  readInput(): Buffer;
  now(): Date;
  /** Reverse names for a listing without -n, bounded in time. */
  nameAddresses(addresses: readonly bigint[]): Promise<NameOfAddress>;
}

/** `iptables` or `ip6tables`, with what follows: the name in messages, whatever the program is called. */
export function programName(family: Family, tool: '' | '-save' | '-restore' = ''): string {
  return (family === 'ipv4' ? 'iptables' : 'ip6tables') + tool;
}

/** Our own command of a family: the name in messages that iptables does not have. */
export function bpfProgramName(family: Family): string {
  return `bpf-${programName(family)}`;
}
