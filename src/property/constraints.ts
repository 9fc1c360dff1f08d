/** What a rule asks of a packet, as wishes about single fields: read off the lowered steps, so that a new pure match is aimed at without a word here. */
import { matchExtension } from '../extensions/registry.js';
import { FIELDS, type FieldName } from '../ir/field.js';
import type { Predicate, Step } from '../ir/predicate.js';
import type { AddressMatch, Family, InterfaceMatch, Rule, RuleHead } from '../ruleset/model.js';
import type { Random } from './random.js';
import { addressFields, addressWord } from './wanted-address.js';

/** `lo <= (field & mask) <= hi` is to hold (`want`) or not. */
export interface FieldWish {
  readonly kind: 'field';
  readonly field: FieldName;
  readonly mask: bigint;
  readonly lo: bigint;
  readonly hi: bigint;
  readonly want: boolean;
}

export type Wish =
  | FieldWish
  | { readonly kind: 'tcp-option'; readonly option: number; readonly want: boolean }
  | { readonly kind: 'interface'; readonly direction: 'in' | 'out'; readonly match: InterfaceMatch };

/** All bits of a field. */
export function fieldMask(field: FieldName): bigint {
  return (1n << BigInt(FIELDS[field].bits)) - 1n;
}

/** Whether `value` fulfils `wish`. */
export function fulfils(wish: FieldWish, value: bigint): boolean {
  const seen = value & wish.mask;
  return (seen >= wish.lo && seen <= wish.hi) === wish.want;
}

/** Wishes under which the whole rule matches: alternatives are chosen at random, hotdrop conditions are wished false, stateful calls wish nothing. */
export function ruleWishes(rule: Rule, family: Family, random: Random): Wish[] {
  const matches = rule.matches.flatMap((use) => {
    const extension = matchExtension(use.name, family);
    return extension === undefined ? [] : extension.lower(use.data, family).flatMap((step) => stepWishes(step, random));
  });
  return [...headWishes(rule.head, family, random), ...matches];
}

function headWishes(head: RuleHead, family: Family, random: Random): Wish[] {
  const out: Wish[] = [];
  const test = (field: FieldName, mask: bigint, lo: bigint, hi: bigint, invert: boolean): void => void out.push({ kind: 'field', field, mask, lo, hi, want: !invert });
  if (head.src) out.push(...addressWishes('src', head.src, family, random));
  if (head.dst) out.push(...addressWishes('dst', head.dst, family, random));
  if (head.inIface) out.push({ kind: 'interface', direction: 'in', match: head.inIface });
  if (head.outIface) out.push({ kind: 'interface', direction: 'out', match: head.outIface });
  if (head.protocol && head.protocol.number !== 0) test('proto', 0xffn, BigInt(head.protocol.number), BigInt(head.protocol.number), head.protocol.invert);
  if (head.fragment) test('fragOffset', 0x1fffn, 0n, 0n, !head.fragment.invert);
  return out;
}

/** Every word as the rule has it; inverted: one of them not. */
function addressWishes(name: 'src' | 'dst', match: AddressMatch, family: Family, random: Random): Wish[] {
  const names = addressFields(name, family);
  const wishes = names.flatMap((field, index): FieldWish[] => {
    const mask = addressWord(match.mask, index, names.length);
    const word = addressWord(match.addr, index, names.length);
    return mask === 0n && names.length > 1 ? [] : [{ kind: 'field', field, mask, lo: word, hi: word, want: !match.invert }];
  });
  return match.invert && wishes.length > 0 ? [random.pick(wishes)] : wishes;
}

function stepWishes(step: Step, random: Random): Wish[] {
  if (step.kind === 'call') return [];
  return predicateWishes(step.predicate, step.kind === 'require', random);
}

function predicateWishes(predicate: Predicate, want: boolean, random: Random): Wish[] {
  switch (predicate.kind) {
    case 'const':
      return [];
    case 'test': {
      const { field, lo, hi, mask = fieldMask(field) } = predicate;
      return [{ kind: 'field', field, mask, lo, hi, want }];
    }
    case 'tcp-option':
      return [{ kind: 'tcp-option', option: predicate.option, want }];
    case 'not':
      return predicateWishes(predicate.of, !want, random);
    case 'all':
    case 'any': {
      const everyOne = (predicate.kind === 'all') === want;
      const chosen = everyOne || predicate.of.length === 0 ? predicate.of : [random.pick(predicate.of)];
      return chosen.flatMap((part) => predicateWishes(part, want, random));
    }
  }
}
