/** The running kernel as the bytecode comparison wants it. */
import { realKernel } from '../src/kernel/real-kernel.js';
import { native } from '../src/native/native.js';
import type { TestKernel } from '../src/property/test-kernel.js';

/** @throws Error when the addon is not built. Test runs need root. */
export function runningKernel(): TestKernel {
  return { ...realKernel(), progTestRun: native().progTestRun };
}
