/** The running kernel as the bytecode comparison wants it: the addon, and types from the kernel's own BTF. */
import { readFileSync } from 'node:fs';
import { resolveKernelTypes } from '../src/link/btf.js';
import { native } from '../src/native/native.js';
import type { TestKernel } from '../src/property/test-kernel.js';

/** Highest possible CPU id + 1, from /sys/devices/system/cpu/possible (`0-3`, `0,2-5`). */
function possibleCpus(): number {
  const last = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim().split(/[-,]/).at(-1);
  return Number(last) + 1;
}

/** @throws Error when the addon is not built. Test runs need root. */
export function runningKernel(): TestKernel {
  const addon = native();
  let btf: Uint8Array | undefined;
  return {
    cpus: possibleCpus(),
    types(wants) {
      btf ??= readFileSync('/sys/kernel/btf/vmlinux');
      const { kfuncs, fields } = resolveKernelTypes(btf, wants);
      return {
        kfunc: (name) => kfuncs.get(name) ?? missing(name),
        fieldOffset: (struct, field) => fields.get(`${struct}.${field}`) ?? missing(`${struct}.${field}`),
      };
    },
    mapCreate: addon.mapCreate,
    mapUpdate: addon.mapUpdate,
    mapLookup: addon.mapLookup,
    progLoad: addon.progLoad,
    progTestRun: addon.progTestRun,
    closeFd: addon.closeFd,
  };
}

function missing(name: string): never {
  throw new Error(`the kernel's BTF has no ${name}`);
}
