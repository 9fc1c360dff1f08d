/** Options of `-m addrtype` and what they say, in both families. */
import { ParameterProblem } from '../../errors/errors.js';
import type { FieldName } from '../../ir/field.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { ADDRESS_TYPES, parseTypes, typeNames } from './types.js';

export const OPTIONS: readonly GuidedOption[] = [
  { name: 'src-type', arity: 1, invertible: true },
  { name: 'dst-type', arity: 1, invertible: true },
  { name: 'limit-iface-in', arity: 0, invertible: false, excludes: ['limit-iface-out'] },
  { name: 'limit-iface-out', arity: 0, invertible: false, excludes: ['limit-iface-in'] },
];

export interface Types {
  /** Bit set by RTN_* number; 0 = not asked. */
  readonly types: number;
  readonly invert: boolean;
}

export interface AddrtypeData {
  readonly src: Types;
  readonly dst: Types;
  /** The device to which the lookup is limited. */
  readonly limit: 'none' | 'in' | 'out';
}

/** The packet's types of source and destination, by the device the lookup is limited to. */
export const FIELDS_BY_LIMIT = {
  none: ['srcType', 'dstType'],
  in: ['srcTypeIface', 'dstTypeIface'],
  out: ['srcTypeOutIface', 'dstTypeOutIface'],
} as const satisfies Record<AddrtypeData['limit'], readonly [FieldName, FieldName]>;

const NOT_ASKED: Types = { types: 0, invert: false };

export function resolve(uses: readonly OptionUse[]): AddrtypeData {
  let [src, dst] = [NOT_ASKED, NOT_ASKED];
  let limit: AddrtypeData['limit'] = 'none';
  readOptions('addrtype', OPTIONS, uses, {
    'src-type': (use) => (src = { types: parseTypes(use), invert: use.inverted }),
    'dst-type': (use) => (dst = { types: parseTypes(use), invert: use.inverted }),
    'limit-iface-in': () => (limit = 'in'),
    'limit-iface-out': () => (limit = 'out'),
  });
  if (src.types === 0 && dst.types === 0) throw new ParameterProblem('addrtype: you must specify --src-type or --dst-type');
  return { src, dst, limit };
}

export function save({ src, dst, limit }: AddrtypeData): string {
  const print = (option: string, { types, invert }: Types): string =>
    types ? `${invert ? ' !' : ''} --${option} ${typeNames(types)}` : '';
  return print('src-type', src) + print('dst-type', dst) + (limit === 'none' ? '' : ` --limit-iface-${limit}`);
}

export function list({ src, dst, limit }: AddrtypeData): string {
  const print = (option: string, { types, invert }: Types): string =>
    types ? ` ${option} ${invert ? '!' : ''}${typeNames(types)}` : '';
  return ` ADDRTYPE match${print('src-type', src)}${print('dst-type', dst)}${limit === 'none' ? '' : ` limit-${limit}`}`;
}

/** Only chains whose packets have such a device may ask for it. */
export function checkLimit({ limit }: AddrtypeData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const impossible: readonly BuiltinChain[] = limit === 'in' ? ['OUTPUT'] : limit === 'out' ? ['INPUT'] : [];
  return impossible.some((chain) => reachableFrom.includes(chain)) ? INVALID_ARGUMENT : undefined;
}

export function help(): string {
  return `Address type match options:
 [!] --src-type type[,...]      Match source address type
 [!] --dst-type type[,...]      Match destination address type
     --limit-iface-in           Match only on the packet's incoming device
     --limit-iface-out          Match only on the packet's outgoing device

Valid types:           
${ADDRESS_TYPES.map((name) => `                                ${name}\n`).join('')}`;
}
