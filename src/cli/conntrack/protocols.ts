/** The protocols that conntrack(8) has options for, and those options. */
import { protocolName, protocolNumber } from '../../net/protocols.js';
import { checkOptions, type CommandLetter, type PairRule } from './options.js';
import { port, strtoul } from './numbers.js';
import { ConntrackProblem } from './problem.js';
import type { LongOption } from './scanner.js';
import { DCCP_STATES, SCTP_STATES, TCP_STATES } from './states.js';

/** What the options of a protocol ask of a flow. */
export interface ProtocolFields {
  sport?: number;
  dport?: number;
  replySport?: number;
  replyDport?: number;
  icmpType?: number;
  icmpCode?: number;
  icmpId?: number;
  tcpState?: number;
  sctpState?: number;
  dccpState?: number;
}

/** An option: its names (the first is the one in messages), and where its value goes; undefined for what only creating entries heeds. */
interface ProtocolOption {
  readonly names: readonly string[];
  readonly set?: (fields: ProtocolFields, text: string) => void;
}

export interface Protocol {
  readonly name: string;
  readonly number: number;
  readonly options: readonly ProtocolOption[];
  readonly help: string;
  /** As LEGAL of options.ts; a command without a row takes none. */
  readonly legal: Readonly<Partial<Record<CommandLetter, string>>>;
  readonly pairs: readonly PairRule[];
}

const put =
  (field: keyof ProtocolFields, read: (text: string) => number) =>
  (fields: ProtocolFields, text: string): void => {
    fields[field] = read(text);
  };

const byte = (text: string): number => port(text) & 0xff;
const key = (text: string): number => Number(BigInt.asUintN(16, strtoul(text).value));

/** A state by its exact name. */
function state(field: 'tcpState' | 'sctpState' | 'dccpState', names: readonly string[], unknown: string): ProtocolOption {
  return {
    names: ['state'],
    set: (fields, text) => {
      const index = names.indexOf(text === 'LISTEN' && field === 'tcpState' ? 'SYN_SENT2' : text);
      if (index < 0) throw new ConntrackProblem(`${unknown} \`${text}'`);
      fields[field] = index;
    },
  };
}

const PORTS: readonly ProtocolOption[] = [
  { names: ['sport', 'orig-port-src'], set: put('sport', port) },
  { names: ['dport', 'orig-port-dst'], set: put('dport', port) },
  { names: ['reply-port-src'], set: put('replySport', port) },
  { names: ['reply-port-dst'], set: put('replyDport', port) },
  { names: ['mask-port-src'] },
  { names: ['mask-port-dst'] },
];
const TUPLE_PORTS: readonly ProtocolOption[] = [{ names: ['tuple-port-src'] }, { names: ['tuple-port-dst'] }];

const PORTS_HELP = `  --orig-port-src		original source port
  --orig-port-dst		original destination port
  --reply-port-src		reply source port
  --reply-port-dst		reply destination port
  --mask-port-src		mask source port
  --mask-port-dst		mask destination port
  --tuple-port-src		expectation tuple src port
  --tuple-port-src		expectation tuple dst port
`;

function pairs(first: string, second: string): readonly PairRule[] {
  return [
    { indices: [0, 1], message: `you have to specify ${first}` },
    { indices: [2, 3], message: `you have to specify ${second}` },
  ];
}

const PORT_PAIRS = pairs("`--sport' and `--dport'", "`--reply-src-port' and `--reply-dst-port'");

/** The rows of a protocol: `seen` for listing, deleting, updating and watching, `made` for creating, `got` for -G. */
function legal(seen: string, made: string, got: string): Protocol['legal'] {
  return { L: seen, U: seen, D: seen, E: seen, I: made, A: made, G: got };
}

const UDP_LEGAL = legal('22220000', '33330000', '33330000');

