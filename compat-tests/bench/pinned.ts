/** Runs the calling program again on one core, so that a measurement does not wander. */
import { spawnSync } from 'node:child_process';

const MARK = 'BPF_IPTABLES_PINNED';

/** Whether this is the pinned run. If not, it has just taken place as a child, and the exit code is set. */
export function pinned(core: number, script: string): boolean {
  if (process.env[MARK] !== undefined) return true;
  const { status } = spawnSync('taskset', ['-c', String(core), process.execPath, script, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } });
  process.exitCode = status ?? 1;
  return false;
}
