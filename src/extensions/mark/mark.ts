/** `-m mark`: the packet mark under a mask (kernel: xt_mark.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, invertIf, masked } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { readNumber } from '../guided/number.js';

const ALL_BITS = 0xffffffff;

const OPTIONS: readonly GuidedOption[] = [{ name: 'mark', arity: 1, invertible: true, mandatory: true }];

export interface MarkData {
  /** 32 bits, kept as written: bits outside the mask make a match impossible. */
  readonly mark: number;
  readonly mask: number;
  readonly invert: boolean;
}

function valueProblem(use: OptionUse, what: string, more: string): ParameterProblem {
  return new ParameterProblem(`mark: ${what} for option "--${use.option}"${more}.\n`, use.span);
}

function parseMark(use: OptionUse): MarkData {
  const word = (text: string): { value: number; rest: string } => {
    const read = readNumber(text);
    if (!read || read.value > BigInt(ALL_BITS)) throw valueProblem(use, 'bad integer value', ', or out of range');
    return { value: Number(read.value), rest: read.rest };
  };
  const mark = word(use.values[0] ?? '');
  const mask = mark.rest.startsWith('/') ? word(mark.rest.slice(1)) : { value: ALL_BITS, rest: mark.rest };
  if (mask.rest !== '') throw valueProblem(use, 'trailing garbage after value', '');
  return { mark: mark.value, mask: mask.value, invert: use.inverted };
}

function print({ mark, mask }: MarkData): string {
  return `0x${mark.toString(16)}${mask === ALL_BITS ? '' : `/0x${mask.toString(16)}`}`;
}

export const mark: MatchExtension<MarkData> = {
  kind: 'match',
  name: 'mark',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: MarkData | undefined;
    readOptions('mark', OPTIONS, uses, { mark: (use) => (data = parseMark(use)) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --mark ${print(data)}`,
  list: (data) => ` mark match${data.invert ? ' !' : ''} ${print(data)}`,
  lower: (data) => {
    const possible = (data.mark & ~data.mask) === 0;
    return [{ kind: 'require', predicate: invertIf(data.invert, possible ? masked('mark', data.mask, data.mark) : FALSE) }];
  },
  evaluate: (data, { meta }) => (BigInt(meta.mark >>> 0) & BigInt(data.mask)) === BigInt(data.mark) !== data.invert,
  help: () => `mark match options:
[!] --mark value[/mask]    Match nfmark value with optional mask
`,
};
