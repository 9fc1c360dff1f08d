/** `-m cpu`: the CPU that judges the packet (kernel: xt_cpu.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { eq, invertIf } from '../../ir/predicate.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'cpu', arity: 1, invertible: true, mandatory: true }];
const MOST = 0xffff_ffff;

export interface CpuData {
  readonly cpu: number;
  readonly invert: boolean;
}

export const cpu: MatchExtension<CpuData> = {
  kind: 'match',
  name: 'cpu',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: CpuData | undefined;
    readOptions('cpu', OPTIONS, uses, {
      cpu: (use) => {
        const number = wholeNumber(use.values[0] ?? '', 0, MOST);
        if (number === undefined) throw new ParameterProblem(`cpu: bad value for option "--cpu", or out of range (0-${MOST}).\n`, use.span);
        data = { cpu: number, invert: use.inverted };
      },
    });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --cpu ${data.cpu}`,
  list: (data) => ` cpu ${data.invert ? '! ' : ''}${data.cpu}`,
  lower: (data) => [{ kind: 'require', predicate: invertIf(data.invert, eq('cpu', data.cpu)) }],
  evaluate: (data, { meta }) => ((meta.cpu ?? 0) === data.cpu) !== data.invert,
  help: () => `cpu match options:
[!] --cpu number   Match CPU number
`,
};
