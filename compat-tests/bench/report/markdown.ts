/** Tables as Markdown. */
import type { Judgement, Table } from './section.js';

/** A Markdown table with columns of equal width; the first column stands left, the others right. */
export function tableText({ head, rows }: Table): string {
  const widths = head.map((word, column) => Math.max(3, word.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line), ''].join('\n');
}

/** Bar and result side by side. */
export function judgementTable(judgements: readonly Judgement[]): Table {
  return { head: ['bar', 'asked', 'result', ''], rows: judgements.map(({ what, bar, result, met }) => [what, bar, result, met ? 'met' : 'MISSED']) };
}
