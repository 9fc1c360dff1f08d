/** `-m tcp`: ports, flags and options of the TCP header (kernel: xt_tcpudp.c tcp_mt). */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, eq, invertIf, masked, type Predicate, type Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { Family } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { FIRST_FRAGMENT, be16, hotdropIfShort } from '../guided/l4.js';
import { wholeNumber } from '../guided/number.js';
import { ANY_PORT, listPorts, portMatches, portSteps, savePorts, type PortRange } from '../guided/ports.js';
import { requireProtocol } from '../guided/refusal.js';
import { readPorts } from '../guided/xtables-ports.js';
import { flagNames, parseFlags } from './flags.js';
import { hasTcpOption } from './tcp-options.js';

const TCP = 6;
const SYN_MASK = 0x17;
const SYN = 0x02;

export interface TcpData {
  readonly sport: PortRange;
  readonly dport: PortRange;
  /** (flags & mask) === comp, or the opposite. Mask 0 with comp 0 = not asked. */
  readonly flags: { readonly mask: number; readonly comp: number; readonly invert: boolean };
  /** TCP option kind 1-255, 0 = not asked. */
  readonly option: { readonly kind: number; readonly invert: boolean };
}

const ANY_FLAGS: TcpData['flags'] = Object.freeze({ mask: 0, comp: 0, invert: false });
const ANY_OPTION: TcpData['option'] = Object.freeze({ kind: 0, invert: false });

function parseFlagsUse(use: OptionUse): TcpData['flags'] {
  const [mask, comp] = use.values;
  if (mask === undefined || comp === undefined) throw new ParameterProblem('--tcp-flags requires two args.', use.span);
  return { mask: parseFlags(mask, use.span), comp: parseFlags(comp, use.span), invert: use.inverted };
}

function parseOption(use: OptionUse): TcpData['option'] {
  const text = use.values[0] ?? '';
  const kind = wholeNumber(text, 1, 255);
  if (kind === undefined) throw new ParameterProblem(`Bad TCP option "${text}"`, use.span);
  return { kind, invert: use.inverted };
}

/** @throws ParameterProblem where `what` was seen before */
function once(seen: string[], what: string, message: string, use: OptionUse): void {
  if (seen.includes(what)) throw new ParameterProblem(message, use.span);
  seen.push(what);
}

/** Every rule with ports comes through here: no copies of what is read so far. */
function resolve(uses: readonly OptionUse[]): TcpData {
  let sport = ANY_PORT;
  let dport = ANY_PORT;
  let flags = ANY_FLAGS;
  let option = ANY_OPTION;
  const seen: string[] = [];
  for (const use of uses) {
    switch (use.option) {
      case 'source-port':
        once(seen, 'sport', "Only one `--source-port' allowed", use);
        sport = readPorts('tcp', use);
        break;
      case 'destination-port':
        once(seen, 'dport', "Only one `--destination-port' allowed", use);
        dport = readPorts('tcp', use);
        break;
      case 'syn':
        once(seen, 'flags', "Only one of `--syn' or `--tcp-flags'  allowed", use);
        flags = { mask: SYN_MASK, comp: SYN, invert: use.inverted };
        break;
      case 'tcp-flags':
        once(seen, 'flags', "Only one of `--syn' or `--tcp-flags'  allowed", use);
        flags = parseFlagsUse(use);
        break;
      case 'tcp-option':
        once(seen, 'option', "Only one `--tcp-option' allowed", use);
        option = parseOption(use);
        break;
    }
  }
  return { sport, dport, flags, option };
}

function save({ sport, dport, flags, option }: TcpData): string {
  const bang = (invert: boolean): string => (invert ? ' !' : '');
  return (
    savePorts('sport', sport) +
    savePorts('dport', dport) +
    (option.kind || option.invert ? `${bang(option.invert)} --tcp-option ${option.kind}` : '') +
    (flags.mask || flags.invert ? `${bang(flags.invert)} --tcp-flags ${flagNames(flags.mask)} ${flagNames(flags.comp)}` : '')
  );
}

