/** Addresses of packets out of the words that fields ask for. */
import { ADDRESS_WORDS, type FieldName } from '../ir/field.js';
import type { Family } from '../ruleset/model.js';
import type { Random } from './random.js';
import type { Vocabulary } from './vocabulary.js';

/** The fields of the addresses of a conntrack entry, the most significant word first. */
export const ENTRY_WORDS = {
  ctOrigSrc: ['ctOrigSrc', 'ctOrigSrc1', 'ctOrigSrc2', 'ctOrigSrc3'],
  ctOrigDst: ['ctOrigDst', 'ctOrigDst1', 'ctOrigDst2', 'ctOrigDst3'],
  ctReplSrc: ['ctReplSrc', 'ctReplSrc1', 'ctReplSrc2', 'ctReplSrc3'],
  ctReplDst: ['ctReplDst', 'ctReplDst1', 'ctReplDst2', 'ctReplDst3'],
} as const satisfies Record<string, readonly FieldName[]>;

const WORDS = { ...ADDRESS_WORDS, ...ENTRY_WORDS };

/** An address that a packet has: its own, or one of its conntrack entry. */
export type AddressName = keyof typeof WORDS;

/** The fields that make up an address. */
export function addressFields(name: AddressName, family: Family): readonly FieldName[] {
  return family === 'ipv4' ? WORDS[name].slice(0, 1) : WORDS[name];
}

/** The word of `address` at `index`, of so many. */
export function addressWord(address: bigint, index: number, count: number): bigint {
  return (address >> BigInt(32 * (count - 1 - index))) & 0xffff_ffffn;
}

/** The words that somebody asks for, the others those of an address of the vocabulary. */
export function wantedAddress(fields: ReadonlyMap<FieldName, bigint>, name: AddressName, random: Random, words: Vocabulary): bigint {
  const other = random.pick(words.addresses);
  const names = addressFields(name, words.family);
  return names.reduce((address, field, index) => (address << 32n) | (fields.get(field) ?? addressWord(other, index, names.length)), 0n);
}

/** `address` as fields. */
export function fieldsOfAddress(name: AddressName, address: bigint, family: Family): [FieldName, bigint][] {
  const names = addressFields(name, family);
  return names.map((field, index) => [field, addressWord(address, index, names.length)]);
}
