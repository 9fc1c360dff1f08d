/**
 * `-m limit`: a token bucket per rule, shared by all CPUs (kernel: xt_limit.c).
 *
 * Lowered to stub `limit` with config [period in 1/10000 s, burst]: true while the bucket holds a packet's worth.
 * The stub turns both into credits as bucket.ts does.
 */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';
import { bucketSize, jiffies, refill } from './bucket.js';
import { formatRate, parseRate } from './rate.js';

const DEFAULT_RATE = '3/hour';
const DEFAULT_BURST = 5;
const LARGEST_BURST = 10_000;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'limit', arity: 1, invertible: false },
  { name: 'limit-burst', arity: 1, invertible: false },
];

export interface LimitData {
  /** 1/10000 s per packet. */
  readonly period: number;
  /** Packets. */
  readonly burst: number;
}

function parseBurst(use: OptionUse): number {
  const burst = wholeNumber(use.values[0] ?? '', 0, LARGEST_BURST);
  if (burst === undefined) {
    throw new ParameterProblem(`limit: bad value for option "--${use.option}", or out of range (0-${LARGEST_BURST}).\n`, use.span);
  }
  return burst;
}

function resolve(uses: readonly OptionUse[]): LimitData {
  let period = parseRate(DEFAULT_RATE);
  let burst = DEFAULT_BURST;
  readOptions('limit', OPTIONS, uses, {
    limit: (use) => (period = parseRate(use.values[0] ?? '', use.span)),
    'limit-burst': (use) => (burst = parseBurst(use)),
  });
  return { period, burst };
}

/** `state` keeps the credits and the jiffy of the last packet; a rule starts with a full bucket. */
function evaluate({ period, burst }: LimitData, { meta }: PacketView, state: Map<string, unknown>): boolean {
  const { capacity, cost } = bucketSize(period, burst);
  const now = jiffies(meta.now);
  const last = (state.get('last') as bigint | undefined) ?? now;
  const credit = refill((state.get('credit') as number | undefined) ?? capacity, now - last, capacity);
  const passes = credit >= cost;
  state.set('last', now);
  state.set('credit', passes ? credit - cost : credit);
  return passes;
}

/** limit_mt_check: a burst whose credits overflow, or of nothing, is refused (ERANGE). */
function check({ period, burst }: LimitData): string | undefined {
  const { capacity, cost } = bucketSize(period, burst);
  return burst === 0 || capacity < cost ? 'Numerical result out of range.' : undefined;
}

export const limit: MatchExtension<LimitData> = {
  kind: 'match',
  name: 'limit',
  families: ['ipv4', 'ipv6'],
  effect: 'stateful',
  options: OPTIONS,
  resolve,
  save: ({ period, burst }) => ` --limit ${formatRate(period)}${burst === DEFAULT_BURST ? '' : ` --limit-burst ${burst}`}`,
  list: ({ period, burst }) => ` limit: avg ${formatRate(period)} burst ${burst}`,
  lower: ({ period, burst }) => [{ kind: 'call', stub: 'limit', config: [BigInt(period), BigInt(burst)], invert: false }],
  evaluate,
  check,
  help: () => `limit match options:
--limit avg			max average match rate: default 3/hour
                                [Packets per second unless followed by 
                                /sec /minute /hour /day postfixes]
--limit-burst number		number to match in a burst, default 5
`,
};
