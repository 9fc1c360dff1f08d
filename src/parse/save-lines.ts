/** A save file cut into lines as iptables-restore reads them: fgets(3) into a buffer of 10240 bytes. */
import { textOfBytes } from '../net/byte-text.js';

const MAX_BYTES = 10_239;
const NEWLINE = 10;

export interface RawLine {
  /** Without the newline. */
  readonly text: string;
  /** Counts from 1, every piece of an overlong line is one. */
  readonly number: number;
  /** False for a last line without newline and for all pieces but the last of an overlong line. */
  readonly terminated: boolean;
}

/** The lines of a file, lazily. */
export function* saveLines(content: Buffer): Generator<RawLine> {
  let number = 0;
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(NEWLINE, at);
    const end = newline < 0 ? content.length : newline;
    // The newline takes a byte of the buffer too.
    const terminated = newline >= 0 && end - at < MAX_BYTES;
    const stop = terminated ? end : Math.min(end, at + MAX_BYTES);
    yield { text: textOfBytes(content.subarray(at, stop)), number: ++number, terminated };
    at = terminated ? stop + 1 : stop;
  }
}
