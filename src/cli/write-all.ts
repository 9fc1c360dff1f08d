/** Output as commands write it. */
import { writeSync } from 'node:fs';
import { bytesOfText } from '../net/byte-text.js';

/** Writes everything before it returns; a pipe that is full is waited for, one that nobody reads ends the program as SIGPIPE would. */
export function writeAll(fd: number, text: string): void {
  const bytes = bytesOfText(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(128 + 13);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
