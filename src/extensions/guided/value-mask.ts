/** `VALUE[/MASK]` where the value may be a name of iproute2's files (xtables_parse_val_mask of libxtables). */
import { FALSE, masked, type Predicate } from '../../ir/predicate.js';
import type { FieldName } from '../../ir/field.js';
import { labelId, labelName, type LabelFile } from '../../net/label-file.js';
import type { OptionUse } from '../extension.js';
import { readNumber } from './number.js';
import { ParameterProblem } from '../../errors/errors.js';

const ALL_BITS = 0xffff_ffff;

/** 32 bits each, kept as written: bits outside the mask make a match impossible. */
export interface ValueMask {
  readonly value: number;
  readonly mask: number;
}

function number32(text: string): { readonly value: number; readonly rest: string } | undefined {
  const read = readNumber(text);
  return read && read.value <= BigInt(ALL_BITS) ? { value: Number(read.value), rest: read.rest } : undefined;
}

/** @throws ParameterProblem for a name that `file` does not have, or a mask that is no number */
export function readValueMask(extension: string, use: OptionUse, file: LabelFile): ValueMask {
  const text = use.values[0] ?? '';
  const value = number32(text);
  if (value === undefined || (value.rest !== '' && !value.rest.startsWith('/'))) {
    const id = labelId(file, text);
    if (id === undefined) throw new ParameterProblem(`${extension}: could not map name ${text} to an integer value for option "--${use.option}".\n`, use.span);
    return { value: id, mask: ALL_BITS };
  }
  if (value.rest === '') return { value: value.value, mask: ALL_BITS };
  const mask = number32(value.rest.slice(1));
  if (mask === undefined) throw new ParameterProblem(`${extension}: bad integer value for option "--${use.option}", or out of range.\n`, use.span);
  if (mask.rest !== '') throw new ParameterProblem(`${extension}: trailing garbage after value for option "--${use.option}".\n`, use.span);
  return { value: value.value, mask: mask.value };
}

const hex = (number: number): string => `0x${number.toString(16)}`;

/** As iptables prints it: a name where there is one and no mask. */
export function printValueMask({ value, mask }: ValueMask, file: LabelFile, numeric: boolean): string {
  if (mask !== ALL_BITS) return `${hex(value)}/${hex(mask)}`;
  return (numeric ? undefined : labelName(file, value)) ?? hex(value);
}

/** (field & mask) === value: never where the value has other bits. */
export function maskedField(field: FieldName, { value, mask }: ValueMask): Predicate {
  return underMask(value, mask) === value ? masked(field, mask, value) : FALSE;
}

/** The bits of `value` that `mask` has, as a number that is not negative. */
export const underMask = (value: number, mask: number): number => (value & mask) >>> 0;
