/**
 * The columns of one rule: in a listing (-L) and in the line that -v echoes for a changing command, which has the same parts without the padding.
 */
import { matchExtension, targetExtension } from '../../extensions/registry.js';
import { InternalFault } from '../../errors/errors.js';
import { protocolName } from '../../net/protocols.js';
import type { AddressMatch, Family, InterfaceMatch, Rule, RuleHead } from '../model.js';
import { listedAddress } from './address.js';
import type { NameOfAddress } from './address.js';
import { interfaceName, targetName } from './rule-save.js';

/** How -L is to print. */
export interface ListStyle {
  /** -n */
  readonly numeric: boolean;
  /** -v: counters and interfaces. */
  readonly verbose: boolean;
  /** -x: counters in full. */
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  /** Asked only without -n. */
  readonly nameOf: NameOfAddress;
}

/** Packets or bytes with K, M, G or T as xtables_print_num() rounds: half up in steps of 1000, in 64 bits that wrap. `width` 0 = unpadded. */
export function abbreviate(count: bigint, width: number): string {
  if (count <= 99999n) return `${count}`.padStart(width);
  let number = count;
  for (const unit of ['K', 'M', 'G', 'T']) {
    number = BigInt.asUintN(64, number + 500n) / 1000n;
    if (number <= 9999n || unit === 'T') return `${number}`.padStart(width && width - 1) + unit;
  }
  throw new InternalFault('unreachable: T is the last unit');
}

/** One counter of a listing: 5 columns, or 8 in full with -x, and a space. */
export function counterColumn(count: bigint, exact: boolean): string {
  return `${exact ? `${count}`.padStart(8) : abbreviate(count, 5)} `;
}

/** Target to destination, then what the extensions print: one line of -L without line number and counters. */
export function listedRule(rule: Rule, family: Family, style: ListStyle): string {
  const { head } = rule;
  const protocol = head.protocol?.number ?? 0;
  const name = style.numeric ? String(protocol) : nameOfProtocol(protocol);
  const interfaces = style.verbose
    ? ` ${listedInterface(head.inIface, style.numeric).padEnd(6)} ${listedInterface(head.outIface, style.numeric).padEnd(6)} `
    : '';
  return [
    `${targetName(rule.target).padEnd(9)} `,
    `${mark(head.protocol)}${name.padEnd(4)} `,
    `${fragmentFlags(head)} `,
    interfaces,
    `${mark(head.src)}${address(head.src, family, style).padEnd(19)} `,
    `${mark(head.dst)}${address(head.dst, family, style).padEnd(19)} `,
    extensionText(rule, family, style),
  ].join('');
}

/** The line -v echoes for -A -I -R -D -C, without newline: numeric, but protocols by name. */
export function echoedRule(rule: Rule, family: Family): string {
  const { head } = rule;
  const numeric = (match: AddressMatch | undefined): string => listedAddress(match, family, true, () => undefined);
  return [
    `${targetName(rule.target)} ${mark(head.protocol)}${nameOfProtocol(head.protocol?.number ?? 0)} `,
    `opt ${fragmentFlags(head)} `,
    `in ${listedInterface(head.inIface, true)} out ${listedInterface(head.outIface, true)} `,
    `${mark(head.src)}${numeric(head.src)} ${mark(head.dst)}-> ${numeric(head.dst)}  `,
    extensionText(rule, family, { numeric: true, nameOf: () => undefined }),
  ].join('');
}

function mark(part: { readonly invert: boolean } | undefined): string {
  return part?.invert ? '!' : ' ';
}

function nameOfProtocol(number: number): string {
  return number === 0 ? 'all' : (protocolName(number) ?? String(number));
}

function fragmentFlags({ fragment }: RuleHead): string {
  if (!fragment) return '--';
  return fragment.invert ? '!f' : '-f';
}

function listedInterface(match: InterfaceMatch | undefined, numeric: boolean): string {
  if (!match) return numeric ? '*' : 'any';
  return (match.invert ? '!' : '') + interfaceName(match);
}

function address(match: AddressMatch | undefined, family: Family, style: ListStyle): string {
  return listedAddress(match, family, style.numeric, style.nameOf);
}

function extensionText(rule: Rule, family: Family, { numeric, nameOf }: Pick<ListStyle, 'numeric' | 'nameOf'>): string {
  const { target } = rule;
  const parts = [target.kind === 'goto' ? '[goto] ' : ''];
  for (const { name, data } of rule.matches) {
    const extension = matchExtension(name, family);
    if (!extension) throw new InternalFault(`listing a rule with match ${name}, which is not registered`);
    parts.push(extension.list(data, numeric, nameOf));
  }
  if (target.kind === 'extension') {
    const extension = targetExtension(target.name, family);
    if (!extension) throw new InternalFault(`listing a rule with target ${target.name}, which is not registered`);
    parts.push(extension.list(target.data, numeric, nameOf));
  }
  return parts.join('');
}
