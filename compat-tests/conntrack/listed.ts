/** Lines of conntrack and bpf-conntrack side by side: the same entries, seconds left that differ by no more than the time between the two, in any order. */

/** The seconds left in a line, and the line without them. */
interface Timed {
  readonly text: string;
  readonly seconds: number;
}

/** Who else holds an entry, its id, and who asked for a change are the kernel's own affairs. */
function timed(line: string): Timed {
  const plain = line.replace(/ \[USERSPACE\].*$/, '').replace(/ use=\d+/, '').replace(/ id=\d+$/, '');
  const [, before, seconds, after] = /^((?:\s*\[\w+\] )?(?:ipv[46] +\d+ )?\w+ +\d+|-\w -t) (\d+) (.*)$/.exec(plain) ?? [undefined, plain, '0', ''];
  return { text: `${before} ${after}`, seconds: Number(seconds) };
}

function lines(output: string): Timed[] {
  return output.split('\n').filter((line) => line !== '').map(timed);
}

function inOrder(list: readonly Timed[]): Timed[] {
  return [...list].sort((one, other) => (one.text === other.text ? one.seconds - other.seconds : one.text < other.text ? -1 : 1));
}

/** What differs, '' = nothing. `apart`: how many seconds later ours was asked. `ordered`: the order counts. */
export function differenceOfLines(kernel: string, ours: string, { apart = 0, ordered = false } = {}): string {
  const sides = [lines(kernel), lines(ours)].map((list) => (ordered ? list : inOrder(list))) as [Timed[], Timed[]];
  const [left, right] = sides;
  const near = (later: number): boolean => later >= -1 && later <= 1 + apart;
  const differs = (index: number): boolean => left[index]?.text !== right[index]?.text || !near(left[index]!.seconds - right[index]!.seconds);
  const first = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => index).find(differs);
  if (first === undefined) return '';
  const shown = (side: Timed[]): string => side.slice(first, first + 3).map(({ text, seconds }) => `${seconds}: ${text}`).join('\n    ');
  return `line ${first + 1} of ${left.length} and ${right.length}\n  kernel:\n    ${shown(left)}\n  ours:\n    ${shown(right)}`;
}
