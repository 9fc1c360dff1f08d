/** `-m conntrack` as iptables-save and -L print it: the same words, the options with their dashes in a save. */
import type { Family } from '../../ruleset/model.js';
import type { PortRange } from '../guided/ports.js';
import { ADDRESS_OPTIONS, PORT_OPTIONS, type ConntrackData } from './data.js';
import { maskedAddressText } from './address.js';

function rangeText(lo: number, hi: number): string {
  return lo === hi ? String(lo) : `${lo}:${hi}`;
}

/** A range that ends at 0 loses its end; what is in force keeps it. */
const portText = ({ lo, hi }: PortRange): string => rangeText(lo, hi === 0 ? lo : hi);

/** @param prefix of option names. @param nameOf names for addresses; undefined: numbers, as in a save. */
export function conntrackText(data: ConntrackData, prefix: '--' | '', family: Family, nameOf?: (address: bigint) => string | undefined): string {
  const parts: string[] = [];
  const print = <Asked extends { readonly invert: boolean }>(option: string, asked: Asked | undefined, text: (asked: Asked) => string): void => {
    if (asked) parts.push(`${asked.invert ? ' !' : ''} ${prefix}${option} ${text(asked)}`);
  };
  print('ctstate', data.ctstate, ({ names }) => names.join(','));
  print('ctproto', data.ctproto, ({ number }) => String(number));
  for (const option of ADDRESS_OPTIONS) print(option, data[option], (address) => maskedAddressText(address, family, nameOf));
  for (const option of PORT_OPTIONS) print(option, data[option], portText);
  print('ctstatus', data.ctstatus, ({ names }) => names.join(','));
  print('ctexpire', data.ctexpire, ({ min, max }) => rangeText(min, max));
  if (data.ctdir) parts.push(` ${prefix}ctdir ${data.ctdir}`);
  return parts.join('');
}
