/** Finds which packets made a difference: fresh twins, the same stream again, smaller and smaller steps where it differed before. */
import { compareTwin, type Comparison, type Twin } from './twin.js';
import { sameCount, type ComparedLine } from './counters.js';
import { EXACT, type Tolerance } from './tolerance.js';
import type { TwinPacket } from './packet.js';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What a stretch of packets changed differently on the two sides: counters are the moves during the stretch. */
export interface StretchDifference extends Stretch {
  readonly lines: readonly ComparedLine[];
  readonly arrivals: Comparison['arrivals'];
}

export interface ReplayOptions {
  readonly tolerance?: Tolerance;
  readonly progress?: (done: number) => void;
}

export interface Replay {
  readonly differences: readonly StretchDifference[];
  /** Counters at the end, and arrivals in all on the left side. */
  readonly lines: readonly ComparedLine[];
  readonly arrived: number;
}

const key = (line: ComparedLine): string => `${(line.left ?? line.right)?.chain} ${(line.left ?? line.right)?.position}`;

/** Lines whose difference (left minus right) changed since `before`, with the moves of either side as their counts. */
function moved(before: readonly ComparedLine[], now: readonly ComparedLine[], tolerance: Tolerance): ComparedLine[] {
  const earlier = new Map(before.map((line) => [key(line), line]));
  const out: ComparedLine[] = [];
  for (const line of now) {
    const old = earlier.get(key(line));
    if (line.left === undefined || line.right === undefined) {
      if (old === undefined) out.push(line);
      continue;
    }
    const left = { packets: line.left.count.packets - (old?.left?.count.packets ?? 0n), bytes: line.left.count.bytes - (old?.left?.count.bytes ?? 0n) };
    const right = { packets: line.right.count.packets - (old?.right?.count.packets ?? 0n), bytes: line.right.count.bytes - (old?.right?.count.bytes ?? 0n) };
    const differs = !sameCount(left, right, tolerance.ofLine(line.left));
    if (differs) out.push({ left: { ...line.left, count: left }, right: { ...line.right, count: right }, equal: false });
  }
  return out;
}

/** Sends the stretches in order through a twin that is loaded and untouched, comparing after each one that `compared` names. */
export async function replay(twin: Twin, packets: readonly TwinPacket[], stretches: readonly (Stretch & { compared: boolean })[], options: ReplayOptions = {}): Promise<Replay> {
  const tolerance = options.tolerance ?? EXACT;
  const differences: StretchDifference[] = [];
  let last = await compareTwin(twin);
  let arrived = 0;
  for (const [index, { start, end, compared }] of stretches.entries()) {
    twin.send(packets.slice(start, end));
    options.progress?.(end);
    const nextIsCompared = stretches[index + 1]?.compared === true;
    if (!compared && !nextIsCompared && index + 1 < stretches.length) continue;
    const now = await compareTwin(twin, tolerance);
    arrived += now.arrived;
    const lines = moved(last.lines, now.lines, tolerance);
    const strays = BigInt(now.arrivals.onlyLeft.length + now.arrivals.onlyRight.length);
    if (compared && (lines.length > 0 || strays > tolerance.arrivals)) differences.push({ start, end, lines, arrivals: now.arrivals });
    last = now;
  }
  return { differences, lines: last.lines, arrived };
}

/** Cuts a stretch into pieces of at most `size` packets, all to be compared. */
export function pieces(stretch: Stretch, size: number): (Stretch & { compared: true })[] {
  const out: (Stretch & { compared: true })[] = [];
  for (let start = stretch.start; start < stretch.end; start += size) out.push({ start, end: Math.min(start + size, stretch.end), compared: true });
  return out;
}

/** The whole stream again, up to the last suspect: `suspects` cut into pieces of `size` and compared, everything between them just sent. */
export function refine(suspects: readonly Stretch[], size: number): (Stretch & { compared: boolean })[] {
  const out: (Stretch & { compared: boolean })[] = [];
  let at = 0;
  for (const suspect of suspects) {
    if (suspect.start > at) out.push({ start: at, end: suspect.start, compared: false });
    out.push(...pieces(suspect, size));
    at = suspect.end;
  }
  return out;
}
