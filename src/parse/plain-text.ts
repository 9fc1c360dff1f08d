/**
 * Plain text: lines in which a word is what stands between two blanks. No quotes inside a word, no backslash, nothing but printable ASCII. What is said
 * here of a word holds for every splitter of lines we have; where a line is any different, it is not plain and nobody here has an opinion of it.
 */

const BLANK = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const TILDE = 126;

/** End of the plain word that starts at `at` and ends at a blank or at `end`; -1 where there is no such word. */
export function plainWordEnd(text: string, at: number, end: number): number {
  let next = at;
  while (next < end) {
    const code = text.charCodeAt(next);
    if (code <= BLANK || code > TILDE || code === QUOTE || code === BACKSLASH) break;
    next++;
  }
  return next > at && (next === end || text.charCodeAt(next) === BLANK) ? next : -1;
}

/** End of a word in double quotes that starts at `at`, the quotes included; -1 where it is empty or not plain inside (blanks are). */
export function quotedWordEnd(text: string, at: number, end: number): number {
  let next = at + 1;
  while (next < end) {
    const code = text.charCodeAt(next);
    if (code < BLANK || code > TILDE || code === QUOTE || code === BACKSLASH) break;
    next++;
  }
  if (next >= end || text.charCodeAt(next) !== QUOTE || next === at + 1) return -1;
  next++;
  return next === end || text.charCodeAt(next) === BLANK ? next : -1;
}
