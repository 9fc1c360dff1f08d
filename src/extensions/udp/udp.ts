/** `-m udp`: ports of the UDP header (kernel: xt_tcpudp.c udp_mt). */
import { ParameterProblem } from '../../errors/errors.js';
import type { Step } from '../../ir/predicate.js';
import { servicePort } from '../../net/services.js';
import { plainDecimal } from '../../net/plain-number.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { FIRST_FRAGMENT, be16, hotdropIfShort } from '../guided/l4.js';
import { ANY_PORT, listPorts, portMatches, portSteps, savePorts, type PortRange } from '../guided/ports.js';
import { requireProtocol } from '../guided/refusal.js';

const UDP = 17;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'source-port', aliases: ['sport'], arity: 1, invertible: true },
  { name: 'destination-port', aliases: ['dport'], arity: 1, invertible: true },
];

export interface UdpData {
  readonly sport: PortRange;
  readonly dport: PortRange;
}

/**
 * One port as getaddrinfo(3) reads a service: decimal digits, cut to 16 bits (70000 is 4464), the empty word is 0; else a service
 * name of any transport, tcp first.
 */
function parsePort(text: string, use: OptionUse): number {
  const plain = plainDecimal(text);
  if (plain !== undefined) return plain & 0xffff;
  const digits = /^[ \t\n\v\f\r]*\+?([0-9]+)$/.exec(text);
  const value = text === '' ? 0n : digits && BigInt(digits[1]!);
  if (value !== null && value < 1n << 64n && BigInt.asIntN(32, value) >= 0n) return Number(value & 0xffffn);
  const port = servicePort(text, 'tcp') ?? servicePort(text, 'udp') ?? servicePort(text);
  if (port === undefined) throw new ParameterProblem(`Port "${text}" does not resolve to anything.\n`, use.span);
  return port;
}

function parsePorts(use: OptionUse): PortRange {
  const text = use.values[0] ?? '';
  const parts = text.split(':');
  if (parts.length > 2) {
    throw new ParameterProblem(`udp: Too many components for option "--${use.option}" (max: 2)\n`, use.span);
  }
  if (parts.length === 1) {
    const port = parsePort(text, use);
    return { lo: port, hi: port, invert: use.inverted };
  }
  const [first, last] = parts as [string, string];
  return {
    lo: first === '' ? 0 : parsePort(first, use),
    hi: last === '' ? 65535 : parsePort(last, use),
    invert: use.inverted,
  };
}

function resolve(uses: readonly OptionUse[]): UdpData {
  let sport = ANY_PORT;
  let dport = ANY_PORT;
  readOptions('udp', OPTIONS, uses, {
    'source-port': (use) => (sport = parsePorts(use)),
    'destination-port': (use) => (dport = parsePorts(use)),
  });
  return { sport, dport };
}

function lower({ sport, dport }: UdpData): readonly Step[] {
  return [FIRST_FRAGMENT, hotdropIfShort('short8'), ...portSteps('sport', sport), ...portSteps('dport', dport)];
}

function evaluate({ sport, dport }: UdpData, packet: PacketView): boolean | 'hotdrop' {
  if (packet.fragmentOffset !== 0) return false;
  if (packet.l4.length < 8) return 'hotdrop';
  return portMatches(be16(packet.l4, 0), sport) && portMatches(be16(packet.l4, 2), dport);
}

export const udp: MatchExtension<UdpData> = {
  kind: 'match',
  name: 'udp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  implicitFor: [UDP],
  options: OPTIONS,
  resolve,
  save: ({ sport, dport }) => savePorts('sport', sport) + savePorts('dport', dport),
  list: ({ sport, dport }, numeric) =>
    ' udp' + listPorts('spt', sport, numeric, 'udp') + listPorts('dpt', dport, numeric, 'udp'),
  lower,
  evaluate,
  check: (_data, head) => requireProtocol(head, [UDP]),
  help: () => `udp match options:
[!] --source-port port[:port]
 --sport ...
				match source port(s)
[!] --destination-port port[:port]
 --dport ...
				match destination port(s)
`,
};
