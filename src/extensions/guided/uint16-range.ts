/** `N`, `MIN:MAX` and halves of it, of 16 bits: XTTYPE_UINT16RC of iptables' option parser. */
import { ParameterProblem } from '../../errors/errors.js';
import type { OptionUse } from '../extension.js';
import { readNumber } from './number.js';

const LARGEST = 65535;

/** Inclusive; the parser takes min > max. */
export interface Uint16Range {
  readonly min: number;
  readonly max: number;
}

/** `MIN`, `MIN:MAX`, `MIN:`, `:MAX`; the empty word is 0. @throws ParameterProblem in the name of `extension` */
export function readUint16Range(extension: string, use: OptionUse): Uint16Range {
  const values: number[] = [];
  let rest = use.values[0] ?? '';
  for (;;) {
    if (values.length === 2) {
      throw new ParameterProblem(`${extension}: Too many components for option "--${use.option}" (max: 2)\n`, use.span);
    }
    if (rest === '' || rest.startsWith(':')) {
      values.push(values.length === 0 ? 0 : LARGEST);
    } else {
      const read = readNumber(rest);
      if (!read || read.value > BigInt(LARGEST)) {
        throw new ParameterProblem(
          `${extension}: bad value for option "--${use.option}" near "${rest}", or out of range (0-${LARGEST}).\n`,
          use.span,
        );
      }
      values.push(Number(read.value));
      rest = read.rest;
    }
    if (rest === '') break;
    if (!rest.startsWith(':')) {
      throw new ParameterProblem(`${extension}: Argument to "--${use.option}" has unexpected characters near "${rest}".\n`, use.span);
    }
    rest = rest.slice(1);
  }
  const [min, max = min] = values as [number, number?];
  return { min, max };
}

/** `5`, `5:9`. */
export function printUint16Range({ min, max }: Uint16Range): string {
  return min === max ? String(min) : `${min}:${max}`;
}
