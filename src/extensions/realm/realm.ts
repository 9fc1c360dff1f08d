/** `-m realm`: the realms of the packet's route (kernel: xt_realm.c, over struct dst_entry.tclassid). */
import { invertIf } from '../../ir/predicate.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { maskedField, printValueMask, readValueMask, underMask, type ValueMask } from '../guided/value-mask.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'realm', arity: 1, invertible: true, mandatory: true }];

export interface RealmData extends ValueMask {
  readonly invert: boolean;
}

/** The kernel takes it in INPUT and FORWARD, too. At tc ingress a packet has no route yet, and no lookup that a program can make tells its realms. */
function check(_data: RealmData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  return reachableFrom.some((chain) => chain !== 'OUTPUT') ? INVALID_ARGUMENT : undefined;
}

export const realm: MatchExtension<RealmData> = {
  kind: 'match',
  name: 'realm',
  families: ['ipv4'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: RealmData | undefined;
    readOptions('realm', OPTIONS, uses, { realm: (use) => (data = { ...readValueMask('realm', use, 'rt_realms'), invert: use.inverted }) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --realm ${printValueMask(data, 'rt_realms', false)}`,
  stored: (data) => `${data.invert ? ' !' : ''} --realm ${printValueMask(data, 'rt_realms', true)}`,
  list: (data, numeric) => `${data.invert ? ' !' : ''} realm ${printValueMask(data, 'rt_realms', numeric)}`,
  lower: (data) => [{ kind: 'require', predicate: invertIf(data.invert, maskedField('realm', data)) }],
  // The kernel compares without masking what the rule says.
  evaluate: (data, { meta }) => (underMask(meta.realm ?? 0, data.mask) === data.value) !== data.invert,
  check,
  help: () => `realm match options:
[!] --realm value[/mask]
				Match realm
`,
};
