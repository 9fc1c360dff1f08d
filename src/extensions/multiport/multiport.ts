/** `-m multiport`: up to 15 ports or ranges, source, destination or either (kernel: xt_multiport.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { any, invertIf, range, type Step } from '../../ir/predicate.js';
import { serviceName, type Transport } from '../../net/services.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse, ResolveContext } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { FIRST_FRAGMENT, be16, hotdropIfShort } from '../guided/l4.js';
import { requireProtocol } from '../guided/refusal.js';
import { readPort } from '../guided/xtables-ports.js';

const TRANSPORTS: Readonly<Record<number, Transport>> = { 6: 'tcp', 17: 'udp', 136: 'udplite', 132: 'sctp', 33: 'dccp' };
const PROTOCOLS = Object.keys(TRANSPORTS).map(Number);
/** A range takes two places. */
const PLACES = 15;

const OPTIONS: readonly GuidedOption[] = [
  { name: 'source-ports', aliases: ['sports'], arity: 1, invertible: true, excludes: ['destination-ports', 'ports'] },
  { name: 'destination-ports', aliases: ['dports'], arity: 1, invertible: true, excludes: ['source-ports', 'ports'] },
  { name: 'ports', arity: 1, invertible: true, excludes: ['source-ports', 'destination-ports'] },
];

export interface MultiportData {
  readonly which: 'sports' | 'dports' | 'ports';
  /** Inclusive ranges, host order, in the order written; lo === hi for one port. */
  readonly ports: readonly { readonly lo: number; readonly hi: number }[];
  readonly invert: boolean;
  /** The rule's protocol number: names of ports depend on it. */
  readonly protocol: number;
}

function protocolOf({ protocol }: ResolveContext, use: OptionUse): number {
  if (!protocol) {
    throw new ParameterProblem("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'", use.span);
  }
  if (protocol.invert || !(protocol.number in TRANSPORTS)) {
    throw new ParameterProblem('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP', use.span);
  }
  return protocol.number;
}

function parsePorts(use: OptionUse, protocol: number): MultiportData['ports'] {
  const parsePort = (text: string): number => readPort(text, TRANSPORTS[protocol], use);
  const tooMany = (): ParameterProblem => new ParameterProblem('too many ports specified', use.span);
  const ports: { lo: number; hi: number }[] = [];
  let places = 0;
  for (const item of (use.values[0] ?? '').split(',')) {
    if (places >= PLACES) throw tooMany();
    const colon = item.indexOf(':');
    if (colon < 0) {
      const port = parsePort(item);
      ports.push({ lo: port, hi: port });
      places += 1;
      continue;
    }
    if (places >= PLACES - 1) throw tooMany();
    const lo = parsePort(item.slice(0, colon));
    const hi = parsePort(item.slice(colon + 1));
    if (lo >= hi) throw new ParameterProblem('invalid portrange specified', use.span);
    ports.push({ lo, hi });
    places += 2;
  }
  return ports;
}

function resolve(uses: readonly OptionUse[], context: ResolveContext): MultiportData {
  let data: MultiportData | undefined;
  const read =
    (which: MultiportData['which']) =>
    (use: OptionUse): void => {
      const protocol = protocolOf(context, use);
      data = { which, ports: parsePorts(use, protocol), invert: use.inverted, protocol };
    };
  readOptions('multiport', OPTIONS, uses, {
    'source-ports': read('sports'),
    'destination-ports': read('dports'),
    ports: read('ports'),
  });
  if (!data) throw new ParameterProblem('multiport expection an option');
  return data;
}

function print(ports: MultiportData['ports'], text: (port: number) => string): string {
  return ports.map(({ lo, hi }) => (lo === hi ? text(lo) : `${text(lo)}:${text(hi)}`)).join(',');
}

function lower({ which, ports, invert }: MultiportData): readonly Step[] {
  const fields = which === 'sports' ? (['sport'] as const) : which === 'dports' ? (['dport'] as const) : (['sport', 'dport'] as const);
  const tests = fields.flatMap((field) => ports.map(({ lo, hi }) => range(field, lo, hi)));
  return [FIRST_FRAGMENT, hotdropIfShort('short4'), { kind: 'require', predicate: invertIf(invert, any(...tests)) }];
}

function evaluate({ which, ports, invert }: MultiportData, packet: PacketView): boolean | 'hotdrop' {
  if (packet.fragmentOffset !== 0) return false;
  if (packet.l4.length < 4) return 'hotdrop';
  const source = be16(packet.l4, 0);
  const destination = be16(packet.l4, 2);
  const found = ports.some(
    ({ lo, hi }) =>
      (which !== 'dports' && source >= lo && source <= hi) || (which !== 'sports' && destination >= lo && destination <= hi),
  );
  return found !== invert;
}

export const multiport: MatchExtension<MultiportData> = {
  kind: 'match',
  name: 'multiport',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save: ({ which, ports, invert }) => `${invert ? ' !' : ''} --${which} ${print(ports, String)}`,
  list: ({ which, ports, invert, protocol }, numeric) => {
    const text = (port: number): string => (numeric ? undefined : serviceName(port, TRANSPORTS[protocol])) ?? String(port);
    return ` multiport ${which} ${invert ? ' !' : ''}${print(ports, text)}`;
  },
  lower,
  evaluate,
  check: (_data, head) => requireProtocol(head, PROTOCOLS),
  help: () => `multiport match options:
[!] --source-ports port[,port:port,port...]
 --sports ...
				match source port(s)
[!] --destination-ports port[,port:port,port...]
 --dports ...
				match destination port(s)
[!] --ports port[,port:port,port]
				match both source and destination port(s)
`,
};
