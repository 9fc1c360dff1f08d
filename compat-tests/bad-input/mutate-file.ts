/** Spoils a restore file: one to three random changes, the same for the same seed. */
import { Random } from '../../src/property/random.js';

/** What has a meaning to somebody on the way: delimiters, extremes, words of other places. */
const PIECES = [
  '"', '\\', '\n', '\r\n', '\0', '\t', ' ', '[', ']', ':', '*', '-', '--', '!', '#', '/', ',', '+', '%s', '\xff', '\xc3', 'é', '[1:2] ', 'COMMIT\n', '*filter\n', '*nat\n', '-j ', '-A INPUT ',
  '0', '-1', '256', '65536', '4294967295', '4294967296', '18446744073709551615', '18446744073709551616', '99999999999999999999999', '0x', '0xffffffffff', '1e9', '1.2.3.4.5', '255.255.255.255/33',
] as const;

type Change = (bytes: Buffer, random: Random) => Buffer;

function splice(bytes: Buffer, at: number, cut: number, put: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
}

/** Applies `edit` to the file's lines (each with its newline) or to its words. */
function onPieces(bytes: Buffer, pattern: RegExp, edit: (pieces: string[]) => void): Buffer {
  const pieces = bytes.toString('latin1').match(pattern) ?? [];
  if (pieces.length > 1) edit(pieces);
  return Buffer.from(pieces.join(''), 'latin1');
}

const LINES = /[^\n]*\n|[^\n]+$/g;
const WORDS = /\s+|\S+/g;

/** Index of a word (not a gap) in what WORDS gives. */
function someWord(pieces: readonly string[], random: Random): number {
  for (let tries = 0; tries < 20; tries++) {
    const at = random.below(pieces.length);
    if (pieces[at]!.trim() !== '') return at;
  }
  return 0;
}

const CHANGES: Readonly<Record<string, Change>> = {
  truncate: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  'flip bit': (bytes, random) => {
    const out = Buffer.from(bytes);
    const at = random.below(Math.max(1, out.length));
    if (at < out.length) out[at]! ^= 1 << random.below(8);
    return out;
  },
  'change byte': (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, Buffer.of(random.below(256))),
  'insert piece': (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.below(3), Buffer.from(random.pick(PIECES), 'latin1')),
  'insert NUL': (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Buffer.of(0)),
  'cut bytes': (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.between(1, 40)),
  'repeat line': (bytes, random) => onPieces(bytes, LINES, (lines) => lines.splice(random.below(lines.length), 0, random.pick(lines))),
  'drop line': (bytes, random) => onPieces(bytes, LINES, (lines) => lines.splice(random.below(lines.length), 1)),
  'swap lines': (bytes, random) =>
    onPieces(bytes, LINES, (lines) => {
      const [a, b] = [random.below(lines.length), random.below(lines.length)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    }),
  'swap words': (bytes, random) =>
    onPieces(bytes, WORDS, (words) => {
      const [a, b] = [someWord(words, random), someWord(words, random)];
      [words[a], words[b]] = [words[b]!, words[a]!];
    }),
  'copy word': (bytes, random) => onPieces(bytes, WORDS, (words) => words.splice(someWord(words, random), 0, random.pick(words), ' ')),
  'drop word': (bytes, random) => onPieces(bytes, WORDS, (words) => words.splice(someWord(words, random), 1)),
  'replace word': (bytes, random) => onPieces(bytes, WORDS, (words) => words.splice(someWord(words, random), 1, random.pick(PIECES))),
  'huge number': (bytes, random) => Buffer.from(bytes.toString('latin1').replace(/\d+/g, (digits) => (random.chance(0.02) ? random.pick(PIECES.slice(-12)) : digits)), 'latin1'),
};

/** A spoiled file and what was done to it. */
export interface SpoiledFile {
  readonly seed: string;
  readonly changes: readonly string[];
  readonly bytes: Buffer;
}

/** Spoils `original` as `seed` says. Deterministic. */
export function mutateFile(original: Buffer, seed: string): SpoiledFile {
  const random = new Random(seed);
  const names = Array.from({ length: random.between(1, 3) }, () => random.pick(Object.keys(CHANGES)));
  return { seed, changes: names, bytes: names.reduce((bytes, name) => CHANGES[name]!(bytes, random), original) };
}