const HANDLERS: readonly Protocol[] = [
  {
    name: 'tcp',
    number: 6,
    options: [...PORTS, state('tcpState', TCP_STATES, 'unknown TCP state'), ...TUPLE_PORTS],
    help: `${PORTS_HELP}  --state			TCP state, fe. ESTABLISHED\n`,
    legal: legal('222200200', '333300100', '333300200'),
    pairs: PORT_PAIRS,
  },
  { name: 'udp', number: 17, options: [...PORTS, ...TUPLE_PORTS], help: PORTS_HELP, legal: UDP_LEGAL, pairs: PORT_PAIRS },
  { name: 'udplite', number: 136, options: [...PORTS, ...TUPLE_PORTS], help: PORTS_HELP, legal: UDP_LEGAL, pairs: PORT_PAIRS },
  {
    name: 'sctp',
    number: 132,
    options: [...PORTS, state('sctpState', SCTP_STATES.slice(0, 8), 'unknown SCTP state'), ...TUPLE_PORTS, { names: ['orig-vtag'] }, { names: ['reply-vtag'] }],
    help: `${PORTS_HELP}  --state			SCTP state, fe. ESTABLISHED\n  --orig-vtag		original verification tag\n  --reply-vtag		reply verification tag\n`,
    legal: legal('22220020000', '33330010011', '33330020000'),
    pairs: PORT_PAIRS,
  },
  {
    name: 'dccp',
    number: 33,
    options: [...PORTS, state('dccpState', DCCP_STATES, 'Unknown DCCP state'), ...TUPLE_PORTS, { names: ['role'] }],
    help: `${PORTS_HELP}  --state			DCCP state, fe. RESPOND\n`,
    legal: legal('2222002000', '3333001001', '3333002000'),
    pairs: pairs("`--sport' and `--dport'", "`--reply-port-src' and `--report-port-dst'"),
  },
  icmp('icmp', 1),
  icmp('icmpv6', 58),
  {
    name: 'gre',
    number: 47,
    // Read, but conntrack compares no keys with them: only -G asks for them.
    options: [
      { names: ['srckey', 'orig-key-src'], set: put('sport', key) },
      { names: ['dstkey', 'orig-key-dst'], set: put('dport', key) },
      { names: ['reply-key-src'] },
      { names: ['reply-key-dst'] },
      { names: ['mask-key-src'] },
      { names: ['mask-key-dst'] },
      { names: ['tuple-key-src'] },
      { names: ['tuple-key-dst'] },
    ],
    help: `  --orig-key-src		original source key
  --orig-key-dst		original destination key
  --reply-key-src		reply source key
  --reply-key-dst		reply destination key
  --mask-key-src		mask source key
  --mask-key-dst		mask destination key
  --tuple-key-src		expectation tuple src key
  --tuple-key-src		expectation tuple dst key
`,
    legal: UDP_LEGAL,
    pairs: pairs("`--srckey' and `--dstkey'", "`--reply-src-key' and `--reply-dst-key'"),
  },
];

function icmp(name: 'icmp' | 'icmpv6', number: number): Protocol {
  return {
    name,
    number,
    options: [
      { names: [`${name}-type`], set: put('icmpType', byte) },
      { names: [`${name}-code`], set: put('icmpCode', byte) },
      { names: [`${name}-id`], set: put('icmpId', port) },
    ],
    help: `  --${name}-type			${name} type\n  --${name}-code			${name} code\n  --${name}-id			${name} id\n`,
    legal: legal('222', '112', '112'),
    pairs: [],
  };
}

function unknown(number: number): Protocol {
  return { name: protocolName(number) ?? 'unknown', number, options: [], help: '  no options (unsupported)\n', legal: legal('', '', ''), pairs: [] };
}

/** A protocol by name or number, as -p takes it. @throws ConntrackProblem */
export function protocol(text: string): Protocol {
  const named = HANDLERS.find(({ name }) => name === text.toLowerCase());
  if (named) return named;
  const known = text === '' ? undefined : protocolNumber(text);
  if (known !== undefined) return unknown(known);
  const { value, end } = strtoul(text);
  if (end === 0 || end !== text.length || value > 255n) throw new ConntrackProblem(`\`${text}' unsupported protocol`);
  return HANDLERS.find(({ number }) => number === Number(value)) ?? unknown(Number(value));
}

/** The signs by which the scanner tells a protocol's options from conntrack's own. */
const FIRST_SIGN = 0x100;

/** The long options that a protocol adds. */
export function longOptions({ options }: Protocol): readonly LongOption[] {
  return options.flatMap(({ names }, index) => names.map((name) => ({ name, takes: 'required' as const, letter: String.fromCodePoint(FIRST_SIGN + index) })));
}

/** The place of an option in its protocol's list, by the sign of longOptions(). */
export function optionIndex(sign: string): number {
  return sign.codePointAt(0)! - FIRST_SIGN;
}

/** Whether a command takes these options of a protocol. @throws ConntrackProblem */
export function checkProtocolOptions({ options, legal: rows, pairs: rules }: Protocol, command: CommandLetter, given: ReadonlySet<number>): void {
  const row = rows[command] ?? '0'.repeat(options.length);
  checkOptions((index) => given.has(index), row, options.map(({ names }) => names[0]!), rules);
}

/** Protocols whose entries have ports, as conntrack compares them. */
export function comparesPorts(number: number): boolean {
  return [6, 17, 33, 132, 136].includes(number);
}

/** How entries of a protocol are named in listings: conntrack knows these only. */
export function listedName(number: number): string {
  return HANDLERS.find((handler) => handler.number === number)?.name ?? 'unknown';
}

