/** A save file cut into lines as iptables-restore reads them: fgets(3) into a buffer of 10240 bytes. */
import { isAscii } from 'node:buffer';
import { textOfBytes } from '../net/byte-text.js';

const MAX_BYTES = 10_239;
const NEWLINE = 10;

export class RawLine {
  /**
   * @param source the text that the line is a piece of: from `start` to `end` (exclusive), without the newline
   * @param number counts from 1, every piece of an overlong line is one
   * @param terminated false for a last line without newline and for all pieces but the last of an overlong line
   */
  constructor(
    readonly source: string,
    readonly start: number,
    readonly end: number,
    readonly number: number,
    readonly terminated: boolean,
  ) {}

  /** Without the newline. */
  get text(): string {
    return this.source.slice(this.start, this.end);
  }
}

/** The lines of a file, lazily. */
export function* saveLines(content: Buffer): Generator<RawLine> {
  // Where bytes are characters, the lines stay pieces of one text.
  const whole = isAscii(content) ? content.toString('latin1') : undefined;
  let number = 0;
  let at = 0;
  while (at < content.length) {
    const newline = whole === undefined ? content.indexOf(NEWLINE, at) : whole.indexOf('\n', at);
    const end = newline < 0 ? content.length : newline;
    // The newline takes a byte of the buffer too.
    const terminated = newline >= 0 && end - at < MAX_BYTES;
    const stop = terminated ? end : Math.min(end, at + MAX_BYTES);
    number++;
    if (whole !== undefined) yield new RawLine(whole, at, stop, number, terminated);
    else {
      const text = textOfBytes(content.subarray(at, stop));
      yield new RawLine(text, 0, text.length, number, terminated);
    }
    at = terminated ? stop + 1 : stop;
  }
}
