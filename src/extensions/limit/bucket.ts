/**
 * The kernel's token bucket (xt_limit.c): credits accrue per jiffy, a packet costs one period's credits, at most `burst`
 * packets' credits are kept. All in unsigned 32-bit arithmetic, whose overflow is why some rates are refused.
 */
import { LIMIT_SCALE } from './rate.js';

/** CONFIG_HZ of Debian's and Ubuntu's kernels. HZ times the credits per jiffy is the same at 1000. */
const HZ = 250;
/** The largest power of two below 0xFFFFFFFF / (HZ * a day). */
const CREDITS_PER_JIFFY = 128;
const NANOSECONDS_PER_JIFFY = 1_000_000_000n / BigInt(HZ);

/** user2credits(): a time in 1/10000 s to credits. */
function credits(time: number): number {
  const perSecond = HZ * CREDITS_PER_JIFFY;
  if (time > Math.floor(0xffffffff / perSecond)) return (Math.floor(time / LIMIT_SCALE) * perSecond) % 2 ** 32;
  return Math.floor((time * perSecond) / LIMIT_SCALE);
}

/** Credits that a full bucket holds and that one packet costs. */
export function bucketSize(period: number, burst: number): { readonly capacity: number; readonly cost: number } {
  return { capacity: credits((period * burst) % 2 ** 32), cost: credits(period) };
}

/** Jiffies at a monotonic time in nanoseconds. */
export function jiffies(now: bigint): bigint {
  return now / NANOSECONDS_PER_JIFFY;
}

/** Credits after `elapsed` jiffies. */
export function refill(credit: number, elapsed: bigint, capacity: number): number {
  const grown = BigInt(credit) + elapsed * BigInt(CREDITS_PER_JIFFY);
  return grown > BigInt(capacity) ? capacity : Number(grown);
}
