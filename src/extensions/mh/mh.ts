/** `-m mh`: the type of a mobility header (kernel: ip6t_mh.c mh_mt6). A header that announces another one behind it is dropped. */
import { ParameterProblem } from '../../errors/errors.js';
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { headerNumberSteps, layer4Header } from '../guided/header-number.js';
import { requireProtocol } from '../guided/refusal.js';
import { UINT8_MAX, inRange, type InvertibleRange } from '../guided/uint.js';
import { listMobilityTypes, mobilityTypeText, readMobilityType } from './types.js';

/** Payload protocol, length, type, reserved, checksum. */
const HEADER_LENGTH = 6;
const TYPE_AT = 2;

const OPTIONS: readonly GuidedOption[] = [{ name: 'mh-type', arity: 1, invertible: true }];

const ANY_TYPE: InvertibleRange = Object.freeze({ min: 0, max: UINT8_MAX, invert: false });

/** `TYPE`, `FIRST:LAST`, either of them left out. */
function readTypes(use: OptionUse): InvertibleRange {
  const text = use.values[0] ?? '';
  const colon = text.indexOf(':');
  const type = (word: string): number => readMobilityType(word, use);
  const [first, last] = colon < 0 ? [text, text] : [text.slice(0, colon), text.slice(colon + 1)];
  const min = first === '' && colon >= 0 ? 0 : type(first);
  const max = last === '' && colon >= 0 ? UINT8_MAX : type(last);
  if (min > max) throw new ParameterProblem('Invalid MH type range (min > max)', use.span);
  return { min, max, invert: use.inverted };
}

/** Also inverted: ip6tables-save loses that one. */
function isAny({ min, max }: InvertibleRange): boolean {
  return min === 0 && max === UINT8_MAX;
}

function text({ min, max }: InvertibleRange, numeric: boolean): string {
  return min === max ? mobilityTypeText(min, numeric) : `${mobilityTypeText(min, numeric)}:${mobilityTypeText(max, numeric)}`;
}

export const mh: MatchExtension<InvertibleRange> = {
  kind: 'match',
  name: 'mh',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [IPV6_HEADER.mobility],
  options: OPTIONS,
  resolve: (uses) => {
    let types = ANY_TYPE;
    readOptions('mh', OPTIONS, uses, { 'mh-type': (use) => (types = readTypes(use)) });
    return types;
  },
  save: (types) => (isAny(types) ? '' : `${types.invert ? ' !' : ''} --mh-type ${text(types, true)}`),
  list: (types, numeric) => (isAny(types) && !types.invert ? ' mh' : ` mh ${types.invert ? '!' : ''}${text(types, numeric)}`),
  lower: (types) =>
    headerNumberSteps({ needed: HEADER_LENGTH, at: 0, shift: 8, mask: UINT8_MAX, fixed: { mask: 0xff000000, value: IPV6_HEADER.none * 2 ** 24 } }, types),
  evaluate: (types, packet) => {
    const header = layer4Header(packet, HEADER_LENGTH);
    if (!(header instanceof Uint8Array)) return header;
    return header[0] === IPV6_HEADER.none ? inRange(header[TYPE_AT]!, types) : 'hotdrop';
  },
  check: (_data, head) => requireProtocol(head, [IPV6_HEADER.mobility]),
  help: () => `mh match options:
[!] --mh-type type[:type]	match mh type
Valid MH types:
${listMobilityTypes()}`,
};
