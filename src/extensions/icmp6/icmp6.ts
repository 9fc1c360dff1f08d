/** `-m icmp6`: type and code of the ICMPv6 header (kernel: icmp6_match). Reading the type needs a whole 8-byte header. Unlike that of ICMP, type 255 is a type like the others. */
import { FALSE, all, eq, invertIf, range, type Predicate, type Step } from '../../ir/predicate.js';
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { layer4Header } from '../guided/header-number.js';
import { icmpTypeName, icmpTypeNumbers, listIcmpNames, readIcmpType, type IcmpType } from '../guided/icmp-type.js';
import { FIRST_FRAGMENT, hotdropIfShort } from '../guided/l4.js';
import { requireProtocol } from '../guided/refusal.js';
import { ICMP6 } from './types.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'icmpv6-type', arity: 1, invertible: true, mandatory: true }];

const HEADER_LENGTH = 8;

export interface Icmp6Data extends IcmpType {
  readonly invert: boolean;
}

function anyCode({ codeMin, codeMax }: IcmpType): boolean {
  return codeMin === 0 && codeMax === 255;
}

function list(data: Icmp6Data, numeric: boolean): string {
  const named = numeric ? undefined : icmpTypeName(ICMP6, data);
  if (named !== undefined) return ` ipv6-icmp ${data.invert ? '!' : ''}${named}`;
  return ` ipv6-icmp${data.invert ? ' !' : ''}${icmpTypeNumbers(data)}`;
}

function lower(data: Icmp6Data): readonly Step[] {
  const { type, codeMin, codeMax, invert } = data;
  const code = codeMin > codeMax ? FALSE : range('icmpCode', codeMin, codeMax);
  const test: Predicate = anyCode(data) ? eq('icmpType', type) : all(eq('icmpType', type), code);
  return [FIRST_FRAGMENT, hotdropIfShort('short8'), { kind: 'require', predicate: invertIf(invert, test) }];
}

export const icmp6: MatchExtension<Icmp6Data> = {
  kind: 'match',
  name: 'icmp6',
  families: ['ipv6'],
  effect: 'pure',
  implicitFor: [IPV6_HEADER.icmp6],
  options: OPTIONS,
  resolve: (uses) => {
    let data: Icmp6Data | undefined;
    readOptions('icmp6', OPTIONS, uses, { 'icmpv6-type': (use) => (data = { ...readIcmpType(ICMP6, use), invert: use.inverted }) });
    return data!;
  },
  save: (data) => `${data.invert ? ' !' : ''} --icmpv6-type ${data.type}${anyCode(data) ? '' : `/${data.codeMin}`}`,
  list,
  lower,
  evaluate: ({ type, codeMin, codeMax, invert }, packet) => {
    const header = layer4Header(packet, HEADER_LENGTH);
    if (!(header instanceof Uint8Array)) return header;
    return (header[0] === type && header[1]! >= codeMin && header[1]! <= codeMax) !== invert;
  },
  check: (_data, head) => requireProtocol(head, [IPV6_HEADER.icmp6]),
  help: () => `icmpv6 match options:
[!] --icmpv6-type typename	match icmpv6 type
				(or numeric type or type/code)
Valid ICMPv6 Types:
${listIcmpNames(ICMP6.names)}`,
};
