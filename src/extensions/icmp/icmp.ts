/** `-m icmp`: type and code of the ICMP header (kernel: icmp_match). Reading the type needs a whole 8-byte header. */
import { ParameterProblem } from '../../errors/errors.js';
import { FALSE, TRUE, all, eq, invertIf, range, type Predicate, type Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { FIRST_FRAGMENT, hotdropIfShort } from '../guided/l4.js';
import { readNumber } from '../guided/number.js';
import { requireProtocol } from '../guided/refusal.js';
import { ANY_TYPE, ICMP_NAMES, listIcmpNames, type IcmpName } from './types.js';

const ICMP = 1;

const OPTIONS: readonly GuidedOption[] = [{ name: 'icmp-type', arity: 1, invertible: true, mandatory: true }];

export interface IcmpData {
  /** 255 matches every type and code. */
  readonly type: number;
  /** Inclusive; 0-255 where only the type was given. */
  readonly codeMin: number;
  readonly codeMax: number;
  readonly invert: boolean;
}

/** A name or an unambiguous beginning of one, any case. */
function byName(text: string, use: OptionUse): IcmpName | undefined {
  const wanted = text.toLowerCase();
  const [first, second] = ICMP_NAMES.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  if (first && second) {
    throw new ParameterProblem(`Ambiguous ICMP type \`${text}': \`${first.name}' or \`${second.name}'?`, use.span);
  }
  return first;
}

/** `TYPE`, `TYPE/CODE` or `TYPE/CODE:CODE`, numbers in any base. */
function byNumber(text: string, use: OptionUse): Omit<IcmpData, 'invert'> {
  const byte = (from: string, what: 'type' | 'code'): { value: number; rest: string } => {
    const read = readNumber(from);
    if (!read || read.value > 255n) throw new ParameterProblem(`Unknown ICMP ${what} \`${text}'`, use.span);
    return { value: Number(read.value), rest: read.rest };
  };
  const unknown = (rest: string): ParameterProblem => new ParameterProblem(`unknown character ${rest[0]}`, use.span);
  const type = byte(text, 'type');
  if (type.rest === '') return { type: type.value, codeMin: 0, codeMax: 255 };
  if (!type.rest.startsWith('/')) throw unknown(type.rest);
  const first = byte(type.rest.slice(1), 'code');
  if (first.rest === '') return { type: type.value, codeMin: first.value, codeMax: first.value };
  if (!first.rest.startsWith(':')) throw unknown(first.rest);
  const last = byte(first.rest.slice(1), 'code');
  if (last.rest !== '') throw unknown(last.rest);
  return { type: type.value, codeMin: first.value, codeMax: last.value };
}

function resolve(uses: readonly OptionUse[]): IcmpData {
  let data: IcmpData | undefined;
  readOptions('icmp', OPTIONS, uses, {
    'icmp-type': (use) => {
      const text = use.values[0] ?? '';
      const { type, codeMin, codeMax } = byName(text, use) ?? byNumber(text, use);
      data = { type, codeMin, codeMax, invert: use.inverted };
    },
  });
  return data!;
}

function save({ type, codeMin, codeMax, invert }: IcmpData): string {
  const code = codeMin === 0 && codeMax === 255 ? '' : `/${codeMin}`;
  return `${invert ? ' !' : ''} --icmp-type ${type === ANY_TYPE ? 'any' : `${type}${code}`}`;
}

function list({ type, codeMin, codeMax, invert }: IcmpData, numeric: boolean): string {
  const named = ICMP_NAMES.find((n) => n.type === type && n.codeMin === codeMin && n.codeMax === codeMax);
  if (!numeric && named) return ` icmp ${invert ? '!' : ''}${named.name}`;
  const codes = codeMin === codeMax ? ` code ${codeMin}` : codeMin !== 0 || codeMax !== 255 ? ` codes ${codeMin}-${codeMax}` : '';
  return ` icmp${invert ? ' !' : ''}type ${type}${codes}`;
}

function lower({ type, codeMin, codeMax, invert }: IcmpData): readonly Step[] {
  const test: Predicate =
    type === ANY_TYPE
      ? TRUE
      : codeMin === 0 && codeMax === 255
        ? eq('icmpType', type)
        : all(eq('icmpType', type), codeMin > codeMax ? FALSE : range('icmpCode', codeMin, codeMax));
  return [FIRST_FRAGMENT, hotdropIfShort('short8'), { kind: 'require', predicate: invertIf(invert, test) }];
}

function evaluate({ type, codeMin, codeMax, invert }: IcmpData, packet: PacketView): boolean | 'hotdrop' {
  if (packet.fragmentOffset !== 0) return false;
  if (packet.l4.length < 8) return 'hotdrop';
  const packetType = packet.l4[0]!;
  const packetCode = packet.l4[1]!;
  const same = type === ANY_TYPE || (packetType === type && packetCode >= codeMin && packetCode <= codeMax);
  return same !== invert;
}

export const icmp: MatchExtension<IcmpData> = {
  kind: 'match',
  name: 'icmp',
  families: ['ipv4'],
  effect: 'pure',
  implicitFor: [ICMP],
  options: OPTIONS,
  resolve,
  save,
  list,
  lower,
  evaluate,
  check: (_data, head) => requireProtocol(head, [ICMP]),
  help: () => `icmp match options:
[!] --icmp-type typename	match icmp type
[!] --icmp-type type[/code]	(or numeric type or type/code)
Valid ICMP Types:
${listIcmpNames()}`,
};
