/** `-m ecn`: the congestion bits of IP and of TCP (kernel: xt_ecn.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { invertIf, masked, type Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { takenForL4 } from '../guided/l4.js';
import { wholeNumber } from '../guided/number.js';
import { requireProtocol } from '../guided/refusal.js';

const TCP = 6;
const TCP_HEADER = 20;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'ecn-tcp-cwr', arity: 0, invertible: true },
  { name: 'ecn-tcp-ece', arity: 0, invertible: true },
  { name: 'ecn-ip-ect', arity: 1, invertible: true },
];

/** A bit that is to be set or clear; undefined = not asked. */
type Bit = 'set' | 'clear' | undefined;

export interface EcnData {
  readonly ece: Bit;
  readonly cwr: Bit;
  /** The codepoint in the lower two bits of TOS or traffic class. */
  readonly ect: { readonly codepoint: number; readonly invert: boolean } | undefined;
}

function parseEct(use: OptionUse): EcnData['ect'] {
  const codepoint = wholeNumber(use.values[0] ?? '', 0, 3);
  if (codepoint === undefined) throw new ParameterProblem('ecn: bad value for option "--ecn-ip-ect", or out of range (0-3).\n', use.span);
  return { codepoint, invert: use.inverted };
}

function resolve(uses: readonly OptionUse[]): EcnData {
  let [ece, cwr]: [Bit, Bit] = [undefined, undefined];
  let ect: EcnData['ect'];
  readOptions('ecn', OPTIONS, uses, {
    'ecn-tcp-cwr': (use) => (cwr = use.inverted ? 'clear' : 'set'),
    'ecn-tcp-ece': (use) => (ece = use.inverted ? 'clear' : 'set'),
    'ecn-ip-ect': (use) => (ect = parseEct(use)),
  });
  if (ece === undefined && cwr === undefined && ect === undefined) throw new ParameterProblem('ECN match: some option required');
  return { ece, cwr, ect };
}

const asksTcp = ({ ece, cwr }: EcnData): boolean => ece !== undefined || cwr !== undefined;

function save({ ece, cwr, ect }: EcnData): string {
  const bit = (option: string, asked: Bit): string => (asked === undefined ? '' : `${asked === 'clear' ? ' !' : ''} --${option}`);
  const codepoint = ect ? `${ect.invert ? ' !' : ''} --ecn-ip-ect ${ect.codepoint}` : '';
  return bit('ecn-tcp-ece', ece) + bit('ecn-tcp-cwr', cwr) + codepoint;
}

function list({ ece, cwr, ect }: EcnData): string {
  const bit = (name: string, asked: Bit): string => (asked === undefined ? '' : ` ${asked === 'clear' ? '!' : ''}${name}`);
  return ` ECN match${bit('ECE', ece)}${bit('CWR', cwr)}${ect ? ` ${ect.invert ? '!' : ''}ECT=${ect.codepoint}` : ''}`;
}

/** A bit as bpf/ecn.c reads it. */
const WORD = { none: 0n, set: 1n, clear: 2n } as const;

function lower(data: EcnData): readonly Step[] {
  const { ece, cwr, ect } = data;
  const steps: Step[] = [];
  if (ect) steps.push({ kind: 'require', predicate: invertIf(ect.invert, masked('tos', 3, ect.codepoint)) });
  if (asksTcp(data)) steps.push({ kind: 'call', stub: 'ecn', config: [WORD[ece ?? 'none'], WORD[cwr ?? 'none']], invert: false });
  return steps;
}

/** Of later fragments the kernel takes the data for a header. */
function evaluate(data: EcnData, packet: PacketView): boolean {
  const { ece, cwr, ect } = data;
  if (ect && ((packet.tos & 3) === ect.codepoint) === ect.invert) return false;
  if (!asksTcp(data)) return true;
  const header = takenForL4(packet);
  if (header.length < TCP_HEADER) return false;
  const flags = header[13]!;
  const is = (asked: Bit, bit: number): boolean => asked === undefined || ((flags & bit) !== 0) === (asked === 'set');
  return is(ece, 0x40) && is(cwr, 0x80);
}

export const ecn: MatchExtension<EcnData> = {
  kind: 'match',
  name: 'ecn',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save,
  list,
  lower,
  evaluate,
  check: (data, head) => (asksTcp(data) ? requireProtocol(head, [TCP]) : undefined),
  help: () => `ECN match options
[!] --ecn-tcp-cwr 		Match CWR bit of TCP header
[!] --ecn-tcp-ece		Match ECE bit of TCP header
[!] --ecn-ip-ect [0..3]	Match ECN codepoint in IPv4/IPv6 header
`,
};
