/** The kernel's own LOG lines, for comparison: they need a setting of the whole machine, which is put back whatever happens. */
import { readFileSync, writeFileSync } from 'node:fs';
import { execOk } from '../harness/exec.js';

const ALL_NAMESPACES = '/proc/sys/net/netfilter/nf_log_all_netns';

/** Lets LOG rules outside the first network namespace write to the kernel log while `body` runs. */
export async function withKernelLog<T>(body: () => Promise<T>): Promise<T> {
  const before = readFileSync(ALL_NAMESPACES, 'utf8');
  const restore = (): void => writeFileSync(ALL_NAMESPACES, before);
  process.once('exit', restore);
  writeFileSync(ALL_NAMESPACES, '1\n');
  try {
    return await body();
  } finally {
    restore();
    process.off('exit', restore);
  }
}

/** The texts of the kernel log with `prefix` in them, time and level left out. */
export function kernelLines(prefix: string): string[] {
  return execOk(['dmesg', '--raw'])
    .split('\n')
    .flatMap((line) => {
      const found = /^<\d+>\[ *[\d.]+\] (.*)$/.exec(line);
      return found && found[1]!.includes(prefix) ? [found[1]!] : [];
    });
}
