/** What programs are told of the running kernel when they are compiled. */
import { readFileSync } from 'node:fs';
import type { KernelFacts } from '../link/stage-maps.js';
import { native } from '../native/native.js';

/** A setting of the network namespace; `usual` where it cannot be read, as in a namespace of an older kernel that has it once for all. */
function setting(name: string, usual: number): number {
  try {
    return Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8'));
  } catch {
    return usual;
  }
}

/** Jiffies per second (CONFIG_HZ), from the resolution of the kernel's coarse clock. */
export function jiffiesPerSecond(): number {
  return Math.round(1e9 / native().tickNanoseconds());
}

/** All of them; sysctls as they are now. */
export function kernelFacts(): KernelFacts {
  return {
    hz: jiffiesPerSecond(),
    icmpPerSecond: setting('icmp_msgs_per_sec', 1000),
    icmpBurst: setting('icmp_msgs_burst', 50),
  };
}
