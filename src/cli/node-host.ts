/** The real Host: this process's streams, clock and name service, and the kernel behind `kernel`. */
import { readFileSync } from 'node:fs';
import type { Family } from '../ruleset/model.js';
import type { FilterStore } from './filter-store.js';
import type { Host } from './host.js';
import { nameAddresses } from './names.js';
import { writeAll } from './write-all.js';

/** What the commands need of the kernel. */
export interface KernelAccess {
  openStore(family: Family): FilterStore;
  /** As Host.lock. */
  lock(seconds: number | undefined): () => void;
}

export function nodeHost(family: Family, calledAs: string, kernel: KernelAccess): Host {
  return {
    family,
    calledAs,
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    privileged: process.geteuid?.() === 0,
    openStore: () => kernel.openStore(family),
    lock: (seconds) => kernel.lock(seconds),
    readInput: () => readFileSync(0),
    now: () => new Date(),
    nameAddresses: (addresses) => nameAddresses(addresses, family),
  };
}
