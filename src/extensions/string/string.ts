/** `-m string`: bytes anywhere in the packet (kernel: xt_string.c, skb_find_text(), lib/ts_kmp.c and ts_bm.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';
import { INVALID_ARGUMENT, NO_SUCH_NAME } from '../guided/refusal.js';
import { hexPattern, patternText, plainPattern } from './pattern.js';

const END = 65535;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'from', arity: 1, invertible: false },
  { name: 'to', arity: 1, invertible: false },
  { name: 'algo', arity: 1, invertible: false },
  { name: 'string', arity: 1, invertible: true, excludes: ['hex-string'] },
  { name: 'hex-string', arity: 1, invertible: true, excludes: ['string'] },
  { name: 'icase', arity: 0, invertible: false },
];

export interface StringData {
  /** A character for each byte. */
  readonly pattern: string;
  readonly algorithm: string;
  /** All of the pattern lies within these bytes, counted from the IP header on; `to` is behind the last. */
  readonly from: number;
  readonly to: number;
  readonly ignoreCase: boolean;
  readonly invert: boolean;
}

function offset(use: OptionUse): number {
  const value = wholeNumber(use.values[0] ?? '', 0, END);
  if (value === undefined) throw new ParameterProblem(`string: bad value for option "--${use.option}", or out of range (0-${END}).\n`, use.span);
  return value;
}

function resolve(uses: readonly OptionUse[]): StringData {
  let pattern: string | undefined;
  let algorithm: string | undefined;
  let [from, to, ignoreCase, invert] = [0, END, false, false];
  const take = (bytes: string, use: OptionUse): void => {
    pattern = bytes;
    invert = use.inverted;
  };
  readOptions('string', OPTIONS, uses, {
    from: (use) => (from = offset(use)),
    to: (use) => (to = offset(use)),
    algo: (use) => (algorithm = use.values[0] ?? ''),
    string: (use) => take(plainPattern(use.values[0] ?? '', use.span), use),
    'hex-string': (use) => take(hexPattern(use.values[0] ?? '', use.span), use),
    icase: () => (ignoreCase = true),
  });
  if (pattern === undefined) throw new ParameterProblem("STRING match: You must specify `--string' or `--hex-string'");
  if (algorithm === undefined) throw new ParameterProblem('string: option "--algo" must be specified\n');
  return { pattern, algorithm, from, to, ignoreCase, invert };
}

function save({ pattern, algorithm, from, to, ignoreCase, invert }: StringData): string {
  const { option, text } = patternText(pattern);
  return (
    `${invert ? ' !' : ''} --${option} ${text} --algo ${algorithm}` +
    (from === 0 ? '' : ` --from ${from}`) +
    (to === END ? '' : ` --to ${to}`) +
    (ignoreCase ? ' --icase' : '')
  );
}

function list({ pattern, algorithm, from, to, ignoreCase, invert }: StringData): string {
  return (
    ` STRING match ${invert ? '!' : ''} ${patternText(pattern).text} ALGO name ${algorithm}` +
    (from === 0 ? '' : ` FROM ${from}`) +
    (to === END ? '' : ` TO ${to}`) +
    (ignoreCase ? ' ICASE' : '')
  );
}

/** string_mt_check(), and textsearch_prepare(). Of algorithms there are two, and `fsm`, for which no string of characters is a pattern. */
function check({ pattern, algorithm, from, to }: StringData): string | undefined {
  if (from > to || pattern === '') return INVALID_ARGUMENT;
  if (algorithm === 'bm' || algorithm === 'kmp') return undefined;
  return algorithm === 'fsm' ? INVALID_ARGUMENT : NO_SUCH_NAME;
}

/** The kernel's toupper(), which knows the letters of Latin-1: its table has ß and ÿ among the small ones. */
function upper(byte: number): number {
  const isSmall = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0xdf && byte !== 0xf7);
  return isSmall ? byte - 0x20 : byte;
}

/** What one word of bpf/string.c tells of the pattern. */
const WORD = 64;

/** For each byte the positions in the pattern where it may stand: a bit each, of one word or two. */
function masks({ pattern, ignoreCase }: StringData): bigint[] {
  const same = (a: number, b: number): boolean => (ignoreCase ? upper(a) === upper(b) : a === b);
  const out: bigint[] = [];
  for (let start = 0; start < pattern.length; start += WORD) {
    const part = [...pattern.slice(start, start + WORD)].map((character) => character.charCodeAt(0));
    for (let byte = 0; byte < 256; byte += 1) out.push(part.reduce((sum, wanted, bit) => (same(wanted, byte) ? sum | (1n << BigInt(bit)) : sum), 0n));
  }
  return out;
}

function lower(data: StringData): readonly Step[] {
  const { pattern, from, to, invert } = data;
  const config = [from, to, pattern.length, Number(invert)].map(BigInt);
  return [{ kind: 'call', stub: pattern.length > WORD ? 'string_long' : 'string', config: [...config, ...masks(data)], invert: false }];
}

function evaluate({ pattern, from, to, ignoreCase, invert }: StringData, { l3 }: PacketView): boolean {
  const bytes = (text: Uint8Array): Buffer => Buffer.from(ignoreCase ? text.map(upper) : text);
  const window = bytes(l3.subarray(from, to));
  return window.includes(bytes(Buffer.from(pattern, 'latin1'))) !== invert;
}

export const string: MatchExtension<StringData> = {
  kind: 'match',
  name: 'string',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save,
  list,
  lower,
  evaluate,
  check,
  help: () => `string match options:
--from                       Offset to start searching from
--to                         Offset to stop searching
--algo                       Algorithm
--icase                      Ignore case (default: 0)
[!] --string string          Match a string in a packet
[!] --hex-string string      Match a hex string in a packet
`,
};
