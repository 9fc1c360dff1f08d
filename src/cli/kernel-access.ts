/** The kernel behind the real commands: the store of each family, and iptables' lock. */
import { acquireLock } from '../kernel/lock.js';
import { realKernel } from '../kernel/real-kernel.js';
import { KernelStore } from './kernel-store.js';
import type { KernelAccess } from './node-host.js';

export const kernelAccess: KernelAccess = {
  openStore: (family) => new KernelStore(realKernel(), family),
  lock: (seconds) => {
    const lock = acquireLock(seconds);
    return () => lock.release();
  },
};
