/**
 * BTF facts of the running kernel, cached per boot: reading some megabytes of BTF costs tens of ms, a command should take few.
 * The cache is a file in /run/bpf-iptables; where that cannot be written or read, facts are resolved each time.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveKernelTypes, type KernelTypes, type KernelTypeWants } from '../link/btf.js';

const BTF = '/sys/kernel/btf/vmlinux';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const RUN = '/run/bpf-iptables';

interface CacheFile {
  readonly kfuncs: Record<string, number>;
  readonly fields: Record<string, number>;
}

function isNumbers(value: unknown): value is Record<string, number> {
  return typeof value === 'object' && value !== null && Object.values(value).every((number) => Number.isInteger(number));
}

function readCache(path: string): CacheFile {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'kfuncs' in parsed && 'fields' in parsed && isNumbers(parsed.kfuncs) && isNumbers(parsed.fields)) {
      return { kfuncs: parsed.kfuncs, fields: parsed.fields };
    }
  } catch {
    // Not there, not readable, not JSON: as if empty.
  }
  return { kfuncs: {}, fields: {} };
}

function writeCache(directory: string, path: string, cache: CacheFile): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(cache), { mode: 0o644 });
    renameSync(partial, path);
  } catch {
    // A read-only /run only costs time.
  }
}

/**
 * The facts wanted, from the cache where it has them all.
 * @param directory where the cache is, /run/bpf-iptables
 * @throws InternalFault naming what this kernel does not have
 */
export function cachedKernelTypes(wants: KernelTypeWants, directory = RUN, readBtf: () => Uint8Array = () => readFileSync(BTF)): KernelTypes {
  if (wants.kfuncs.length === 0 && wants.fields.length === 0) return { kfuncs: new Map(), fields: new Map() };
  const path = join(directory, `btf-${readFileSync(BOOT_ID, 'utf8').trim()}.json`);
  const cache = readCache(path);
  const complete = wants.kfuncs.every((name) => name in cache.kfuncs) && wants.fields.every(({ struct, field }) => `${struct}.${field}` in cache.fields);
  if (complete) return { kfuncs: new Map(Object.entries(cache.kfuncs)), fields: new Map(Object.entries(cache.fields)) };
  const types = resolveKernelTypes(readBtf(), wants);
  writeCache(directory, path, {
    kfuncs: { ...cache.kfuncs, ...Object.fromEntries(types.kfuncs) },
    fields: { ...cache.fields, ...Object.fromEntries(types.fields) },
  });
  return types;
}
