/** The options of `-m srh`. Comparisons of one field share the number of the last of them, as they share its place in the kernel's struct ip6t_srh1. */
import type { OptionUse, ResolveContext } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { UINT16_MAX, UINT8_MAX, readUint } from '../guided/uint.js';
import { readSid, type MaskedSid } from './sid.js';

/** Fields with a comparison, as options name them. */
export const COMPARED = ['hdr-len', 'segs-left', 'last-entry'] as const;
export const COMPARISONS = ['eq', 'gt', 'lt'] as const;
/** Segments: the one before the packet's way now, the next one, the last. */
export const SIDS = ['psid', 'nsid', 'lsid'] as const;

export type ComparedField = (typeof COMPARED)[number];
export type Comparison = (typeof COMPARISONS)[number];
export type SidName = (typeof SIDS)[number];

export interface Equality {
  readonly value: number;
  readonly invert: boolean;
}

export interface FieldComparisons {
  readonly value: number;
  /** The comparisons asked for, each whether it is inverted. */
  readonly inverted: Readonly<Partial<Record<Comparison, boolean>>>;
}

export interface SegmentRoutingData {
  readonly nextHeader?: Equality;
  readonly fields: Readonly<Partial<Record<ComparedField, FieldComparisons>>>;
  readonly tag?: Equality;
  readonly sids: Readonly<Partial<Record<SidName, MaskedSid>>>;
}

function option(name: string): GuidedOption {
  return { name: `srh-${name}`, arity: 1, invertible: true };
}

export const OPTIONS: readonly GuidedOption[] = [
  option('next-hdr'),
  ...COMPARED.flatMap((field) => COMPARISONS.map((comparison) => option(`${field}-${comparison}`))),
  option('tag'),
  ...SIDS.map(option),
];

type Reader = (use: OptionUse) => void;

export function resolve(uses: readonly OptionUse[], context: ResolveContext): SegmentRoutingData {
  let data: SegmentRoutingData = { fields: {}, sids: {} };
  const equality = (use: OptionUse, most: number): Equality => ({ value: readUint('srh', use, most), invert: use.inverted });
  const compare =
    (field: ComparedField, comparison: Comparison): Reader =>
    (use) => {
      const value = readUint('srh', use, UINT8_MAX);
      const inverted = { ...data.fields[field]?.inverted, [comparison]: use.inverted };
      data = { ...data, fields: { ...data.fields, [field]: { value, inverted } } };
    };
  const comparisons = COMPARED.flatMap((field) => COMPARISONS.map((comparison) => [`srh-${field}-${comparison}`, compare(field, comparison)] as const));
  const sids = SIDS.map((name): readonly [string, Reader] => [`srh-${name}`, (use) => (data = { ...data, sids: { ...data.sids, [name]: readSid(use, context) } })]);
  readOptions('srh', OPTIONS, uses, {
    'srh-next-hdr': (use) => (data = { ...data, nextHeader: equality(use, UINT8_MAX) }),
    'srh-tag': (use) => (data = { ...data, tag: equality(use, UINT16_MAX) }),
    ...Object.fromEntries([...comparisons, ...sids]),
  });
  return data;
}