function list({ sport, dport, flags, option }: TcpData, numeric: boolean): string {
  const bang = (invert: boolean): string => (invert ? '!' : '');
  const hex = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;
  const text = numeric ? hex : flagNames;
  return (
    ' tcp' +
    listPorts('spt', sport, numeric, 'tcp') +
    listPorts('dpt', dport, numeric, 'tcp') +
    (option.kind || option.invert ? ` option=${bang(option.invert)}${option.kind}` : '') +
    (flags.mask || flags.invert ? ` flags:${bang(flags.invert)}${text(flags.mask)}/${text(flags.comp)}` : '')
  );
}

/** A fragment that would overwrite the header's flags (xt_tcpudp). Of IPv4 alone: in IPv6 the kernel compares an offset in bytes with 1. */
const HOTDROP_FRAGMENT_1: Step = { kind: 'hotdrop-if', predicate: eq('fragOffset', 1) };

function lower({ sport, dport, flags, option }: TcpData, family: Family): readonly Step[] {
  const steps: Step[] = [
    ...(family === 'ipv4' ? [HOTDROP_FRAGMENT_1] : []),
    FIRST_FRAGMENT,
    hotdropIfShort('short20'),
    ...portSteps('sport', sport),
    ...portSteps('dport', dport),
  ];
  if (flags.mask || flags.comp || flags.invert) {
    const possible = (flags.comp & ~flags.mask) === 0;
    const test: Predicate = possible ? masked('tcpFlags', flags.mask, flags.comp) : FALSE;
    steps.push({ kind: 'require', predicate: invertIf(flags.invert, test) });
  }
  if (option.kind) {
    steps.push(hotdropIfShort('tcpOptionsCut'));
    steps.push({ kind: 'require', predicate: invertIf(option.invert, { kind: 'tcp-option', option: option.kind }) });
  }
  return steps;
}

function evaluate(data: TcpData, packet: PacketView): boolean | 'hotdrop' {
  if (packet.fragmentOffset === 1 && packet.family === 'ipv4') return 'hotdrop';
  if (packet.fragmentOffset !== 0) return false;
  const header = packet.l4;
  if (header.length < 20) return 'hotdrop';
  if (!portMatches(be16(header, 0), data.sport)) return false;
  if (!portMatches(be16(header, 2), data.dport)) return false;
  if (((header[13]! & data.flags.mask) === data.flags.comp) === data.flags.invert) return false;
  if (data.option.kind === 0) return true;
  const headerLength = (header[12]! >> 4) * 4;
  if (headerLength < 20 || headerLength > header.length) return 'hotdrop';
  return hasTcpOption(header.subarray(20, headerLength), data.option.kind) !== data.option.invert;
}

export const tcp: MatchExtension<TcpData> = {
  kind: 'match',
  name: 'tcp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  implicitFor: [TCP],
  options: [
    { name: 'source-port', aliases: ['sport'], arity: 1, invertible: true },
    { name: 'destination-port', aliases: ['dport'], arity: 1, invertible: true },
    { name: 'syn', arity: 0, invertible: true },
    { name: 'tcp-flags', arity: 2, invertible: true },
    { name: 'tcp-option', arity: 1, invertible: true },
  ],
  resolve,
  save,
  list,
  lower,
  evaluate,
  check: (_data, head) => requireProtocol(head, [TCP]),
  help: () => `tcp match options:
[!] --tcp-flags mask comp	match when TCP flags & mask == comp
				(Flags: SYN ACK FIN RST URG PSH ALL NONE)
[!] --syn			match when only SYN flag set
				(equivalent to --tcp-flags SYN,RST,ACK,FIN SYN)
[!] --source-port port[:port]
 --sport ...
				match source port(s)
[!] --destination-port port[:port]
 --dport ...
				match destination port(s)
[!] --tcp-option number        match if TCP option set
`,
};
