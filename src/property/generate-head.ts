/** Random heads of rules, as iptables-save words. */
import type { BuiltinChain, Family } from '../ruleset/model.js';
import { addressBits, formatAddress, prefixMask } from '../net/address.js';
import { ipv4Address } from '../net/ipv4-address.js';
import { ipv6Address } from '../net/ipv6-address.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';

/** Where a rule stands: the chain it is in, and the built-in chains from which it can be reached. */
export interface Place {
  readonly chain: string;
  readonly hooks: readonly BuiltinChain[];
}

const ODD_MASKS: Readonly<Record<Family, readonly bigint[]>> = {
  ipv4: ['255.0.255.0', '0.0.0.255', '255.255.0.255', '0.0.0.1', '255.255.255.254'].map(ipv4Address),
  ipv6: ['ffff::ffff', '::ffff', 'ffff:ffff:0:ffff::', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe', '0:0:ffff::', '::ffff:ffff:0:0'].map(ipv6Address),
};

const PREFIX_LENGTHS: Readonly<Record<Family, readonly number[]>> = { ipv4: [8, 16, 24, 32, 32], ipv6: [16, 32, 48, 64, 64, 96, 128, 128] };

/** `[! ]-s ADDRESS/MASK` for a masked address of the vocabulary. */
export function addressOption(option: '-s' | '-d', random: Random, words: Vocabulary): string {
  const { family } = words;
  const address = random.pick(words.addresses);
  if (random.chance(0.08)) {
    const mask = random.pick(ODD_MASKS[family]);
    return `${invert(random, 0.2)}${option} ${formatAddress(address & mask, family)}/${formatAddress(mask, family)}`;
  }
  const length = random.chance(0.7) ? random.pick(PREFIX_LENGTHS[family]) : random.between(1, addressBits(family));
  return `${invert(random, 0.2)}${option} ${formatAddress(address & prefixMask(length, family), family)}/${length}`;
}

/** `[! ]-i NAME` or `-o`: a device, a wildcard, or a name no device has. */
export function interfaceOption(option: '-i' | '-o', random: Random, words: Vocabulary): string {
  const name = random.pick(random.chance(0.85) ? words.interfaces : words.absentInterfaces);
  const shown = random.chance(0.3) ? `${name.slice(0, random.between(1, Math.min(14, name.length)))}+` : name;
  return `${invert(random, 0.25)}${option} ${shown}`;
}

/** Source, destination, devices, fragment: each now and then. The protocol belongs to the matches (generate-match.ts). `-i` not in OUTPUT, `-o` not in INPUT. */
export function generateHead(random: Random, words: Vocabulary, place: Place): string[] {
  const out: string[] = [];
  if (random.chance(0.3)) out.push(addressOption('-s', random, words));
  if (random.chance(0.3)) out.push(addressOption('-d', random, words));
  if (place.chain !== 'OUTPUT' && random.chance(0.25)) out.push(interfaceOption('-i', random, words));
  if (place.chain !== 'INPUT' && random.chance(0.2)) out.push(interfaceOption('-o', random, words));
  return out;
}

/** One address, source or destination. */
export function selectiveHead(random: Random, words: Vocabulary): string[] {
  return [`${random.pick(['-s', '-d'])} ${formatAddress(random.pick(words.addresses), words.family)}/${addressBits(words.family)}`];
}

/** `! ` with this probability. */
export function invert(random: Random, probability: number): string {
  return random.chance(probability) ? '! ' : '';
}
