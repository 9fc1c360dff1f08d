/** `-m u32`: numbers at places that other numbers lead to (kernel: xt_u32.c). */
import { readBe32 } from '../../net/bytes.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { parseTests, testsText, type Operator, type U32Test } from './parse.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'u32', arity: 1, invertible: true, mandatory: true }];

export interface U32Data {
  readonly tests: readonly U32Test[];
  readonly invert: boolean;
}

/** Steps of bpf/u32.c. */
const STEP = { end: 0, load: 1, '&': 2, '<<': 3, '>>': 4, '@': 5, low: 6, high: 7, test: 8 } as const;
/** U32_STEPS of bpf/u32.c: ten tests of ten numbers and ten ranges, and an end. */
const STEPS = 311;

function config({ tests, invert }: U32Data): bigint[] {
  const step = (kind: number, number = 0): bigint => (BigInt(kind) << 32n) | BigInt(number);
  const steps = tests.flatMap(({ position, operations, ranges }) => [
    step(STEP.load, position),
    ...operations.map(({ operator, number }) => step(STEP[operator], number)),
    ...ranges.flatMap(({ min, max }) => [step(STEP.low, min), step(STEP.high, max)]),
    step(STEP.test),
  ]);
  return [BigInt(invert), ...steps, ...Array.from({ length: STEPS - steps.length }, () => step(STEP.end))];
}

/** The number a location leads to; undefined where the packet ends before. */
function located({ position, operations }: U32Test, l3: Uint8Array): number | undefined {
  const at = (start: number, offset: number): number | undefined => (start + offset + 4 <= l3.length ? readBe32(l3, start + offset) : undefined);
  let start = 0;
  let value = at(start, position);
  for (const { operator, number } of operations) {
    if (value === undefined) return undefined;
    if (operator === '@') {
      start += value;
      value = at(start, number);
    } else value = applied(operator, value, number);
  }
  return value;
}

function applied(operator: Exclude<Operator, '@'>, value: number, number: number): number {
  if (operator === '&') return (value & number) >>> 0;
  return operator === '<<' ? (value << number) >>> 0 : value >>> number;
}

const shiftsTooFar = (test: U32Test): boolean => test.operations.some(({ operator, number }) => (operator === '<<' || operator === '>>') && number > 31);

export const u32: MatchExtension<U32Data> = {
  kind: 'match',
  name: 'u32',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve: (uses) => {
    let data: U32Data | undefined;
    readOptions('u32', OPTIONS, uses, { u32: (use) => (data = { tests: parseTests(use.values[0] ?? '', use.span), invert: use.inverted }) });
    return data!;
  },
  save: ({ tests, invert }) => `${invert ? ' !' : ''} --u32 "${testsText(tests)}"`,
  list: ({ tests, invert }) => ` u32${invert ? ' !' : ''} "${testsText(tests)}"`,
  lower: (data) => [{ kind: 'call', stub: 'u32', config: config(data), invert: false }],
  evaluate: ({ tests, invert }, { l3 }) => {
    const holds = tests.every((test) => {
      const value = located(test, l3);
      return value !== undefined && test.ranges.some(({ min, max }) => value >= min && value <= max);
    });
    return holds !== invert;
  },
  check: ({ tests }) => (tests.some(shiftsTooFar) ? INVALID_ARGUMENT : undefined),
  help: () => `u32 match options:
[!] --u32 tests
		tests := location "=" value | tests "&&" location "=" value
		value := range | value "," range
		range := number | number ":" number
		location := number | location operator number
		operator := "&" | "<<" | ">>" | "@"
`,
};
