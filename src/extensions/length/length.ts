/** `-m length`: layer-3 length, inclusive range (kernel: xt_length.c). */
import { FALSE, invertIf, range } from '../../ir/predicate.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { printUint16Range, readUint16Range, type Uint16Range } from '../guided/uint16-range.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'length', arity: 1, invertible: true, mandatory: true }];

/** Bytes; min > max is legal and never matches. */
export interface LengthData extends Uint16Range {
  readonly invert: boolean;
}

export const length: MatchExtension<LengthData> = {
  kind: 'match',
  name: 'length',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: LengthData | undefined;
    readOptions('length', OPTIONS, uses, { length: (use) => (data = { ...readUint16Range('length', use), invert: use.inverted }) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --length ${printUint16Range(data)}`,
  list: (data) => ` length ${data.invert ? '!' : ''}${printUint16Range(data)}`,
  lower: ({ min, max, invert }) => [
    { kind: 'require', predicate: invertIf(invert, min > max ? FALSE : range('length', min, max)) },
  ],
  evaluate: ({ min, max, invert }, packet) => (packet.length >= min && packet.length <= max) !== invert,
  help: () => `length match options:
[!] --length length[:length]    Match packet length against value or range
                                of values (inclusive)
`,
};
