/** `-m dccp`: ports, packet type and options (kernel: xt_dccp.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { be16 } from '../guided/l4.js';
import { wholeNumber } from '../guided/number.js';
import { ANY_PORT, listPorts, portMatches, portWord, readPortRange, type PortRange } from '../guided/ports.js';
import { requireProtocol } from '../guided/refusal.js';
import { readTypes, typesText } from './types.js';

const DCCP = 33;
/** struct dccp_hdr. */
const DCCP_HEADER = 12;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'source-port', aliases: ['sport'], arity: 1, invertible: true },
  { name: 'destination-port', aliases: ['dport'], arity: 1, invertible: true },
  { name: 'dccp-types', arity: 1, invertible: true },
  { name: 'dccp-option', arity: 1, invertible: true },
];

interface Asked {
  readonly value: number;
  readonly invert: boolean;
}

/** Undefined = not asked. */
export interface DccpData {
  readonly sport: PortRange | undefined;
  readonly dport: PortRange | undefined;
  /** Bit set by type. */
  readonly types: Asked | undefined;
  /** Kind, 1 to 255. */
  readonly option: Asked | undefined;
}

function parseOption(use: OptionUse): Asked {
  const value = wholeNumber(use.values[0] ?? '', 1, 255);
  if (value === undefined) throw new ParameterProblem('dccp: bad value for option "--dccp-option", or out of range (1-255).\n', use.span);
  return { value, invert: use.inverted };
}

function resolve(uses: readonly OptionUse[]): DccpData {
  let data: DccpData = { sport: undefined, dport: undefined, types: undefined, option: undefined };
  readOptions('dccp', OPTIONS, uses, {
    'source-port': (use) => (data = { ...data, sport: readPortRange('dccp', use) }),
    'destination-port': (use) => (data = { ...data, dport: readPortRange('dccp', use) }),
    'dccp-types': (use) => (data = { ...data, types: { value: readTypes(use), invert: use.inverted } }),
    'dccp-option': (use) => (data = { ...data, option: parseOption(use) }),
  });
  return data;
}

function save({ sport, dport, types, option }: DccpData): string {
  const bang = (invert: boolean): string => (invert ? ' !' : '');
  const ports = (name: string, range: PortRange | undefined): string =>
    range ? `${bang(range.invert)} --${name} ${range.lo === range.hi ? range.lo : `${range.lo}:${range.hi}`}` : '';
  return (
    ports('sport', sport) +
    ports('dport', dport) +
    (types ? `${bang(types.invert)} --dccp-types ${typesText(types.value, false)}` : '') +
    (option ? `${bang(option.invert)} --dccp-option ${option.value}` : '')
  );
}

function list({ sport = ANY_PORT, dport = ANY_PORT, types, option }: DccpData, numeric: boolean): string {
  return (
    ` dccp${listPorts('spt', sport, numeric, 'dccp')}${listPorts('dpt', dport, numeric, 'dccp')}` +
    (types ? ` ${types.invert ? '! ' : ''}${typesText(types.value, numeric)}` : '') +
    (option ? ` option=${option.invert ? '!' : ''}${option.value}` : '')
  );
}

/** struct dccp_slot of bpf/dccp.c. */
function config({ sport = ANY_PORT, dport = ANY_PORT, types, option }: DccpData): bigint[] {
  const typeWord = types ? BigInt(types.value | (1 << 16) | (Number(types.invert) << 17)) : 0n;
  const optionWord = option ? BigInt(option.value | (Number(option.invert) << 8)) : 0n;
  return [portWord(sport), portWord(dport), typeWord, optionWord];
}

/** Bytes before the options: 48-bit sequence numbers add 4, and each type has its own fields. */
function fixedLength(type: number, extended: boolean): number {
  const own = type === 0 ? 4 : type === 2 ? 0 : [3, 4, 5, 6, 8, 9].includes(type) ? 8 : 12;
  return DCCP_HEADER + (extended ? 4 : 0) + own;
}

/** Whether there is an option of this kind; a header shorter than its fixed part, or longer than the packet, drops it. */
function hasOption(l4: Uint8Array, kind: number): boolean | 'hotdrop' {
  const fixed = fixedLength((l4[8]! >> 1) & 15, (l4[8]! & 1) !== 0);
  const end = l4[4]! * 4;
  if (end < fixed) return 'hotdrop';
  if (end === fixed) return false;
  if (end > l4.length) return 'hotdrop';
  for (let at = fixed; at < end; ) {
    const found = l4[at]!;
    if (found === kind) return true;
    at += found < 2 || at === end - 1 ? 1 : l4[at + 1] || 1;
  }
  return false;
}

function evaluate({ sport = ANY_PORT, dport = ANY_PORT, types, option }: DccpData, { fragmentOffset, l4 }: PacketView): boolean | 'hotdrop' {
  if (fragmentOffset !== 0) return false;
  if (l4.length < DCCP_HEADER) return 'hotdrop';
  if (!portMatches(be16(l4, 0), sport) || !portMatches(be16(l4, 2), dport)) return false;
  const type = (l4[8]! >> 1) & 15;
  if (types && ((types.value & (1 << type)) !== 0) === types.invert) return false;
  if (!option) return true;
  const has = hasOption(l4, option.value);
  return has === 'hotdrop' ? has : has !== option.invert;
}

export const dccp: MatchExtension<DccpData> = {
  kind: 'match',
  name: 'dccp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [DCCP],
  options: OPTIONS,
  resolve,
  save,
  list,
  lower: (data) => [{ kind: 'call', stub: 'dccp', config: config(data), invert: false }],
  evaluate,
  check: (_data, head) => requireProtocol(head, [DCCP]),
  help: () => `dccp match options
[!] --source-port port[:port]                          match source port(s)
 --sport ...
[!] --destination-port port[:port]                     match destination port(s)
 --dport ...
[!] --dccp-types type[,...]                            match when packet is one of the given types
[!] --dccp-option option                               match if option (by number!) is set
`,
};
