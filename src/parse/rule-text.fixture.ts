/** A rule as `iptables -S` prints it: the tests' own printer, so that they do not lean on the ruleset's. */
import { matchExtension, targetExtension } from '../extensions/registry.js';
import { formatIpv4Address } from '../net/ipv4-address.js';
import { protocolName } from '../net/protocols.js';
import type { AddressMatch, Family, Rule, Target } from '../ruleset/model.js';

function prefixLength(mask: bigint, bits: number): number | undefined {
  const text = mask.toString(2).padStart(bits, '0');
  const ones = text.indexOf('0') < 0 ? bits : text.indexOf('0');
  return text.slice(ones).includes('1') ? undefined : ones;
}

function ipv6Text(addr: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((addr >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  if (addr >> 32n === 0xffffn) return `::ffff:${formatIpv4Address(addr & 0xffffffffn)}`;
  if (addr >> 32n === 0n && addr >> 16n !== 0n) return `::${formatIpv4Address(addr)}`;
  const hex = groups.map((group) => group.toString(16));
  if (best.at < 0) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}

function address(letter: string, match: AddressMatch | undefined, family: Family): string {
  if (!match) return '';
  const bits = family === 'ipv4' ? 32 : 128;
  const format = family === 'ipv4' ? formatIpv4Address : ipv6Text;
  return `${match.invert ? ' !' : ''} -${letter} ${format(match.addr)}/${prefixLength(match.mask, bits) ?? format(match.mask)}`;
}

function targetText(target: Target, family: Family): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'jump':
      return ` -j ${target.chain}`;
    case 'goto':
      return ` -g ${target.chain}`;
    case 'extension':
      return ` -j ${target.name}${targetExtension(target.name, family)!.save(target.data)}`;
    default:
      return ` -j ${target.kind.toUpperCase()}`;
  }
}

export function printRule(chain: string, { head, matches, target }: Rule, family: Family): string {
  const { src, dst, inIface, outIface, protocol, fragment } = head;
  const device = (letter: string, match: typeof inIface) =>
    match && match.name !== '' ? `${match.invert ? ' !' : ''} -${letter} ${match.name}${match.wildcard ? '+' : ''}` : '';
  return [
    `-A ${chain}`,
    address('s', src, family),
    address('d', dst, family),
    device('i', inIface),
    device('o', outIface),
    protocol && protocol.number !== 0 ? `${protocol.invert ? ' !' : ''} -p ${protocolName(protocol.number) ?? protocol.number}` : '',
    fragment ? `${fragment.invert ? ' !' : ''} -f` : '',
    ...matches.map(({ name, data }) => ` -m ${name}${matchExtension(name, family)!.save(data)}`),
    targetText(target, family),
  ].join('');
}
