/** The command line of conntrack(8): options are heeded, and refused, in the order in which conntrack does so. */
import { parseEvents, parseOutput, parseStatus, OUTPUT } from './lists.js';
import { strtoul, word } from './numbers.js';
import { LONG, SHORT, checkCommand, longName, type Command, type CommandLetter, type Table } from './options.js';
import { addressOption, natAddress } from './parse-address.js';
import { ConntrackProblem } from './problem.js';
import { checkProtocolOptions, longOptions, optionIndex, protocol, type Protocol, type ProtocolFields } from './protocols.js';
import type { AddressFilter, FlowFamily, Masked, Request } from './request.js';
import { Scanner, type LongOption } from './scanner.js';

/** The options that conntrack compares entries by. */
export const COMPARED = [...'psdrqmcuiwl()'];

const COMMANDS = 'LIDGFEVhCSUA';
const TABLES: readonly Table[] = ['expect', 'conntrack', 'dying', 'unconfirmed'];

/** What a command line needs to know of its surroundings. */
export interface Surroundings {
  readonly calledAs: string;
  warn(line: string): void;
  /** Names of connection labels; undefined where the host has no list of them. */
  labels(): ReadonlySet<string> | undefined;
}

/** @throws ConntrackProblem */
export function parseRequest(argv: readonly string[], around: Surroundings): Request {
  return new Parser(argv, around).request();
}

class Parser {
  private readonly scanner: Scanner;
  private long: readonly LongOption[] = LONG;
  private command: Command = 'none';
  private table: Table = 'conntrack';
  private readonly given = new Set<string>();
  private family: FlowFamily | undefined;
  private readonly addresses = new Map<string, Uint8Array>();
  private protocol: Protocol | undefined;
  private readonly fields: ProtocolFields = {};
  private readonly protocolOptions = new Set<number>();
  private kernelMark: Masked | undefined;
  private ownMark: Masked = { value: 0, mask: 0 };
  private status: { kernel: Masked; own: number } | undefined;
  private readonly zones: number[] = [];
  private id: number | undefined;
  private timeout: number | undefined;
  private output = 0;
  private events = 0;
  private readonly labels: string[] = [];

  constructor(
    argv: readonly string[],
    private readonly around: Surroundings,
  ) {
    this.scanner = new Scanner(around.calledAs, argv, SHORT);
  }

