/** `-m tos`: TOS or traffic class under a mask (kernel: xt_dscp.c tos_mt, revision 1). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, invertIf, masked } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { readNumber } from '../guided/number.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'tos', arity: 1, invertible: true, mandatory: true }];

export interface TosData {
  /** (tos & mask) === value; a value with bits outside the mask never matches. */
  readonly value: number;
  readonly mask: number;
  readonly invert: boolean;
}

/** RFC 1349. A name stands for six bits: the others are ECN's. */
const SYMBOLS: readonly (readonly [string, number])[] = [
  ['Minimize-Delay', 0x10],
  ['Maximize-Throughput', 0x08],
  ['Maximize-Reliability', 0x04],
  ['Minimize-Cost', 0x02],
  ['Normal-Service', 0x00],
];
const SYMBOL_MASK = 0x3f;
const LARGEST = 255n;

/** What does not begin with a number of one byte is taken for a name. */
function parseTos(use: OptionUse): TosData {
  const text = use.values[0] ?? '';
  const illegal = new ParameterProblem(`Illegal value: "${text}"`, use.span);
  const value = readNumber(text);
  if (!value || value.value > LARGEST) {
    const symbol = SYMBOLS.find(([name]) => name.toLowerCase() === text.toLowerCase());
    if (!symbol) throw new ParameterProblem(`Symbolic name "${text}" is unknown`, use.span);
    return { value: symbol[1], mask: SYMBOL_MASK, invert: use.inverted };
  }
  if (value.rest === '') return { value: Number(value.value), mask: 0xff, invert: use.inverted };
  const mask = value.rest.startsWith('/') ? readNumber(value.rest.slice(1)) : undefined;
  if (!mask || mask.value > LARGEST || mask.rest !== '') throw illegal;
  return { value: Number(value.value), mask: Number(mask.value), invert: use.inverted };
}

function print({ value, mask }: TosData): string {
  return [value, mask].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join('/');
}

function list(data: TosData, numeric: boolean): string {
  const symbol = numeric || data.mask !== SYMBOL_MASK ? undefined : SYMBOLS.find(([, value]) => value === data.value);
  return ` tos match${data.invert ? '!' : ''}${symbol ? ` ${symbol[0]}` : print(data)}`;
}

export const tos: MatchExtension<TosData> = {
  kind: 'match',
  name: 'tos',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: TosData | undefined;
    readOptions('tos', OPTIONS, uses, { tos: (use) => (data = parseTos(use)) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --tos ${print(data)}`,
  list,
  lower: ({ value, mask, invert }) => [
    { kind: 'require', predicate: invertIf(invert, (value & ~mask) === 0 ? masked('tos', mask, value) : FALSE) },
  ],
  evaluate: ({ value, mask, invert }, packet) => ((packet.tos & mask) === value) !== invert,
  help: () => `tos match options:
[!] --tos value[/mask]    Match Type of Service/Priority field value
[!] --tos symbol          Match TOS field (IPv4 only) by symbol
                          Accepted symbolic names for value are:
                          (0x10) 16 Minimize-Delay
                          (0x08)  8 Maximize-Throughput
                          (0x04)  4 Maximize-Reliability
                          (0x02)  2 Minimize-Cost
                          (0x00)  0 Normal-Service

`,
};
