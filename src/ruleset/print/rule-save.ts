/** A rule as iptables-save and -S print it. */
import { matchExtension, targetExtension } from '../../extensions/registry.js';
import { InternalFault } from '../../errors/errors.js';
import { protocolName } from '../../net/protocols.js';
import type { AddressMatch, Counters, Family, InterfaceMatch, Rule, RuleHead, Target } from '../model.js';
import { savedAddress } from './address.js';

/** Where a rule's counters stand: in front (`iptables-save -c`), before the target (`-S -v`), or nowhere. */
export type CounterPlace = 'none' | 'front' | 'option';

/** `-A CHAIN ...` without newline. */
export function saveRule(chain: string, rule: Rule, family: Family, counters: CounterPlace): string {
  const front = counters === 'front' ? `${bracketed(rule.counters)} ` : '';
  const option = counters === 'option' ? ` ${counterOption(rule.counters)}` : '';
  return `${front}-A ${chain}${saveHead(rule.head, family)}${saveMatches(rule, family)}${option}${saveTarget(rule.target, family)}`;
}

/** `[packets:bytes]` */
export function bracketed(counters: Counters): string {
  return `[${counters.packets}:${counters.bytes}]`;
}

/** `-c packets bytes` */
export function counterOption(counters: Counters): string {
  return `-c ${counters.packets} ${counters.bytes}`;
}

function saveHead(head: RuleHead, family: Family): string {
  const parts = [saveAddress('-s', head.src, family), saveAddress('-d', head.dst, family), saveInterface('-i', head.inIface), saveInterface('-o', head.outIface)];
  // ip6tables prints nothing for `-p all`.
  if (head.protocol && head.protocol.number !== 0) parts.push(`${not(head.protocol)} -p ${protocolName(head.protocol.number) ?? head.protocol.number}`);
  if (head.fragment) parts.push(`${not(head.fragment)} -f`);
  return parts.join('');
}

function not(part: { readonly invert: boolean }): string {
  return part.invert ? ' !' : '';
}

function saveAddress(option: string, match: AddressMatch | undefined, family: Family): string {
  if (!match || (match.mask === 0n && !match.invert)) return '';
  return `${not(match)} ${option} ${savedAddress(match, family)}`;
}

/** iptables prints nothing for `-i +`, nor for `! -i +`. */
function saveInterface(option: string, match: InterfaceMatch | undefined): string {
  if (!match || match.name === '') return '';
  return `${not(match)} ${option} ${interfaceName(match)}`;
}

/** `eth0`, `eth+`, `+` */
export function interfaceName(match: InterfaceMatch): string {
  return match.name + (match.wildcard ? '+' : '');
}

function saveMatches(rule: Rule, family: Family): string {
  return rule.matches
    .map(({ name, data }) => {
      const extension = matchExtension(name, family);
      if (!extension) throw new InternalFault(`printing a rule with match ${name}, which is not registered`);
      return ` -m ${name}${extension.save(data)}`;
    })
    .join('');
}

function saveTarget(target: Target, family: Family): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'goto':
      return ` -g ${target.chain}`;
    case 'extension': {
      const extension = targetExtension(target.name, family);
      if (!extension) throw new InternalFault(`printing a rule with target ${target.name}, which is not registered`);
      return ` -j ${target.name}${extension.save(target.data)}`;
    }
    default:
      return ` -j ${targetName(target)}`;
  }
}

/** The word in the target column of -L: empty for a rule without -j. */
export function targetName(target: Target): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'accept':
      return 'ACCEPT';
    case 'drop':
      return 'DROP';
    case 'return':
      return 'RETURN';
    case 'jump':
    case 'goto':
      return target.chain;
    case 'extension':
      return target.name;
  }
}
