/** `file:line:column` and the source line with a caret under the word: how an error in a save file is shown. */
import type { Span } from '../errors/errors.js';

/** Of a longer line only this much around the word is shown. */
const WIDTH = 160;

/** Tabs stay, so that the caret stands right; other control characters would move it. */
function visible(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '?');
}

/** `FILE:LINE:COLUMN`; `-` for standard input. */
export function formatPlace(span: Span): string {
  return `${span.file ?? '-'}:${span.line}:${span.column}`;
}

/**
 * Two lines, without a newline at the end: the source line, and carets under the word.
 * @param sourceLine the line the span is in, without its newline.
 */
export function formatCaret(span: Span, sourceLine: string): string {
  const start = Math.min(Math.max(span.column - 1, 0), sourceLine.length);
  const from = start + span.length <= WIDTH ? 0 : Math.max(0, start - WIDTH / 2);
  const shown = visible(sourceLine.slice(from, from + WIDTH));
  const pad = shown.slice(0, start - from).replace(/[^\t]/g, ' ');
  const room = Math.max(1, shown.length - (start - from));
  return `${shown}\n${pad}${'^'.repeat(Math.min(Math.max(span.length, 1), room))}`;
}
