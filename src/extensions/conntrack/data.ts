/** Options of `-m conntrack` and what they say. */
import { ParameterProblem } from '../../errors/errors.js';
import { CT_STATUS } from '../../ir/field.js';
import { protocolNumber } from '../../net/protocols.js';
import type { OptionUse, ResolveContext } from '../extension.js';
import { badValue, readOptions, type GuidedOption } from '../guided/guided-options.js';
import { readNumber, wholeNumber } from '../guided/number.js';
import { readPortRange, type PortRange } from '../guided/ports.js';
import { CONNTRACK_STATES, parseStates } from '../guided/state-list.js';
import { readMaskedAddress, type MaskedAddress } from './address.js';

export const ADDRESS_OPTIONS = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'] as const;
export const PORT_OPTIONS = ['ctorigsrcport', 'ctorigdstport', 'ctreplsrcport', 'ctrepldstport'] as const;

const STATES = [...CONNTRACK_STATES, 'SNAT', 'DNAT'] as const;
const STATUSES = ['NONE', ...(Object.keys(CT_STATUS) as (keyof typeof CT_STATUS)[])] as const;
const DIRECTIONS = ['ORIGINAL', 'REPLY'] as const;
const LONGEST = 0xffffffff;

export const OPTIONS: readonly GuidedOption[] = [
  ...['ctstate', 'ctproto', ...ADDRESS_OPTIONS, ...PORT_OPTIONS, 'ctstatus', 'ctexpire'].map((name) => ({ name, arity: 1 as const, invertible: true })),
  { name: 'ctdir', arity: 1, invertible: false },
];

/** A list in printing order. */
interface NameList {
  readonly names: readonly string[];
  readonly invert: boolean;
}

export interface ConntrackData extends Readonly<Partial<Record<(typeof ADDRESS_OPTIONS)[number], MaskedAddress>>>, Readonly<Partial<Record<(typeof PORT_OPTIONS)[number], PortRange>>> {
  /** SNAT and DNAT never hold: no translation happens where we look (docs/semantics.md). */
  readonly ctstate?: NameList;
  readonly ctproto?: { readonly number: number; readonly invert: boolean };
  /** NONE is no bit: it stands only where it stands alone, and never holds. */
  readonly ctstatus?: NameList;
  /** Seconds, inclusive; min > max is legal and never holds. */
  readonly ctexpire?: { readonly min: number; readonly max: number; readonly invert: boolean };
  readonly ctdir?: (typeof DIRECTIONS)[number];
}

function readList<Name extends string>(use: OptionUse, names: readonly Name[]): readonly Name[] {
  return parseStates(use.values[0] ?? '', names, (rest) => new ParameterProblem(`Bad ${use.option} "${rest}"`, use.span));
}

function readStatus(use: OptionUse): NameList {
  const names = readList(use, STATUSES);
  return { names: names.length === 1 ? names : names.filter((name) => name !== 'NONE'), invert: use.inverted };
}

function readProtocol(use: OptionUse): ConntrackData['ctproto'] {
  const text = use.values[0] ?? '';
  const number = wholeNumber(text, 0, 255) ?? protocolNumber(text);
  if (number === undefined) throw new ParameterProblem(`unknown protocol "${text}" specified`, use.span);
  return { number, invert: use.inverted };
}

/** `SECONDS`, `MIN:MAX`, either of them left out; the empty word is 0. */
function readExpire(use: OptionUse): ConntrackData['ctexpire'] {
  const values: number[] = [];
  let rest = use.values[0] ?? '';
  for (;;) {
    if (values.length === 2) throw new ParameterProblem(`conntrack: Too many components for option "--${use.option}" (max: 2)\n`, use.span);
    if (rest === '' || rest.startsWith(':')) {
      values.push(values.length === 0 ? 0 : LONGEST);
    } else {
      const read = readNumber(rest);
      if (!read || read.value > BigInt(LONGEST)) {
        throw new ParameterProblem(`conntrack: bad value for option "--${use.option}" near "${rest}", or out of range (0-${LONGEST}).\n`, use.span);
      }
      values.push(Number(read.value));
      rest = read.rest;
    }
    if (rest === '') break;
    if (!rest.startsWith(':')) throw new ParameterProblem(`conntrack: Argument to "--${use.option}" has unexpected characters near "${rest}".\n`, use.span);
    rest = rest.slice(1);
  }
  const [min, max = min] = values as [number, number?];
  return { min, max, invert: use.inverted };
}

function readDirection(use: OptionUse): (typeof DIRECTIONS)[number] {
  const direction = DIRECTIONS.find((each) => each === (use.values[0] ?? '').toUpperCase());
  if (!direction) throw badValue('conntrack', use);
  return direction;
}

/** @throws ParameterProblem in iptables' words. */
export function resolveConntrack(uses: readonly OptionUse[], context: ResolveContext): ConntrackData {
  const found = new Map<string, unknown>();
  const keep = (read: (use: OptionUse) => unknown) => (use: OptionUse): void => void found.set(use.option, read(use));
  readOptions('conntrack', OPTIONS, uses, {
    ctstate: keep((use) => ({ names: readList(use, STATES), invert: use.inverted })),
    ctproto: keep(readProtocol),
    ...Object.fromEntries(ADDRESS_OPTIONS.map((name) => [name, keep((use) => readMaskedAddress(use, context))])),
    ...Object.fromEntries(PORT_OPTIONS.map((name) => [name, keep((use) => readPortRange('conntrack', use))])),
    ctstatus: keep(readStatus),
    ctexpire: keep(readExpire),
    ctdir: keep(readDirection),
  });
  if (found.size === 0) throw new ParameterProblem('conntrack: At least one option is required');
  // In one order, whatever the line's: rules are compared.
  return Object.fromEntries(OPTIONS.flatMap(({ name }) => (found.has(name) ? [[name, found.get(name)]] : [])));
}
