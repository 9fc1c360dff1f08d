/** `-m devgroup`: the groups of the devices that the packet comes in and goes out by (kernel: xt_devgroup.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { invertIf, type Step } from '../../ir/predicate.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { maskedField, printValueMask, readValueMask, underMask, type ValueMask } from '../guided/value-mask.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'src-group', arity: 1, invertible: true },
  { name: 'dst-group', arity: 1, invertible: true },
];

interface Group extends ValueMask {
  readonly invert: boolean;
}

export interface DevgroupData {
  readonly src?: Group;
  readonly dst?: Group;
}

const FIELD = { src: 'inGroup', dst: 'outGroup' } as const;
const ENDS = ['src', 'dst'] as const;

function print(data: DevgroupData, prefix: string, numeric: boolean): string {
  const one = (end: 'src' | 'dst', group: Group | undefined): string =>
    group === undefined ? '' : `${group.invert ? ' !' : ''} ${prefix}${end}-group ${printValueMask(group, 'group', numeric)}`;
  return one('src', data.src) + one('dst', data.dst);
}

/** Only chains whose packets have such a device may ask for it. */
function check({ src, dst }: DevgroupData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const wrong = (src !== undefined && reachableFrom.includes('OUTPUT')) || (dst !== undefined && reachableFrom.includes('INPUT'));
  return wrong ? INVALID_ARGUMENT : undefined;
}

export const devgroup: MatchExtension<DevgroupData> = {
  kind: 'match',
  name: 'devgroup',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    const found: { src?: Group; dst?: Group } = {};
    readOptions('devgroup', OPTIONS, uses, {
      'src-group': (use) => (found.src = { ...readValueMask('devgroup', use, 'group'), invert: use.inverted }),
      'dst-group': (use) => (found.dst = { ...readValueMask('devgroup', use, 'group'), invert: use.inverted }),
    });
    if (!found.src && !found.dst) throw new ParameterProblem("devgroup match: You must specify either '--src-group' or '--dst-group'");
    return found;
  },
  save: (data) => print(data, '--', false),
  stored: (data) => print(data, '--', true),
  list: (data, numeric) => print(data, '', numeric),
  // The kernel leaves out what the mask does, on both sides.
  lower: (data) => ENDS.flatMap((end): Step[] => {
    const group = data[end];
    return group === undefined ? [] : [{ kind: 'require', predicate: invertIf(group.invert, maskedField(FIELD[end], { ...group, value: underMask(group.value, group.mask) })) }];
  }),
  evaluate: (data, { meta }) => ENDS.every((end) => {
    const group = data[end];
    return group === undefined || (underMask((meta[FIELD[end]] ?? 0) ^ group.value, group.mask) === 0) !== group.invert;
  }),
  check,
  help: () => `devgroup match options:
[!] --src-group value[/mask]	Match device group of incoming device
[!] --dst-group value[/mask]	Match device group of outgoing device
`,
};
