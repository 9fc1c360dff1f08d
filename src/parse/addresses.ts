/** `-s` and `-d` values: lists of addresses, networks and host names. */
import { ParameterProblem } from '../errors/errors.js';
import { hostMask } from '../net/address.js';
import { parseIpv6 } from '../net/ipv6-address.js';
import type { Family } from '../ruleset/model.js';
import { parseIpv4, parseIpv4Mask, parseIpv6Mask } from './address-forms.js';
import type { AddressItem, AddressList } from './ast.js';
import grammar from './generated/values.js';
import type { HostLookup } from './host-lookup.js';
import { ShapeParser } from './shape.js';

/** Masked: (addr & mask) === addr. Host order, 32 or 128 bits. */
export interface Network {
  readonly addr: bigint;
  readonly mask: bigint;
}

function inOrder(list: AddressList): readonly AddressItem[] {
  const items: AddressItem[] = [];
  for (let rest: AddressList | undefined = list; rest; rest = rest.before) items.push(rest.item);
  return items.reverse();
}

const lists = new ShapeParser(grammar, inOrder);

/** Elements between commas, each cut at its last slash. */
function split(value: string): { types: string[]; texts: string[] } {
  const types: string[] = [];
  const texts: string[] = [];
  for (const element of value.split(',')) {
    if (types.length > 0) {
      types.push('comma');
      texts.push(',');
    }
    const slash = element.lastIndexOf('/');
    types.push('text');
    texts.push(slash < 0 ? element : element.slice(0, slash));
    if (slash < 0) continue;
    types.push('slash', 'text');
    texts.push('/', element.slice(slash + 1));
  }
  return { types, texts };
}

function hostAddresses(name: string, family: Family, lookup: HostLookup): readonly bigint[] {
  const numeric = family === 'ipv4' ? parseIpv4(name) : parseIpv6(name);
  if (numeric !== undefined) return [numeric];
  const found = lookup(name, family);
  if (found.length === 0) throw new ParameterProblem(`host/network \`${name}' not found`);
  return found;
}

/**
 * The networks of one `-s` or `-d` value, in the order written; a name with several addresses gives several.
 * With mask 0 the name is not even looked at (`any/0`).
 * @throws ParameterProblem for bad masks and unknown names.
 */
export function parseAddresses(value: string, family: Family, lookup: HostLookup): readonly Network[] {
  const { types, texts } = split(value);
  const items = lists.parse(types);
  if (!items) throw new ParameterProblem(`host/network \`${value}' not found`);
  const networks: Network[] = [];
  for (const item of items) {
    const maskText = item.mask < 0 ? undefined : texts[item.mask]!;
    const mask = maskText === undefined ? hostMask(family) : (family === 'ipv4' ? parseIpv4Mask : parseIpv6Mask)(maskText);
    if (mask === undefined) throw new ParameterProblem(`invalid mask \`${maskText}' specified`);
    const addresses = mask === 0n ? [0n] : hostAddresses(texts[item.host]!, family, lookup);
    for (const addr of addresses) networks.push({ addr: addr & mask, mask });
  }
  return networks;
}
