/** `-m tcpmss`: the maximum segment size that a TCP header announces (kernel: xt_tcpmss.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { be16, takenForL4 } from '../guided/l4.js';
import { requireProtocol } from '../guided/refusal.js';
import { UINT16_MAX, rangeText, readUintRange, type NumberRange } from '../guided/uint.js';

const TCP = 6;
const TCP_HEADER = 20;
/** Kind and length of the option. */
const MSS = { kind: 2, length: 4 } as const;

const OPTIONS: readonly GuidedOption[] = [{ name: 'mss', arity: 1, invertible: true, mandatory: true }];

export interface TcpmssData extends NumberRange {
  readonly invert: boolean;
}

function parseMss(use: OptionUse): TcpmssData {
  const range = readUintRange('tcpmss', use, UINT16_MAX);
  if (range.min > range.max) throw new ParameterProblem('tcpmss: invalid range given', use.span);
  return { ...range, invert: use.inverted };
}

/** The first such option with its right length that is whole; kinds 0 and 1 are one byte and do not end the walk, a length of 0 counts as 1. */
function announced(options: Uint8Array): number | undefined {
  for (let at = 0; at < options.length; ) {
    const kind = options[at]!;
    if (kind === MSS.kind && options.length - at >= MSS.length && options[at + 1] === MSS.length) return be16(options, at + 2);
    at += kind < 2 ? 1 : options[at + 1] || 1;
  }
  return undefined;
}

/** Of later fragments the kernel takes the data for a header. Without the option, and inverted, a packet matches. */
function evaluate({ min, max, invert }: TcpmssData, packet: PacketView): boolean | 'hotdrop' {
  const l4 = takenForL4(packet);
  if (l4.length < TCP_HEADER) return 'hotdrop';
  const headerLength = (l4[12]! >> 4) * 4;
  if (headerLength < TCP_HEADER || headerLength > l4.length) return 'hotdrop';
  const mss = announced(l4.subarray(TCP_HEADER, headerLength));
  return (mss !== undefined && mss >= min && mss <= max) !== invert;
}

export const tcpmss: MatchExtension<TcpmssData> = {
  kind: 'match',
  name: 'tcpmss',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve: (uses) => {
    let data: TcpmssData | undefined;
    readOptions('tcpmss', OPTIONS, uses, { mss: (use) => (data = parseMss(use)) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --mss ${rangeText(data)}`,
  list: (data) => ` tcpmss match ${data.invert ? '!' : ''}${rangeText(data)}`,
  lower: ({ min, max, invert }) => [{ kind: 'call', stub: 'tcpmss', config: [BigInt(min), BigInt(max), BigInt(invert)], invert: false }],
  evaluate,
  check: (_data, head) => requireProtocol(head, [TCP]),
  help: () => `tcpmss match options:
[!] --mss value[:value]	Match TCP MSS range.
				(only valid for TCP SYN or SYN/ACK packets)
`,
};
