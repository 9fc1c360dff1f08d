/** What a load that waits for memory costs here and now: long rulesets are as fast as their caches, and those are shared with whoever else runs on the machine. */
import { Random } from '../../src/property/random.js';

const LINE_WORDS = 16;
const LOADS = 1_000_000;

/** ns for a load from a random line of `megabytes`, each load's address from the one before; the calling core. */
export function memoryLatency(megabytes: number): number {
  const lines = (megabytes * 2 ** 20) / (LINE_WORDS * 4);
  const order = Int32Array.from({ length: lines }, (_, index) => index);
  const random = new Random('latency');
  for (let index = lines - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  const next = new Int32Array(lines * LINE_WORDS);
  for (let index = 0; index < lines; index++) next[order[index]! * LINE_WORDS] = order[(index + 1) % lines]! * LINE_WORDS;
  const chase = (loads: number): number => {
    let at = 0;
    for (let done = 0; done < loads; done++) at = next[at]!;
    return at;
  };
  chase(lines);
  const start = process.hrtime.bigint();
  const end = chase(LOADS);
  const spent = Number(process.hrtime.bigint() - start) / LOADS;
  if (end < 0) throw new RangeError('the chain was left');
  return spent;
}
