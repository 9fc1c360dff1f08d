/** What the bytecode comparison needs of the kernel: programs and maps by descriptor, and test runs. The addon's functions have this shape. */
import type { KernelTypes, TypeWants } from '../kernel/kernel.js';

export interface TestKernel {
  /** Possible CPUs. */
  readonly cpus: number;
  types(wants: TypeWants): KernelTypes;
  mapCreate(type: number, keySize: number, valueSize: number, maxEntries: number, flags: number, name: string): number;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array, flags: number): void;
  mapLookup(fd: number, key: Uint8Array): Uint8Array | undefined;
  progLoad(type: number, expectedAttachType: number, insns: Uint8Array, license: string, name: string): number;
  progTestRun(progFd: number, data: Uint8Array, ctx: Uint8Array | undefined, repeat: number, ctxOutSize: number): { readonly retval: number; readonly duration: number };
  closeFd(fd: number): void;
}
