/** `-m length`: layer-3 length, inclusive range (kernel: xt_length.c). */
import { FALSE, invertIf, range } from '../../ir/predicate.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { UINT16_MAX, inRange, rangeText, readUintRange, type InvertibleRange } from '../guided/uint.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'length', arity: 1, invertible: true, mandatory: true }];

export const length: MatchExtension<InvertibleRange> = {
  kind: 'match',
  name: 'length',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: InvertibleRange | undefined;
    readOptions('length', OPTIONS, uses, { length: (use) => (data = { ...readUintRange('length', use, UINT16_MAX), invert: use.inverted }) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --length ${rangeText(data)}`,
  list: (data) => ` length ${data.invert ? '!' : ''}${rangeText(data)}`,
  lower: ({ min, max, invert }) => [
    { kind: 'require', predicate: invertIf(invert, min > max ? FALSE : range('length', min, max)) },
  ],
  evaluate: (data, packet) => inRange(packet.length, data),
  help: () => `length match options:
[!] --length length[:length]    Match packet length against value or range
                                of values (inclusive)
`,
};
