/** `-m udp`: ports of the UDP header (kernel: xt_tcpudp.c udp_mt). */
import type { Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { FIRST_FRAGMENT, be16, hotdropIfShort } from '../guided/l4.js';
import { ANY_PORT, listPorts, portMatches, portSteps, readPortRange, savePorts, type PortRange } from '../guided/ports.js';
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

function resolve(uses: readonly OptionUse[]): UdpData {
  let sport = ANY_PORT;
  let dport = ANY_PORT;
  readOptions('udp', OPTIONS, uses, {
    'source-port': (use) => (sport = readPortRange('udp', use)),
    'destination-port': (use) => (dport = readPortRange('udp', use)),
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
