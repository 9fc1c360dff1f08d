/** `-m ah` of ip6tables: the authentication header, wherever it stands among the extension headers (kernel: ip6t_ah.c ah_mt6). */
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import { readBe16, readBe32 } from '../../net/bytes.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { extensionHeader } from '../guided/extension-header.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { ANY_UINT32, UINT32_MAX, inRange, listUint32Range, readUint, readUintRange, saveUint32Range, type InvertibleRange } from '../guided/uint.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'ahspi', arity: 1, invertible: true },
  { name: 'ahlen', arity: 1, invertible: true },
  { name: 'ahres', arity: 0, invertible: false },
];

/** All of it but the integrity check value. */
const HEADER_LENGTH = 12;

export interface AuthenticationData {
  readonly spi: InvertibleRange;
  /** Bytes; 0 is every length, also inverted. */
  readonly length: number;
  readonly invertLength: boolean;
  /** The reserved field must be 0. */
  readonly reserved: boolean;
}

function resolve(uses: readonly OptionUse[]): AuthenticationData {
  let spi = ANY_UINT32;
  let length = 0;
  let invertLength = false;
  let reserved = false;
  readOptions('ah', OPTIONS, uses, {
    ahspi: (use) => (spi = { ...readUintRange('ah', use, UINT32_MAX), invert: use.inverted }),
    ahlen: (use) => {
      length = readUint('ah', use, UINT32_MAX);
      invertLength = use.inverted;
    },
    ahres: () => (reserved = true),
  });
  return { spi, length, invertLength, reserved };
}

function evaluate({ spi, length, invertLength, reserved }: AuthenticationData, packet: PacketView): boolean | 'hotdrop' {
  const header = extensionHeader(packet, IPV6_HEADER.ah, HEADER_LENGTH);
  if (!(header instanceof Uint8Array)) return header;
  const bytes = (header[1]! + 2) * 4;
  return inRange(readBe32(header, 4), spi) && (length === 0 || (bytes === length) !== invertLength) && !(reserved && readBe16(header, 2) !== 0);
}

export const ah6: MatchExtension<AuthenticationData> = {
  kind: 'match',
  name: 'ah',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  implicitFor: [IPV6_HEADER.ah],
  options: OPTIONS,
  resolve,
  save: ({ spi, length, invertLength, reserved }) => {
    const saved = length !== 0 || invertLength ? `${invertLength ? ' !' : ''} --ahlen ${length}` : '';
    return `${saveUint32Range('ahspi', spi)}${saved}${reserved ? ' --ahres' : ''}`;
  },
  list: ({ spi, length, invertLength, reserved }) => {
    const listed = length !== 0 || invertLength ? `length:${invertLength ? '!' : ''}${length}` : '';
    return ` ah ${listUint32Range('spi', spi)}${listed}${reserved ? ' reserved' : ''}`;
  },
  lower: ({ spi, length, invertLength, reserved }) => [
    { kind: 'call', stub: 'ah6', config: [spi.min, spi.max, Number(spi.invert), length, Number(invertLength), Number(reserved)].map(BigInt), invert: false },
  ],
  evaluate,
  help: () => `ah match options:
[!] --ahspi spi[:spi]          match spi (range)
[!] --ahlen length             total length of this header
 --ahres                       check the reserved field too
`,
};
