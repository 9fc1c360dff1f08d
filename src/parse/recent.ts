/**
 * Values made of pieces of text, kept for when the same piece comes again: a table of fixed size in which a new entry takes the place of the one that
 * has its hash. A piece is kept when it comes for the second time, so a file of a hundred thousand different pieces leaves nothing behind; of pieces
 * that come often, all but the first give the same object.
 */

const BITS = 13;
const SIZE = 1 << BITS;

/** To begin a hash with; the hash of a text is the result of folding in its characters. */
export const HASH_START = 0x811c9dc5 | 0;

/** Folds one character into a hash (FNV-1a). */
export function foldIn(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

export class RecentTexts<Value> {
  /** Hash of the piece that came last to each place. */
  private readonly hashes = new Int32Array(SIZE);
  private readonly texts: (string | undefined)[] = new Array<string | undefined>(SIZE).fill(undefined);
  private readonly values: (Value | undefined)[] = new Array<Value | undefined>(SIZE).fill(undefined);

  /** @param make the value of a text; not asked for one that is kept */
  constructor(private readonly make: (text: string) => Value) {}

  /** The value of the piece of `text` from `start` to `end`. @param hash of its characters, in order */
  of(text: string, start: number, end: number, hash: number): Value {
    const place = (hash ^ (hash >>> BITS)) & (SIZE - 1);
    const again = this.hashes[place] === hash;
    if (again) {
      const known = this.texts[place];
      if (known !== undefined && known.length === end - start && text.startsWith(known, start)) return this.values[place]!;
    }
    const piece = text.slice(start, end);
    const value = this.make(piece);
    if (again) {
      this.texts[place] = piece;
      this.values[place] = value;
    } else this.hashes[place] = hash;
    return value;
  }
}
