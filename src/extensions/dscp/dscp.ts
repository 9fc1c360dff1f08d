/** `-m dscp`: the upper six bits of TOS or traffic class (kernel: xt_dscp.c dscp_mt). */
import { ParameterProblem } from '../../errors/errors.js';
import { invertIf, masked } from '../../ir/predicate.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { wholeNumber } from '../guided/number.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'dscp', arity: 1, invertible: true, excludes: ['dscp-class'] },
  { name: 'dscp-class', arity: 1, invertible: true, excludes: ['dscp'] },
];

export interface DscpData {
  readonly dscp: number;
  readonly invert: boolean;
}

/** Per-hop behaviours by name: RFC 2474 (CS), 2597 (AF), 3246 (EF); BE is the default. */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 8 }, (_, i) => [`CS${i}`, i << 3] as const),
  ['BE', 0] as const,
  ...[1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`AF${group}${drop}`, (group << 3) | (drop << 1)] as const)),
  ['EF', 0x2e] as const,
]);

function parseDscp(use: OptionUse): DscpData {
  const dscp = wholeNumber(use.values[0] ?? '', 0, 63);
  if (dscp === undefined) throw new ParameterProblem('dscp: bad value for option "--dscp", or out of range (0-63).\n', use.span);
  return { dscp, invert: use.inverted };
}

function parseClass(use: OptionUse): DscpData {
  const text = use.values[0] ?? '';
  const dscp = CLASSES.get(text.toUpperCase());
  if (dscp === undefined) throw new ParameterProblem(`Invalid DSCP value \`${text}'`, use.span);
  return { dscp, invert: use.inverted };
}

function resolve(uses: readonly OptionUse[]): DscpData {
  let data: DscpData | undefined;
  readOptions('dscp', OPTIONS, uses, {
    dscp: (use) => (data = parseDscp(use)),
    'dscp-class': (use) => (data = parseClass(use)),
  });
  if (!data) throw new ParameterProblem('DSCP match: Parameter --dscp is required');
  return data;
}

function print({ dscp }: DscpData): string {
  return `0x${dscp.toString(16).padStart(2, '0')}`;
}

export const dscp: MatchExtension<DscpData> = {
  kind: 'match',
  name: 'dscp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save: (data) => `${data.invert ? ' !' : ''} --dscp ${print(data)}`,
  list: (data) => ` DSCP match ${data.invert ? '!' : ''}${print(data)}`,
  lower: (data) => [{ kind: 'require', predicate: invertIf(data.invert, masked('tos', 0xfc, data.dscp << 2)) }],
  evaluate: (data, packet) => (packet.tos >> 2 === data.dscp) !== data.invert,
  help: () => `dscp match options
[!] --dscp value		Match DSCP codepoint with numerical value
  		                This value can be in decimal (ex: 32)
               		or in hex (ex: 0x20)
[!] --dscp-class name		Match the DiffServ class. This value may
				be any of the BE,EF, AFxx or CSx classes

				These two options are mutually exclusive !
`,
};
