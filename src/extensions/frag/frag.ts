/** `-m frag`: the fragment header (kernel: ip6t_frag.c frag_mt6). The kernel keeps `--fraglen` and does not heed it. */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { IPV6_HEADER } from '../../net/ipv6-extensions.js';
import type { PacketView } from '../../net/packet-view.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { extensionHeader } from '../guided/extension-header.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { ANY_UINT32, UINT32_MAX, inRange, listUint32Range, readUint, readUintRange, saveUint32Range, type InvertibleRange } from '../guided/uint.js';

/** Options without a value, in the order in which they are saved: the word of -L, and the bit for the function in bpf/. */
const FLAGS = {
  fragres: { word: 'reserved', bit: 1 },
  fragfirst: { word: 'first', bit: 2 },
  fragmore: { word: 'more', bit: 4 },
  fraglast: { word: 'last', bit: 8 },
} as const;

type Flag = keyof typeof FLAGS;

const FLAG_NAMES = Object.keys(FLAGS) as readonly Flag[];

const OPTIONS: readonly GuidedOption[] = [
  { name: 'fragid', arity: 1, invertible: true },
  { name: 'fraglen', arity: 1, invertible: true },
  { name: 'fragres', arity: 0, invertible: false },
  { name: 'fragfirst', arity: 0, invertible: false },
  { name: 'fragmore', arity: 0, invertible: false, excludes: ['fraglast'] },
  { name: 'fraglast', arity: 0, invertible: false, excludes: ['fragmore'] },
];

const HEADER_LENGTH = 8;

export interface FragmentData {
  readonly id: InvertibleRange;
  /** `--fragid`, of any range: to -C and -D another rule than one without it. */
  readonly idGiven?: true;
  readonly length?: { readonly bytes: number; readonly invert: boolean };
  readonly flags: readonly Flag[];
}

function resolve(uses: readonly OptionUse[]): FragmentData {
  let id = ANY_UINT32;
  let idGiven: { readonly idGiven?: true } = {};
  let length: FragmentData['length'];
  const given = new Set<Flag>();
  const flags = Object.fromEntries(FLAG_NAMES.map((name) => [name, () => void given.add(name)]));
  readOptions('frag', OPTIONS, uses, {
    fragid: (use) => {
      id = { ...readUintRange('frag', use, UINT32_MAX), invert: use.inverted };
      idGiven = { idGiven: true };
    },
    fraglen: (use) => (length = { bytes: readUint('frag', use, UINT32_MAX), invert: use.inverted }),
    ...flags,
  });
  return { id, ...idGiven, ...(length ? { length } : {}), flags: FLAG_NAMES.filter((name) => given.has(name)) };
}

function evaluate({ id, flags }: FragmentData, packet: PacketView): boolean | 'hotdrop' {
  const header = extensionHeader(packet, IPV6_HEADER.fragment, HEADER_LENGTH);
  if (!(header instanceof Uint8Array)) return header;
  const word = readBe16(header, 2);
  const more = (word & 1) !== 0;
  const holds: Readonly<Record<Flag, boolean>> = {
    fragres: header[1] === 0 && (word & 6) === 0,
    fragfirst: word >> 3 === 0,
    fragmore: more,
    fraglast: !more,
  };
  return inRange(readBe32(header, 4), id) && flags.every((flag) => holds[flag]);
}

export const frag: MatchExtension<FragmentData> = {
  kind: 'match',
  name: 'frag',
  families: ['ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: ({ id, length, flags }) => {
    const saved = length ? `${length.invert ? ' !' : ''} --fraglen ${length.bytes}` : '';
    return `${saveUint32Range('fragid', id)}${saved}${flags.map((flag) => ` --${flag}`).join('')}`;
  },
  list: ({ id, length, flags }) => {
    const listed = length ? ` length:${length.invert ? '!' : ''}${length.bytes}` : '';
    return ` frag ${listUint32Range('id', id)}${listed}${flags.map((flag) => ` ${FLAGS[flag].word}`).join('')}`;
  },
  lower: ({ id, flags }) => [
    { kind: 'call', stub: 'fragment_header', config: [id.min, id.max, Number(id.invert), flags.reduce((bits, flag) => bits | FLAGS[flag].bit, 0)].map(BigInt), invert: false },
  ],
  evaluate,
  help: () => `frag match options:
[!] --fragid id[:id]           match the id (range)
[!] --fraglen length           total length of this header
 --fragres                     check the reserved field too
 --fragfirst                   matches on the first fragment
 [--fragmore|--fraglast]       there are more fragments or this
                               is the last one
`,
};
