/** `-m length`: layer-3 length, inclusive range (kernel: xt_length.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, invertIf, range } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { readNumber } from '../guided/number.js';

const LONGEST = 65535;

const OPTIONS: readonly GuidedOption[] = [{ name: 'length', arity: 1, invertible: true, mandatory: true }];

export interface LengthData {
  /** Bytes, inclusive; min > max is legal and never matches. */
  readonly min: number;
  readonly max: number;
  readonly invert: boolean;
}

/** `MIN`, `MIN:MAX`, `MIN:`, `:MAX`; the empty word is 0. */
function parseLength(use: OptionUse): LengthData {
  const values: number[] = [];
  let rest = use.values[0] ?? '';
  for (;;) {
    if (values.length === 2) {
      throw new ParameterProblem(`length: Too many components for option "--${use.option}" (max: 2)\n`, use.span);
    }
    if (rest === '' || rest.startsWith(':')) {
      values.push(values.length === 0 ? 0 : LONGEST);
    } else {
      const read = readNumber(rest);
      if (!read || read.value > BigInt(LONGEST)) {
        throw new ParameterProblem(
          `length: bad value for option "--${use.option}" near "${rest}", or out of range (0-${LONGEST}).\n`,
          use.span,
        );
      }
      values.push(Number(read.value));
      rest = read.rest;
    }
    if (rest === '') break;
    if (!rest.startsWith(':')) {
      throw new ParameterProblem(`length: Argument to "--${use.option}" has unexpected characters near "${rest}".\n`, use.span);
    }
    rest = rest.slice(1);
  }
  const [min, max = min] = values as [number, number?];
  return { min, max, invert: use.inverted };
}

function print({ min, max }: LengthData): string {
  return min === max ? String(min) : `${min}:${max}`;
}

export const length: MatchExtension<LengthData> = {
  kind: 'match',
  name: 'length',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: LengthData | undefined;
    readOptions('length', OPTIONS, uses, { length: (use) => (data = parseLength(use)) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --length ${print(data)}`,
  list: (data) => ` length ${data.invert ? '!' : ''}${print(data)}`,
  lower: ({ min, max, invert }) => [
    { kind: 'require', predicate: invertIf(invert, min > max ? FALSE : range('length', min, max)) },
  ],
  evaluate: ({ min, max, invert }, packet) => (packet.length >= min && packet.length <= max) !== invert,
  help: () => `length match options:
[!] --length length[:length]    Match packet length against value or range
                                of values (inclusive)
`,
};
