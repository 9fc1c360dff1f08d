/** Random heads of rules, as iptables-save words. */
import type { BuiltinChain } from '../ruleset/model.js';
import { formatIpv4Address, ipv4PrefixMask } from '../net/ipv4-address.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';

/** Where a rule stands: the chain it is in, and the built-in chains from which it can be reached. */
export interface Place {
  readonly chain: string;
  readonly hooks: readonly BuiltinChain[];
}

const ODD_MASKS = ['255.0.255.0', '0.0.0.255', '255.255.0.255', '0.0.0.1', '255.255.255.254'];

/** `[! ]-s ADDRESS/MASK` for a masked address of the vocabulary. */
export function addressOption(option: '-s' | '-d', random: Random, words: Vocabulary): string {
  const address = random.pick(words.addresses);
  if (random.chance(0.08)) {
    const text = random.pick(ODD_MASKS);
    const mask = text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
    return `${invert(random, 0.2)}${option} ${formatIpv4Address(address & mask)}/${text}`;
  }
  const length = random.chance(0.7) ? random.pick([8, 16, 24, 32, 32]) : random.between(1, 32);
  return `${invert(random, 0.2)}${option} ${formatIpv4Address(address & ipv4PrefixMask(length))}/${length}`;
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
  return [`${random.pick(['-s', '-d'])} ${formatIpv4Address(random.pick(words.addresses))}/32`];
}

/** `! ` with this probability. */
export function invert(random: Random, probability: number): string {
  return random.chance(probability) ? '! ' : '';
}
