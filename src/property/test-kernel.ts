/** What the bytecode comparison needs of the kernel: maps, programs, and test runs. */
import type { Kernel } from '../kernel/kernel.js';

export type TestKernel = Pick<Kernel, 'cpus' | 'types' | 'mapCreate' | 'mapUpdate' | 'mapLookup' | 'btfLoad' | 'progLoad' | 'closeFd'> & {
  /** BPF_PROG_TEST_RUN: `data` is a frame; the duration is in ns per run. */
  progTestRun(progFd: number, data: Uint8Array, ctx: Uint8Array | undefined, repeat: number, ctxOutSize: number): { readonly retval: number; readonly duration: number };
};
