/** `-m icmp`: type and code of the ICMP header (kernel: icmp_match). Reading the type needs a whole 8-byte header. */
import { FALSE, TRUE, all, eq, invertIf, range, type Predicate, type Step } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { icmpTypeName, icmpTypeNumbers, listIcmpNames, readIcmpType, type IcmpType } from '../guided/icmp-type.js';
import { FIRST_FRAGMENT, hotdropIfShort } from '../guided/l4.js';
import { requireProtocol } from '../guided/refusal.js';
import { ANY_TYPE, ICMP_TYPES } from './types.js';

const ICMP = 1;

const OPTIONS: readonly GuidedOption[] = [{ name: 'icmp-type', arity: 1, invertible: true, mandatory: true }];

/** Type 255 matches every type and code. */
export interface IcmpData extends IcmpType {
  readonly invert: boolean;
}

function resolve(uses: readonly OptionUse[]): IcmpData {
  let data: IcmpData | undefined;
  readOptions('icmp', OPTIONS, uses, {
    'icmp-type': (use) => (data = { ...readIcmpType(ICMP_TYPES, use), invert: use.inverted }),
  });
  return data!;
}

function save({ type, codeMin, codeMax, invert }: IcmpData): string {
  const code = codeMin === 0 && codeMax === 255 ? '' : `/${codeMin}`;
  return `${invert ? ' !' : ''} --icmp-type ${type === ANY_TYPE ? 'any' : `${type}${code}`}`;
}

function list(data: IcmpData, numeric: boolean): string {
  const named = numeric ? undefined : icmpTypeName(ICMP_TYPES, data);
  if (named !== undefined) return ` icmp ${data.invert ? '!' : ''}${named}`;
  return ` icmp${data.invert ? ' !' : ''}${icmpTypeNumbers(data)}`;
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
${listIcmpNames(ICMP_TYPES.names)}`,
};
