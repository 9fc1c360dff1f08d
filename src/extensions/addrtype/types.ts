/** Address types as routing knows them (RTN_* of rtnetlink(7)); the index is the number. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';

export const ADDRESS_TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const;

/** `LOCAL,BROADCAST` to a bit set by RTN_* number. Any case; a beginning stands for the first type that has it. */
export function parseTypes(use: OptionUse): number {
  let rest = use.values[0] ?? '';
  let types = 0;
  for (;;) {
    const comma = rest.indexOf(',');
    const word = (comma < 0 ? rest : rest.slice(0, comma)).toUpperCase();
    const type = word === '' ? -1 : ADDRESS_TYPES.findIndex((name) => name.startsWith(word));
    if (type < 0) throw new ParameterProblem(`addrtype: bad type ${comma < 0 ? `"${rest}"` : `\`${rest}'`}`, use.span);
    types |= 1 << type;
    if (comma < 0) return types;
    rest = rest.slice(comma + 1);
  }
}

/** A bit set as iptables prints it, lowest type first. */
export function typeNames(types: number): string {
  return ADDRESS_TYPES.filter((_name, type) => types & (1 << type)).join(',');
}
