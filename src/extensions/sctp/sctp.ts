/** `-m sctp`: ports and chunks (kernel: xt_sctp.c). */
import { ParameterProblem } from '../../errors/errors.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { be16 } from '../guided/l4.js';
import { ANY_PORT, listPorts, portMatches, portWord, type PortRange } from '../guided/ports.js';
import { requireProtocol } from '../guided/refusal.js';
import { readPorts } from '../guided/xtables-ports.js';
import { chunksText, readChunks, type Chunks } from './chunks.js';

const SCTP = 132;
const SCTP_HEADER = 12;
const CHUNK_HEADER = 4;

export interface SctpData {
  /** Undefined = not asked, which is not the same rule as one for all ports. */
  readonly sport: PortRange | undefined;
  readonly dport: PortRange | undefined;
  readonly chunks: Chunks | undefined;
}

function resolve(uses: readonly OptionUse[]): SctpData {
  let data: SctpData = { sport: undefined, dport: undefined, chunks: undefined };
  for (const use of uses) {
    const once = (seen: unknown): void => {
      if (seen !== undefined) throw new ParameterProblem(`Only one \`--${use.option}' allowed`, use.span);
    };
    if (use.option === 'source-port') {
      once(data.sport);
      data = { ...data, sport: readPorts('sctp', use) };
    } else if (use.option === 'destination-port') {
      once(data.dport);
      data = { ...data, dport: readPorts('sctp', use) };
    } else {
      once(data.chunks);
      data = { ...data, chunks: readChunks(use.values, use.inverted, use.span) };
    }
  }
  return data;
}

function save({ sport, dport, chunks }: SctpData): string {
  const ports = (option: string, range: PortRange | undefined): string =>
    range ? `${range.invert ? ' !' : ''} --${option} ${range.lo === range.hi ? range.lo : `${range.lo}:${range.hi}`}` : '';
  return ports('sport', sport) + ports('dport', dport) + (chunks ? `${chunks.invert ? ' !' : ''} --chunk-types ${chunksText(chunks, false)}` : '');
}

function list({ sport = ANY_PORT, dport = ANY_PORT, chunks }: SctpData, numeric: boolean): string {
  const types = chunks ? ` ${chunks.invert ? '! ' : ''}${chunksText(chunks, numeric)}` : '';
  return ` sctp${listPorts('spt', sport, numeric, 'sctp')}${listPorts('dpt', dport, numeric, 'sctp')}${types}`;
}

/** struct sctp_slot of bpf/sctp.c. */
function config({ sport = ANY_PORT, dport = ANY_PORT, chunks }: SctpData): bigint[] {
  const how = chunks ? { all: 1n, any: 2n, only: 3n }[chunks.how] | (BigInt(chunks.invert) << 8n) : 0n;
  const map = chunks?.types === 'ALL' ? (1n << 256n) - 1n : (chunks?.types ?? []).reduce((sum, type) => sum | (1n << BigInt(type)), 0n);
  const words = [0n, 64n, 128n, 192n].map((shift) => (map >> shift) & 0xffff_ffff_ffff_ffffn);
  const flags = Array.from({ length: 4 }, (_, index) => {
    const entry = chunks?.flags[index];
    return entry ? BigInt((1 << 24) | (entry.value << 16) | (entry.mask << 8) | entry.type) : 0n;
  });
  return [portWord(sport), portWord(dport), how, ...words, ...flags];
}

/** Whether the chunks of a packet are as asked; a chunk header that is cut off, or says it is 0 bytes long, drops the packet. */
function chunksMatch({ how, types, flags }: Chunks, l4: Uint8Array): boolean | 'hotdrop' {
  const isListed = (type: number): boolean => types === 'ALL' || types.includes(type);
  const flagsFit = (type: number, value: number): boolean => flags.every((entry) => entry.type !== type || (value & entry.mask) === entry.value);
  const met = new Set<number>();
  let at = SCTP_HEADER;
  do {
    if (at + CHUNK_HEADER > l4.length) return 'hotdrop';
    const [type, value, length] = [l4[at]!, l4[at + 1]!, be16(l4, at + 2)];
    if (length === 0) return 'hotdrop';
    const fits = isListed(type) && flagsFit(type, value);
    if (fits && how === 'any') return true;
    if (!fits && how === 'only') return false;
    if (fits) met.add(type);
    at += Math.ceil(length / 4) * 4;
  } while (at < l4.length);
  return how === 'only' || (how === 'all' && types !== 'ALL' && types.every((type) => met.has(type)));
}

function evaluate({ sport = ANY_PORT, dport = ANY_PORT, chunks }: SctpData, { fragmentOffset, l4 }: PacketView): boolean | 'hotdrop' {
  if (fragmentOffset !== 0) return false;
  if (l4.length < SCTP_HEADER) return 'hotdrop';
  if (!portMatches(be16(l4, 0), sport) || !portMatches(be16(l4, 2), dport)) return false;
  if (!chunks) return true;
  const answer = chunksMatch(chunks, l4);
  return answer === 'hotdrop' ? answer : answer !== chunks.invert;
}

export const sctp: MatchExtension<SctpData> = {
  kind: 'match',
  name: 'sctp',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [SCTP],
  options: [
    { name: 'source-port', aliases: ['sport'], arity: 1, invertible: true },
    { name: 'destination-port', aliases: ['dport'], arity: 1, invertible: true },
    { name: 'chunk-types', arity: 2, invertible: true },
  ],
  resolve,
  save,
  list,
  lower: (data) => [{ kind: 'call', stub: 'sctp', config: config(data), invert: false }],
  evaluate,
  check: (_data, head) => requireProtocol(head, [SCTP]),
  help: () => `sctp match options
[!] --source-port port[:port]                          match source port(s)
 --sport ...
[!] --destination-port port[:port]                     match destination port(s)
 --dport ...
[!] --chunk-types (all|any|none) (chunktype[:flags])+	match if all, any or none of
						        chunktypes are present
chunktypes - DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR SHUTDOWN_COMPLETE ASCONF ASCONF_ACK FORWARD_TSN ALL NONE
`,
};
