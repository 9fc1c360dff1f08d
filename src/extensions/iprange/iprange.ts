/** `-m iprange`: addresses between two, inclusive (kernel: xt_iprange.c revision 1). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, invertIf, range, type Step } from '../../ir/predicate.js';
import { formatIpv4Address } from '../../net/ipv4-address.js';
import type { MatchExtension, OptionUse, ResolveContext } from '../extension.js';
import { badValue, readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'src-range', arity: 1, invertible: true },
  { name: 'dst-range', arity: 1, invertible: true },
];

/** 32-bit addresses, host order, inclusive; a reversed range is legal and never matches. */
interface AddressRange {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly invert: boolean;
}

export interface IprangeData {
  readonly src: AddressRange | null;
  readonly dst: AddressRange | null;
}

/** An address without names: up to four dotted parts in any base, missing ones at the end are 0. */
function parseAddress(text: string, use: OptionUse): bigint {
  const parts = text.split('.').map((part) => wholeNumber(part, 0, 255));
  if (parts.length > 4 || parts.includes(undefined)) throw badValue('iprange', use, text);
  return [0, 1, 2, 3].reduce((value, at) => (value << 8n) | BigInt(parts[at] ?? 0), 0n);
}

function parseRange(use: OptionUse, context: ResolveContext): AddressRange {
  const text = use.values[0] ?? '';
  const dash = text.indexOf('-');
  const lo = parseAddress(dash < 0 ? text : text.slice(0, dash), use);
  const hi = dash < 0 ? lo : parseAddress(text.slice(dash + 1), use);
  if (lo > hi) context.warn?.(`xt_iprange: range ${text} is reversed and will never match`);
  return { lo, hi, invert: use.inverted };
}

function resolve(uses: readonly OptionUse[], context: ResolveContext): IprangeData {
  let src: AddressRange | null = null;
  let dst: AddressRange | null = null;
  readOptions('iprange', OPTIONS, uses, {
    'src-range': (use) => (src = parseRange(use, context)),
    'dst-range': (use) => (dst = parseRange(use, context)),
  });
  if (!src && !dst) throw new ParameterProblem("iprange match: You must specify `--src-range' or `--dst-range'");
  return { src, dst };
}

function text({ lo, hi }: AddressRange): string {
  return `${formatIpv4Address(lo)}-${formatIpv4Address(hi)}`;
}

function rangeSteps(field: 'src' | 'dst', asked: AddressRange | null): readonly Step[] {
  if (!asked) return [];
  const within = asked.lo > asked.hi ? FALSE : range(field, asked.lo, asked.hi);
  return [{ kind: 'require', predicate: invertIf(asked.invert, within) }];
}

function holds(asked: AddressRange | null, address: bigint): boolean {
  return !asked || (address >= asked.lo && address <= asked.hi) !== asked.invert;
}

export const iprange: MatchExtension<IprangeData> = {
  kind: 'match',
  name: 'iprange',
  families: ['ipv4'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save: ({ src, dst }) => {
    const print = (option: string, asked: AddressRange | null): string =>
      asked ? `${asked.invert ? ' !' : ''} --${option} ${text(asked)}` : '';
    return print('src-range', src) + print('dst-range', dst);
  },
  list: ({ src, dst }) => {
    const print = (word: string, asked: AddressRange | null): string =>
      asked ? ` ${word} IP range${asked.invert ? ' !' : ''} ${text(asked)}` : '';
    return print('source', src) + print('destination', dst);
  },
  lower: ({ src, dst }) => [...rangeSteps('src', src), ...rangeSteps('dst', dst)],
  evaluate: ({ src, dst }, packet) => holds(src, packet.src) && holds(dst, packet.dst),
  help: () => `iprange match options:
[!] --src-range ip[-ip]    Match source IP in the specified range
[!] --dst-range ip[-ip]    Match destination IP in the specified range
`,
};
