/** Which kernel runs, for the planner. */
import { release } from 'node:os';
import { InternalFault } from '../errors/errors.js';

/** `6.8.0-31-generic` to its first two numbers. @throws InternalFault for what is no release */
export function kernelRelease(text: string = release()): { readonly major: number; readonly minor: number } {
  const found = /^(\d+)\.(\d+)/.exec(text);
  if (found === null) throw new InternalFault(`reading the kernel's release: ${text}`);
  return { major: Number(found[1]), minor: Number(found[2]) };
}
