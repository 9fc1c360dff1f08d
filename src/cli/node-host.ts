/** The real Host: this process's streams, clock and name service, and the kernel behind `kernel`. */
import { readFileSync, writeSync } from 'node:fs';
import { bytesOfText } from '../net/byte-text.js';
import type { Family } from '../ruleset/model.js';
import type { FilterStore } from './filter-store.js';
import type { Host } from './host.js';
import { nameAddresses } from './names.js';

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
    nameAddresses: (addresses) => nameAddresses(addresses),
  };
}

/** Writes everything before it returns; a pipe that is full is waited for, one that nobody reads ends the program as SIGPIPE would. */
function writeAll(fd: number, text: string): void {
  const bytes = bytesOfText(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(128 + 13);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
