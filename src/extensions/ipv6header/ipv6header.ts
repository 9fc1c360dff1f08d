/** `-m ipv6header`: which extension headers a packet has (kernel: ip6t_ipv6header.c ipv6header_mt6). */
import { ParameterProblem } from '../../errors/errors.js';
import { databaseProtocol } from '../../net/protocols.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { HEADERS, headerFlags } from './headers.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'header', arity: 1, invertible: true, mandatory: true },
  { name: 'soft', arity: 0, invertible: false },
];

export interface HeadersData {
  /** `flag`s of HEADERS. */
  readonly flags: number;
  readonly invert: boolean;
  /** The packet has all of them (inverted: none); else it has these and no others (inverted: not just these). */
  readonly soft: boolean;
}

/** By a name of the match itself, else by a number or a protocol's name. */
function readFlag(word: string, use: OptionUse): number {
  const named = HEADERS.find(({ name, short }) => name === word || short === word);
  if (named) return named.flag;
  const number = databaseProtocol(word);
  const numbered = HEADERS.find((header) => String(header.number) === (number === undefined ? word : String(number)));
  if (!numbered) throw new ParameterProblem(`unknown header \`${number ?? word}' specified`, use.span);
  return numbered.flag;
}

function readFlags(use: OptionUse): number {
  const words = (use.values[0] ?? '').split(',').filter((word) => word !== '');
  if (words.length === 0) throw new ParameterProblem('ip6t_ipv6header: cannot parse header names', use.span);
  return words.reduce((flags, word) => flags | readFlag(word, use), 0);
}

function resolve(uses: readonly OptionUse[]): HeadersData {
  let data: HeadersData = { flags: 0, invert: false, soft: false };
  readOptions('ipv6header', OPTIONS, uses, {
    header: (use) => (data = { ...data, flags: readFlags(use), invert: use.inverted }),
    soft: () => (data = { ...data, soft: true }),
  });
  return data;
}

function names(flags: number): string {
  return HEADERS.filter(({ flag }) => (flags & flag) !== 0)
    .map(({ name }) => name)
    .join(',');
}

export const ipv6header: MatchExtension<HeadersData> = {
  kind: 'match',
  name: 'ipv6header',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: ({ flags, invert, soft }) => `${invert ? ' !' : ''} --header ${names(flags)}${soft ? ' --soft' : ''}`,
  list: ({ flags, invert, soft }, numeric) => {
    const text = numeric ? `0x${flags.toString(16).toUpperCase().padStart(2, '0')}` : names(flags);
    return ` ipv6header flags:${invert ? '!' : ''}${text}${soft ? ' soft' : ''}`;
  },
  lower: ({ flags, invert, soft }) => [{ kind: 'call', stub: 'ipv6_headers', config: [flags, Number(invert), Number(soft)].map(BigInt), invert: false }],
  evaluate: ({ flags, invert, soft }, packet) => {
    const found = headerFlags(packet.l3);
    if (found === undefined) return false;
    if (!soft) return (found === flags) !== invert;
    return (found & flags) === (invert ? 0 : flags);
  },
  help: () => `ipv6header match options:
[!] --header headers     Type of header to match, by name
                         names: hop,dst,route,frag,auth,esp,none,prot
                    long names: hop-by-hop,ipv6-opts,ipv6-route,
                                ipv6-frag,ah,esp,ipv6-nonxt,protocol
                       numbers: 0,60,43,44,51,50,59
--soft                    The header CONTAINS the specified extensions
`,
};
