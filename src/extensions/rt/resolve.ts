/** The options of `-m rt`. Those of type 0 must follow `--rt-type 0`, and `--rt-0-not-strict` the addresses. */
import { ParameterProblem } from '../../errors/errors.js';
import { parseIpv6 } from '../../net/ipv6-address.js';
import type { OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { ANY_UINT32, UINT32_MAX, readUint, readUintRange, type InvertibleRange } from '../guided/uint.js';

export const OPTIONS: readonly GuidedOption[] = [
  { name: 'rt-type', arity: 1, invertible: true },
  { name: 'rt-segsleft', arity: 1, invertible: true },
  { name: 'rt-len', arity: 1, invertible: true },
  { name: 'rt-0-res', arity: 0, invertible: false },
  { name: 'rt-0-addrs', arity: 1, invertible: false },
  { name: 'rt-0-not-strict', arity: 0, invertible: false },
];

export const MOST_ADDRESSES = 16;

export interface InvertibleNumber {
  readonly value: number;
  readonly invert: boolean;
}

export interface RoutingData {
  readonly type?: InvertibleNumber;
  readonly segmentsLeft: InvertibleRange;
  /** `--rt-segsleft`, of any range: to -C and -D another rule than one without it. */
  readonly segmentsLeftGiven?: true;
  /** Bytes. */
  readonly length?: InvertibleNumber;
  /** The reserved word of type 0 must be 0. */
  readonly reserved: boolean;
  readonly addresses?: readonly bigint[];
  /** The header has these addresses and no others; else it has them in this order, others may stand between. */
  readonly strict: boolean;
}

function readAddresses(use: OptionUse): readonly bigint[] {
  const words = (use.values[0] ?? '').split(',');
  const addresses = words.slice(0, MOST_ADDRESSES).map((word) => {
    const address = parseIpv6(word);
    if (address === undefined) throw new ParameterProblem(`bad address: ${word}`, use.span);
    return address;
  });
  if (words.length > MOST_ADDRESSES) throw new ParameterProblem('too many addresses specified', use.span);
  return addresses;
}

export function resolve(uses: readonly OptionUse[]): RoutingData {
  let data: RoutingData = { segmentsLeft: ANY_UINT32, reserved: false, strict: true };
  const number = (use: OptionUse): InvertibleNumber => ({ value: readUint('rt', use, UINT32_MAX), invert: use.inverted });
  const needsType0 = (use: OptionUse): void => {
    if (data.type?.value === 0 && !data.type.invert) return;
    throw new ParameterProblem(`\`--rt-type 0' required before \`--${use.option}'`, use.span);
  };
  readOptions('rt', OPTIONS, uses, {
    'rt-type': (use) => (data = { ...data, type: number(use) }),
    'rt-segsleft': (use) => (data = { ...data, segmentsLeftGiven: true, segmentsLeft: { ...readUintRange('rt', use, UINT32_MAX), invert: use.inverted } }),
    'rt-len': (use) => (data = { ...data, length: number(use) }),
    'rt-0-res': (use) => {
      needsType0(use);
      data = { ...data, reserved: true };
    },
    'rt-0-addrs': (use) => {
      needsType0(use);
      data = { ...data, addresses: readAddresses(use) };
    },
    'rt-0-not-strict': (use) => {
      if (!data.addresses) throw new ParameterProblem("`--rt-0-addr ...' required before `--rt-0-not-strict'", use.span);
      data = { ...data, strict: false };
    },
  });
  return data;
}
