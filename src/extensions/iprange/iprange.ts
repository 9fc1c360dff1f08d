/** `-m iprange`: addresses between two, inclusive (kernel: xt_iprange.c revision 1). One for each family: they read and write other addresses. */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, invertIf, range, type Step } from '../../ir/predicate.js';
import { formatAddress } from '../../net/address.js';
import { parseIpv6 } from '../../net/ipv6-address.js';
import type { Family } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse, ResolveContext } from '../extension.js';
import { badValue, readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';
import { wideRange } from '../guided/wide.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'src-range', arity: 1, invertible: true },
  { name: 'dst-range', arity: 1, invertible: true },
];

/** Addresses, host order, inclusive; a reversed range is legal and never matches. */
interface AddressRange {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly invert: boolean;
}

export interface IprangeData {
  readonly src: AddressRange | null;
  readonly dst: AddressRange | null;
}

/** An address without names; of IPv4 up to four dotted parts in any base, missing ones at the end are 0. */
function parseAddress(text: string, use: OptionUse, family: Family): bigint {
  if (family === 'ipv6') {
    const address = parseIpv6(text);
    if (address === undefined) throw badValue('iprange', use, text);
    return address;
  }
  const parts = text.split('.').map((part) => wholeNumber(part, 0, 255));
  if (parts.length > 4 || parts.includes(undefined)) throw badValue('iprange', use, text);
  return [0, 1, 2, 3].reduce((value, at) => (value << 8n) | BigInt(parts[at] ?? 0), 0n);
}

function parseRange(use: OptionUse, context: ResolveContext): AddressRange {
  const text = use.values[0] ?? '';
  const dash = text.indexOf('-');
  const lo = parseAddress(dash < 0 ? text : text.slice(0, dash), use, context.family);
  const hi = dash < 0 ? lo : parseAddress(text.slice(dash + 1), use, context.family);
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

function text({ lo, hi }: AddressRange, family: Family): string {
  return `${formatAddress(lo, family)}-${formatAddress(hi, family)}`;
}

function rangeSteps(field: 'src' | 'dst', asked: AddressRange | null, family: Family): readonly Step[] {
  if (!asked) return [];
  const within = asked.lo > asked.hi ? FALSE : family === 'ipv4' ? range(field, asked.lo, asked.hi) : wideRange(field, asked.lo, asked.hi);
  return [{ kind: 'require', predicate: invertIf(asked.invert, within) }];
}

function holds(asked: AddressRange | null, address: bigint): boolean {
  return !asked || (address >= asked.lo && address <= asked.hi) !== asked.invert;
}

function iprangeOf(family: Family): MatchExtension<IprangeData> {
  return {
    kind: 'match',
    name: 'iprange',
    families: [family],
    effect: 'pure',
    options: OPTIONS,
    resolve,
    save: ({ src, dst }) => {
      const print = (option: string, asked: AddressRange | null): string =>
        asked ? `${asked.invert ? ' !' : ''} --${option} ${text(asked, family)}` : '';
      return print('src-range', src) + print('dst-range', dst);
    },
    list: ({ src, dst }) => {
      const print = (word: string, asked: AddressRange | null): string =>
        asked ? ` ${word} IP range${asked.invert ? ' !' : ''} ${text(asked, family)}` : '';
      return print('source', src) + print('destination', dst);
    },
    lower: ({ src, dst }) => [...rangeSteps('src', src, family), ...rangeSteps('dst', dst, family)],
    evaluate: ({ src, dst }, packet) => holds(src, packet.src) && holds(dst, packet.dst),
    help: () => `iprange match options:
[!] --src-range ip[-ip]    Match source IP in the specified range
[!] --dst-range ip[-ip]    Match destination IP in the specified range
`,
  };
}

export const iprange = iprangeOf('ipv4');
export const iprange6 = iprangeOf('ipv6');
