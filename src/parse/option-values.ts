/**
 * iptables looks at the value of an extension's option as it reads it, so a bad value is reported before a mistake
 * further right. Our extensions look at all their options together, after the line is read. Where reading stops at a
 * mistake, this finds the bad value left of it that iptables would have reported instead.
 */
import { IptablesError } from '../errors/errors.js';
import type { ResolveContext } from '../extensions/extension.js';
import type { LoadedExtension } from './token.js';

/** Enough for any real rule; each further use costs one more look at all before it. */
const MOST = 40;

function problemOf({ extension, uses }: LoadedExtension, count: number, context: ResolveContext): IptablesError | undefined {
  try {
    extension.resolve(uses.slice(0, count), context);
    return undefined;
  } catch (error) {
    if (error instanceof IptablesError) return error;
    throw error;
  }
}

/**
 * The first problem that appears with a use: one that is there without it as well (a mandatory option not there yet)
 * is not the value's.
 */
export function badValue(loaded: LoadedExtension, context: ResolveContext): IptablesError | undefined {
  const most = Math.min(loaded.uses.length, MOST);
  let before = most === 0 ? undefined : problemOf(loaded, 0, context);
  for (let count = 1; count <= most; count++) {
    const problem = problemOf(loaded, count, context);
    if (problem && problem.message !== before?.message) return problem;
    before = problem;
  }
  return undefined;
}
