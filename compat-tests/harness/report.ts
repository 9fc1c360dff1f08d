/** The side-by-side table of rules and counters, and the list of differences with their packets. */
import { describePacket, hexOf } from './describe.js';
import type { ComparedLine } from './counters.js';
import type { Difference, TwinResult } from '../run.js';

function cell(line: ComparedLine['left']): [string, string] {
  return line === undefined ? ['-', '-'] : [String(line.count.packets), String(line.count.bytes)];
}

function position(line: ComparedLine): string {
  const either = line.left ?? line.right;
  return either === undefined || either.position === 'policy' ? '' : String(either.position);
}

/** Whether the counts are not the same, although the difference is one that `-m limit` explains (tolerance.ts). */
function tolerated({ left, right, equal }: ComparedLine): boolean {
  return equal && left !== undefined && right !== undefined && (left.count.packets !== right.count.packets || left.count.bytes !== right.count.bytes);
}

function mark(line: ComparedLine): string {
  if (!line.equal) return '!=';
  return tolerated(line) ? '~' : '';
}

/** Rows: packets and bytes of either side, `!=` where they differ, `~` where they differ by what a limit may, rule number and rule text. */
export function counterTable(lines: readonly ComparedLine[], names: readonly [string, string]): string {
  const header = [`${names[0]} pkts`, 'bytes', `${names[1]} pkts`, 'bytes', '', '#', 'rule'];
  const rows = lines.map((line) => {
    const either = line.left ?? line.right;
    const otherText = line.left !== undefined && line.right !== undefined && line.left.text !== line.right.text ? `   (${names[1]}: ${line.right.text})` : '';
    return [...cell(line.left), ...cell(line.right), mark(line), position(line), `${either?.text ?? ''}${otherText}`];
  });
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (column === 6 ? 0 : (row[column] ?? '').length))));
  const format = (row: readonly string[]): string =>
    row.map((text, column) => (column >= 6 ? text : text.padStart(widths[column] ?? 0))).join('  ').trimEnd();
  return [format(header), ...rows.map(format)].join('\n');
}

/** Bytes of a packet shown in full; the generator's seed gives the rest. */
const SHOWN_BYTES = 160;

/** One difference in a few lines: the packet, what either side counted for it, what arrived on one side only. */
export function differenceText(difference: Difference, names: readonly [string, string]): string {
  const { packets, first, lines, arrivals } = difference;
  const title =
    packets.length === 1
      ? `packet ${first + 1}: ${describePacket(packets[0]!)}\n  bytes ${hexOf(packets[0]!.l3.subarray(0, SHOWN_BYTES))}${packets[0]!.l3.length > SHOWN_BYTES ? '...' : ''}`
      : `packets ${first + 1} to ${first + packets.length} (together)`;
  const counted = lines.map((line) => {
    const either = line.left ?? line.right;
    return `  ${names[0]} ${line.left?.count.packets ?? '-'} packets, ${names[1]} ${line.right?.count.packets ?? '-'} packets: ${either?.text ?? ''}${position(line) === '' ? '' : ` (rule ${position(line)})`}`;
  });
  const only = (name: string, list: typeof arrivals.onlyLeft): string[] => [
    ...list.slice(0, 5).map((each) => `  arrived with ${name} only: ${each.text}`),
    ...(list.length > 5 ? [`  ... and ${list.length - 5} more with ${name} only`] : []),
  ];
  return [title, ...counted, ...only(names[0], arrivals.onlyLeft), ...only(names[1], arrivals.onlyRight)].join('\n');
}

/** The whole report: table, differences, one sentence of result. */
export function reportText(result: TwinResult): string {
  const parts = [counterTable(result.lines, result.names)];
  for (const difference of result.differences) parts.push(differenceText(difference, result.names));
  if (result.unlocated > 0) parts.push(`${result.unlocated} further stretches of packets differ and were not taken apart.`);
  const near = result.lines.filter(tolerated).length;
  const equal = near === 0 ? 'equal' : `equal, but for ${near} (marked ~) that differ by no more than -m limit may: its buckets fill with time`;
  const verdict = result.equal ? equal : 'DIFFERENT';
  parts.push(`${result.packets} packets, ${result.arrived} arrivals, ${result.lines.length} counters: ${verdict}.`);
  return parts.join('\n\n');
}
