/** `-m addrtype`: what routing says of the addresses (kernel: xt_addrtype.c revision 1). IPv6: addrtype6.ts. */
import type { FieldName } from '../../ir/field.js';
import { any, eq, invertIf, type Step } from '../../ir/predicate.js';
import type { MatchExtension } from '../extension.js';
import { FIELDS_BY_LIMIT, OPTIONS, checkLimit, help, list, resolve, save, type AddrtypeData, type Types } from './options.js';
import { ADDRESS_TYPES } from './types.js';

function typeSteps(field: FieldName, { types, invert }: Types): readonly Step[] {
  if (types === 0) return [];
  const asked = ADDRESS_TYPES.flatMap((_name, type) => (types & (1 << type) ? [eq(field, type)] : []));
  return [{ kind: 'require', predicate: invertIf(invert, any(...asked)) }];
}

export const addrtype: MatchExtension<AddrtypeData> = {
  kind: 'match',
  name: 'addrtype',
  families: ['ipv4'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save,
  list,
  lower: ({ src, dst, limit }) => [...typeSteps(FIELDS_BY_LIMIT[limit][0], src), ...typeSteps(FIELDS_BY_LIMIT[limit][1], dst)],
  evaluate: ({ src, dst, limit }, { meta }) => {
    const holds = ({ types, invert }: Types, type: number): boolean => types === 0 || ((types >> type) & 1) !== Number(invert);
    const [srcField, dstField] = FIELDS_BY_LIMIT[limit];
    return holds(src, meta[srcField]) && holds(dst, meta[dstField]);
  },
  check: checkLimit,
  help,
};
