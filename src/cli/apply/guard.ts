/**
 * The process that takes rules back: started before `bpf-iptables-apply` changes anything, in a session of its own, so that
 * neither a lost terminal nor `kill -9` of its parent stops it. It rolls back unless it reads `confirm` in time.
 *
 * Protocol on stdin, one JSON value a line: first a GuardOrder, then the word "applied" (the clock starts), then "confirm".
 * End of input before "confirm" means that the parent is gone: roll back at once. Exit 0 = confirmed, 10 = rolled back, 1 = the roll-back failed.
 */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { bin } from './programs.js';

export interface GuardOrder {
  /** What `bpf-iptables-save -c` printed before; null where nothing was loaded, of IPv6 neither: then rolling back is detaching. */
  readonly saved: string | null;
  /** Seconds from "applied" to the roll-back. */
  readonly timeout: number;
}

export const GUARD_CONFIRMED = 0;
export const GUARD_ROLLED_BACK = 10;

function rollBack(order: GuardOrder): never {
  const [program, args, input]: [string, string[], string] =
    order.saved === null ? ['bpf-iptables', ['detach'], ''] : ['bpf-iptables-restore', ['-c'], order.saved];
  const result = spawnSync(process.execPath, [bin(program), ...args], { input, stdio: ['pipe', 'ignore', 'ignore'] });
  process.exit(result.status === 0 ? GUARD_ROLLED_BACK : 1);
}

/** Runs until confirmed, timed out or orphaned; never returns normally. */
export async function runGuard(): Promise<never> {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  let order: GuardOrder | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as GuardOrder | 'applied' | 'confirm';
    if (message === 'confirm') process.exit(GUARD_CONFIRMED);
    if (message === 'applied') {
      const current = order!;
      setTimeout(() => rollBack(current), current.timeout * 1000);
    } else {
      order = message;
      process.stdout.write('ready\n');
    }
  }
  if (order === undefined) process.exit(1);
  rollBack(order);
}
