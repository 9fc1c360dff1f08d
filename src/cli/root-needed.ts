/** The refusal of a subcommand that only root may run. */
import type { Host } from './host.js';

/** Says so on stderr and returns the exit code. */
export function refuseUnprivileged(host: Host, subcommand: string): number {
  host.err(`${host.calledAs} ${subcommand}: Permission denied (you must be root)\n`);
  return 3;
}
