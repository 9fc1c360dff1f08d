/** Packet types of DCCP as iptables names them. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';

const NAMES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'] as const;
/** The types from 10 on are one to iptables. */
const INVALID = 10;
const INVALID_TYPES = 0xfc00;

/** Bit set by type. Any case; empty names are skipped. @throws ParameterProblem */
export function readTypes(use: OptionUse): number {
  let types = 0;
  for (const word of (use.values[0] ?? '').split(',')) {
    if (word === '') continue;
    const type = NAMES.findIndex((name) => name === word.toUpperCase());
    if (type < 0) throw new ParameterProblem(`Unknown DCCP type \`${word}'`, use.span);
    types |= type === INVALID ? INVALID_TYPES : 1 << type;
  }
  return types;
}

/** Numbers, or names, with commas between. */
export function typesText(types: number, numeric: boolean): string {
  const set = Array.from({ length: 16 }, (_, type) => type).filter((type) => types & (1 << type));
  return (numeric ? set : set.filter((type) => type <= INVALID).map((type) => NAMES[type])).join(',');
}
