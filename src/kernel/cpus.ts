/** Possible CPUs. */
import { readFileSync } from 'node:fs';
import { InternalFault } from '../errors/errors.js';

/** The number of stripes that a list such as `0-3,6` needs: the highest CPU number plus one. */
export function parsePossible(list: string): number {
  const last = /(\d+)\s*$/.exec(list);
  if (!last) throw new InternalFault(`the list of possible CPUs is unreadable: ${list}`);
  return Number(last[1]) + 1;
}

/** From /sys/devices/system/cpu/possible. */
export function possibleCpus(): number {
  return parsePossible(readFileSync('/sys/devices/system/cpu/possible', 'utf8'));
}
