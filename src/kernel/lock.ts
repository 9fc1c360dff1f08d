/**
 * iptables' lock: flock(LOCK_EX) on /run/xtables.lock, or the file that XTABLES_LOCKFILE names (iptables(8), `-w`).
 * It is shared with the real iptables, and by both families. The kernel drops it when the process ends.
 */
import { ResourceProblem } from '../errors/errors.js';
import { isSystemCallError, native } from '../native/native.js';

const DEFAULT_PATH = '/run/xtables.lock';
const STEP_MS = 5;

/** What the lock needs of the system; replaced in tests. */
export type LockCalls = Pick<ReturnType<typeof native>, 'openLockFile' | 'lockExclusive' | 'sleepMilliseconds' | 'monotonicNow' | 'closeFd'>;

export interface Lock {
  release(): void;
}

/**
 * Takes the lock, waiting.
 * @param wait seconds of `-w SECONDS`; undefined or 0 waits without limit, as iptables 1.8.9 does
 * @throws ResourceProblem (exit 4) with iptables' words when the file cannot be opened or the time is up
 */
export function acquireLock(wait?: number, path = process.env['XTABLES_LOCKFILE'] || DEFAULT_PATH, calls: LockCalls = native()): Lock {
  let fd: number;
  try {
    fd = calls.openLockFile(path);
  } catch (error) {
    if (!isSystemCallError(error)) throw error;
    throw new ResourceProblem(`Fatal: can't open lock file ${path}: ${error.message.replace(/^\w+: /, '')}`, 'bare');
  }
  const lock = { release: () => calls.closeFd(fd) };
  if (calls.lockExclusive(fd, !wait)) return lock;
  const deadline = calls.monotonicNow() + BigInt(Math.round((wait ?? 0) * 1000)) * 1_000_000n;
  while (calls.monotonicNow() < deadline) {
    calls.sleepMilliseconds(STEP_MS);
    if (calls.lockExclusive(fd, false)) return lock;
  }
  calls.closeFd(fd);
  throw new ResourceProblem(`Can't lock ${path}: Resource temporarily unavailable\nAnother app is currently holding the xtables lock. Stopped waiting after ${wait}s.`, 'bare');
}

/** Takes the lock if it is free, undefined otherwise. */
export function tryLock(path = process.env['XTABLES_LOCKFILE'] || DEFAULT_PATH, calls: LockCalls = native()): Lock | undefined {
  const fd = calls.openLockFile(path);
  if (calls.lockExclusive(fd, false)) return { release: () => calls.closeFd(fd) };
  calls.closeFd(fd);
  return undefined;
}