  request(): Request {
    for (let found = this.scanner.option(this.long); found !== undefined; found = this.scanner.option(this.long)) {
      if (found.kind === 'missing') throw new ConntrackProblem(`option \`${this.scanner.lastWord}' requires an argument`);
      if (found.kind !== 'option') throw new ConntrackProblem(`unknown option \`${this.scanner.lastWord}'`);
      this.option(found.letter, found.value);
    }
    const { command, table, given, family, protocol: chosen, fields, output, events, zones, id, timeout } = this;
    if (['l', '<', '>'].some((letter) => given.has(letter)) || output & OUTPUT.labels) this.checkLabels();
    if (given.has('j') && (given.has('n') || given.has('g'))) throw new ConntrackProblem("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
    checkCommand(command, given);
    const letter = command.at(-1) as CommandLetter;
    if (chosen && letter !== 'h') checkProtocolOptions(chosen, letter, this.protocolOptions);
    const source = this.addressFilter('s', '{');
    const destination = this.addressFilter('d', '}');
    const replySource = this.addressFilter('r');
    const replyDestination = this.addressFilter('q');
    return {
      command,
      table,
      given,
      output,
      events,
      filter: {
        ...(family === undefined ? {} : { family }),
        ...(source ? { source } : {}),
        ...(destination ? { destination } : {}),
        ...(replySource ? { replySource } : {}),
        ...(replyDestination ? { replyDestination } : {}),
        ...(chosen ? { protocol: chosen } : {}),
        fields,
        nat: ['n', 'g', 'j'].some((each) => given.has(each)),
        labelled: given.has('l'),
        ...(this.kernelMark ? { mark: { kernel: this.kernelMark, own: this.ownMark } } : {}),
        ...(this.status ? { status: this.status } : {}),
        zones,
        ...(id === undefined ? {} : { id }),
        ...(timeout === undefined || !COMPARED.some((each) => given.has(each)) ? {} : { timeout }),
      },
    };
  }

  private option(letter: string, value: string | undefined): void {
    if (letter.codePointAt(0)! > 0xff) {
      const index = optionIndex(letter);
      this.protocol!.options[index]?.set?.(this.fields, value!);
      this.protocolOptions.add(index);
      return;
    }
    if (COMMANDS.includes(letter)) this.setCommand(letter as CommandLetter, value);
    else if ('a' === letter) this.around.warn('WARNING: ignoring -a, deprecated option.\n');
    else if ('ngj'.includes(letter)) this.natOption(letter, value);
    else {
      this.given.add(letter);
      this.valueOption(letter, value ?? '');
    }
  }

  private setCommand(letter: CommandLetter, value: string | undefined): void {
    const text = value === undefined ? this.scanner.takeWord() : undefined;
    const table = text === undefined ? 'conntrack' : TABLES.find((name) => name.startsWith(text));
    if (table === undefined) throw new ConntrackProblem(`unknown type \`${text}'`);
    const listed = table === 'dying' || table === 'unconfirmed';
    if (listed && letter !== 'L') throw new ConntrackProblem("Can't do that command with tables `dying' and `unconfirmed'");
    if (table === 'expect' && 'UA'.includes(letter)) throw new ConntrackProblem(`Can't do --${longName(letter)} on expectations`);
    if (this.command !== 'none') throw new ConntrackProblem('Invalid commands combination');
    this.table = table;
    this.command = `${table === 'expect' && !'Vh'.includes(letter) ? 'expect' : 'conntrack'} ${letter}`;
  }

  private readonly setFamily = (family: FlowFamily): void => {
    if (this.family !== undefined && this.family !== family) throw new ConntrackProblem('mismatched address family');
    this.family = family;
  };

  private valueOption(letter: string, value: string): void {
    switch (letter) {
      case 's':
      case 'd':
      case 'r':
      case 'q':
      case '{':
      case '}':
      case '[':
      case ']':
        this.addressOption(letter, value);
        break;
      case 'p':
        this.protocol = protocol(value);
        this.long = [...LONG, ...longOptions(this.protocol)];
        break;
      case 'u':
        this.setStatus(value);
        break;
      case 'm':
        this.kernelMark = this.ownMark = mark(value);
        break;
      case 'e':
        this.events |= parseEvents(value, this.around.warn);
        break;
      case 'o':
        this.output |= parseOutput(value, this.around.warn);
        if (this.output & OUTPUT.save && this.output & ~OUTPUT.save) {
          throw new ConntrackProblem('cannot combine save output with any other output type, use -o save only', 1);
        }
        break;
      case 'w':
      case '(':
      case ')':
        this.zones.push(word(value) & 0xffff);
        break;
      case 'i':
        this.id = word(value);
        break;
      case 't':
        this.timeout = Number(BigInt.asUintN(32, strtoul(value, 10).value));
        break;
      case 'f':
        if (!/^ipv[46]/.test(value)) throw new ConntrackProblem(`\`${value}' unsupported protocol`);
        this.setFamily(value.startsWith('ipv4') ? 'ipv4' : 'ipv6');
        break;
      case 'l':
      case '<':
      case '>':
        this.label(letter, value);
    }
  }

  private addressOption(letter: string, value: string): void {
    const { address, mask } = addressOption(letter, longName(letter), value, this.setFamily);
    this.addresses.set(letter, address);
    const maskLetter = 's['.includes(letter) ? '{' : '}';
    if (!mask) return;
    this.given.add(maskLetter);
    this.addresses.set(maskLetter, mask);
  }

  private natOption(letter: string, value: string | undefined): void {
    this.given.add(letter);
    const text = value === undefined ? this.scanner.takeWord() : undefined;
    if (text !== undefined) addressOption(letter, longName(letter), natAddress(text), this.setFamily);
  }

  /** What conntrack 1.4.7 does: its -u also writes over the value that -m has set for its own look at an entry. */
  private setStatus(value: string): void {
    const { set, clear } = parseStatus(value, this.around.warn);
    const own = (this.status?.own ?? 0) | set;
    const before = (this.status?.kernel.mask ?? 0) | clear;
    this.status = { own, kernel: { value: own, mask: before === 0 ? own : before } };
    this.ownMark = { value: own, mask: this.ownMark.mask };
  }

  private label(letter: string, value: string): void {
    if (this.given.has('<') && this.given.has('>')) throw new ConntrackProblem('cannot use --label-add and --label-del at the same time', 1);
    const names = letter === '>' ? this.scanner.takeWord() : value;
    if (names !== undefined) this.labels.push(...names.split(','));
  }

  private checkLabels(): void {
    const known = this.around.labels();
    if (!known) this.around.warn('nfct_labelmap_new: No such file or directory\n');
    for (const name of this.labels) if (!known?.has(name)) throw new ConntrackProblem(`unknown label '${name}'`);
  }

  private addressFilter(letter: string, maskLetter?: string): AddressFilter | undefined {
    const address = this.addresses.get(letter);
    const mask = maskLetter === undefined ? undefined : this.addresses.get(maskLetter);
    return address ? { address, ...(mask ? { mask } : {}) } : undefined;
  }
}

/** VALUE or VALUE/MASK, as far as they are numbers. */
function mark(text: string): Masked {
  const { value, end } = strtoul(text);
  const mask = text[end] === '/' ? word(text.slice(end + 1)) : 0xffffffff;
  return { value: Number(BigInt.asUintN(32, value)), mask };
}
