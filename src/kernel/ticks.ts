/** The kernel's tick. */
import { native } from '../native/native.js';

/** Jiffies per second (CONFIG_HZ), from the resolution of the kernel's coarse clock. */
export function ticksPerSecond(): number {
  return Math.round(1e9 / native().tickNanoseconds());
}
