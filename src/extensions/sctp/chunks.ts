/** Chunk types and flags of SCTP as iptables names them. */
import { ParameterProblem, type Span } from '../../errors/errors.js';

/** In the order of iptables' own table. Flags from bit 7 down; `-` is a name of the first bit that has no other. */
const CHUNKS: readonly (readonly [name: string, type: number, flags?: string])[] = [
  ['DATA', 0, '----IUBE'],
  ['INIT', 1],
  ['INIT_ACK', 2],
  ['SACK', 3],
  ['HEARTBEAT', 4],
  ['HEARTBEAT_ACK', 5],
  ['ABORT', 6, '-------T'],
  ['SHUTDOWN', 7],
  ['SHUTDOWN_ACK', 8],
  ['ERROR', 9],
  ['COOKIE_ECHO', 10],
  ['COOKIE_ACK', 11],
  ['ECN_ECNE', 12],
  ['ECN_CWR', 13],
  ['SHUTDOWN_COMPLETE', 14, '-------T'],
  ['I_DATA', 64, '----IUBE'],
  ['RE_CONFIG', 130],
  ['PAD', 132],
  ['ASCONF', 193],
  ['ASCONF_ACK', 128],
  ['FORWARD_TSN', 192],
  ['I_FORWARD_TSN', 194],
];

const NO_FLAGS = '--------';
/** XT_NUM_SCTP_FLAGS. */
const MOST_WITH_FLAGS = 4;
const TOO_MANY =
  'Number of chunk types with flags exceeds currently allowed limit. Increasing this limit involves changing IPT_NUM_SCTP_FLAGS and recompiling both the kernel space and user space modules';

/** (flags of a chunk of this type & mask) === value. */
export interface ChunkFlags {
  /** iptables writes down its own table's index, which is the type up to SHUTDOWN_COMPLETE alone: flags of the others ask nothing of them. */
  readonly type: number;
  readonly mask: number;
  readonly value: number;
}

export interface Chunks {
  readonly how: 'all' | 'any' | 'only';
  readonly invert: boolean;
  /** All 256 types or a list, ascending. */
  readonly types: 'ALL' | readonly number[];
  /** In the order written. */
  readonly flags: readonly ChunkFlags[];
}

function readHow(text: string, span?: Span): Chunks['how'] {
  const how = (['all', 'any', 'only'] as const).find((word) => word === text.toLowerCase());
  if (how === undefined) throw new ParameterProblem('Match type has to be one of "ALL", "ANY" or "ONLY"', span);
  return how;
}

/** One letter of a chunk's flags: capital = set, else clear. A flag named twice is to be set where one of them is a capital. */
function withFlag(flags: Map<number, ChunkFlags>, index: number, letter: string, span?: Span): void {
  const at = (CHUNKS[index]![2] ?? NO_FLAGS).indexOf(letter.toUpperCase());
  if (at < 0) throw new ParameterProblem(`Invalid flags for chunk type ${index}`, span);
  const before = flags.get(index) ?? { type: index, mask: 0, value: 0 };
  if (!flags.has(index) && flags.size === MOST_WITH_FLAGS) throw new ParameterProblem(TOO_MANY, span);
  const bit = 1 << (7 - at);
  flags.set(index, { type: index, mask: before.mask | bit, value: /[A-Z]/.test(letter) ? before.value | bit : before.value });
}

/** `all DATA:Be,INIT`. Names in any case, empty ones are skipped; ALL and NONE stand alone. @throws ParameterProblem */
export function readChunks(words: readonly string[], invert: boolean, span?: Span): Chunks {
  const [first = '', list] = words;
  if (list === undefined) throw new ParameterProblem('--chunk-types requires two args', span);
  const how = readHow(first, span);
  if (list.toUpperCase() === 'ALL') return { how, invert, types: 'ALL', flags: [] };
  const types = new Set<number>();
  const flags = new Map<number, ChunkFlags>();
  if (list.toUpperCase() !== 'NONE') for (const item of list.split(',').filter((word) => word !== '')) {
    const [name = '', ...letters] = item.split(':');
    const index = CHUNKS.findIndex(([known]) => known === name.toUpperCase());
    if (index < 0) throw new ParameterProblem(`Unknown sctp chunk \`${name}'`, span);
    types.add(CHUNKS[index]![1]);
    for (const letter of letters.join(':')) withFlag(flags, index, letter, span);
  }
  return { how, invert, types: [...types].sort((a, b) => a - b), flags: [...flags.values()] };
}

function flagText(type: number, flags: readonly ChunkFlags[]): string {
  const asked = flags.find((entry) => entry.type === type);
  if (!asked || asked.mask === 0) return '';
  const names = CHUNKS[type]?.[2] ?? NO_FLAGS;
  const letters = [...names].flatMap((name, at) => {
    const bit = 1 << (7 - at);
    return asked.mask & bit ? [asked.value & bit ? name : name.toLowerCase()] : [];
  });
  return `:${letters.join('')}`;
}

/** `all DATA:Be,INIT`; numbers of four hexadecimal digits where numeric. */
export function chunksText({ how, types, flags }: Chunks, numeric: boolean): string {
  if (types === 'ALL') return `${how} ALL`;
  if (types.length === 0) return `${how} NONE`;
  const name = (type: number): string =>
    numeric ? `0x${type.toString(16).toUpperCase().padStart(4, '0')}` : CHUNKS.find(([, known]) => known === type)![0];
  return `${how} ${types.map((type) => name(type) + flagText(type, flags)).join(',')}`;
}
