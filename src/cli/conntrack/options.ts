/** The options of conntrack(8), and which of them each command takes. */
import { ConntrackProblem } from './problem.js';
import type { LongOption, Takes } from './scanner.js';

/** Options by letter; those that have none on the command line have a sign. */
export const SHORT: ReadonlyMap<string, Takes> = new Map([
  ...[...'LIUDGEFACjng>'].map((letter) => [letter, 'optional'] as const),
  ...[...'hVSz'].map((letter) => [letter, 'none'] as const),
  ...[...'sdrqptuea[]{}mifocbwl<()'].map((letter) => [letter, 'required'] as const),
]);

const LONG_NAMES = [
  'dump L', 'create I', 'add A', 'delete D', 'update U', 'get G', 'flush F', 'event E', 'counter C', 'stats S', 'version V', 'help h', 'orig-src s',
  'src s', 'orig-dst d', 'dst d', 'reply-src r', 'reply-dst q', 'protonum p', 'timeout t', 'status u', 'zero z', 'event-mask e', 'tuple-src [',
  'tuple-dst ]', 'mask-src {', 'mask-dst }', 'nat-range a', 'mark m', 'secmark c', 'id i', 'family f', 'src-nat n', 'dst-nat g', 'output o',
  'buffer-size b', 'any-nat j', 'zone w', 'label l', 'label-add <', 'label-del >', 'orig-zone (', 'reply-zone )',
];

export const LONG: readonly LongOption[] = LONG_NAMES.map((row) => {
  const [name = '', letter = ''] = row.split(' ');
  return { name, letter, takes: SHORT.get(letter)! };
});

/** The first long name of a letter: how messages name an option. */
export function longName(letter: string, long: readonly LongOption[] = LONG): string {
  return long.find((option) => option.letter === letter)!.name;
}

export type CommandLetter = 'L' | 'I' | 'U' | 'D' | 'G' | 'F' | 'E' | 'V' | 'h' | 'C' | 'S' | 'A';
export type Table = 'conntrack' | 'expect' | 'dying' | 'unconfirmed';

/** What a command does: `none` where the call names no command. */
export type Command = `${'conntrack' | 'expect'} ${CommandLetter}` | 'none';

/** The order of options in the tables below, in which they are also checked. */
const OPTION_ORDER = 'sdrqptuze[]{}amifngocbjwl<>()';

/** How messages name an option. */
const OPTION_NAMES: readonly string[] = [
  'src', 'dst', 'reply-src', 'reply-dst', 'protonum', 'timeout', 'status', 'zero', 'event-mask', 'tuple-src', 'tuple-dst', 'mask-src', 'mask-dst',
  'nat-range', 'mark', 'id', 'family', 'src-nat', 'dst-nat', 'output', 'secmark', 'buffer-size', 'any-nat', 'zone', 'label', 'label-add', 'label-del',
  'orig-zone', 'reply-zone',
];

/** Per command a digit for each option: 0 illegal, 1 needed, 2 allowed, 3 both of a pair (source and destination) of either direction. */
const LEGAL: Readonly<Partial<Record<Command, string>>> = {
  //                sdrqptuze[]{}amifngocbjwl<>()
  'conntrack L': '22222022000220202222202220022',
  'conntrack I': '33331120000002200220000202022',
  'conntrack A': '33331120000002200220000202022',
  'conntrack U': '22222220000220222222000022200',
  'conntrack D': '22222220000220222222000220022',
  'conntrack G': '33331000000000020002000020000',
  'conntrack F': '00000000000000002000000000000',
  'conntrack E': '22222000200220202222222220022',
  'conntrack h': '00002000000000000000000000000',
  'expect L': '00000000000000002002000000000',
  'expect I': '11221120011110000000000000000',
  'expect D': '11221000000000000000000000000',
  'expect G': '11221000000000000000000000000',
  'expect E': '00000000000000000002000000000',
};

/**
 * Holds options against a row of digits. `pairs`: which of a pair are both needed where the row has a 3, with what to say.
 * @throws ConntrackProblem
 */
export function checkOptions(given: (index: number) => boolean, row: string, names: readonly string[], pairs: readonly PairRule[]): void {
  [...row].forEach((digit, index) => {
    if (digit === '1' && !given(index)) throw new ConntrackProblem(`You need to supply the \`--${names[index]}' option for this command`);
    if (digit === '0' && given(index)) throw new ConntrackProblem(`Illegal option \`--${names[index]}' with this command`);
  });
  if (!row.includes('3') || pairs.some(({ indices }) => indices.every(given))) return;
  throw new ConntrackProblem((pairs.find(({ indices }) => indices.some(given)) ?? pairs[0]!).message);
}

export interface PairRule {
  readonly indices: readonly [number, number];
  readonly message: string;
}

const ADDRESS_PAIRS: readonly PairRule[] = [
  { indices: [0, 1], message: "you have to specify `--src' and `--dst'" },
  { indices: [2, 3], message: "you have to specify `--reply-src' and `--reply-dst'" },
];

/** Whether a command takes these options. @throws ConntrackProblem */
export function checkCommand(command: Command, given: ReadonlySet<string>): void {
  const row = LEGAL[command] ?? '0'.repeat(OPTION_ORDER.length);
  checkOptions((index) => given.has(OPTION_ORDER[index]!), row, OPTION_NAMES, ADDRESS_PAIRS);
}
