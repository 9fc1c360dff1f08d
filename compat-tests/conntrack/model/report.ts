/** What a run found, as text. */
import type { Arena, Judged } from './arena.js';
import type { Step } from './flow.js';
import { minimise } from './minimise.js';
import type { Difference, PhaseResult } from './run-phase.js';

function historyText(steps: readonly Step[], judged: readonly Judged[]): string {
  return judged.map(({ kernel, ours }, index) => `    ${steps[index]!.note}\n      ${kernel === ours ? kernel : `kernel: ${kernel === '' ? '(not counted)' : kernel}   ours: ${ours === '' ? '(not counted)' : ours}`}`).join('\n');
}

/** A difference with the history of its flow, and the shortest one that shows a difference. */
export async function differenceText(arena: Arena, { phase, running }: Difference): Promise<string> {
  const { flow, judged, number } = running;
  const head = `${phase.name}, ${flow.kind} flow ${number} (${flow.place}), packet ${judged.length}`;
  const whole = historyText(flow.steps, judged);
  if (phase.rounds !== undefined) return `  ${head}, pauses not shown:\n${whole}`;
  arena.set(phase.sysctls);
  const short = await minimise(arena, flow.place, flow.steps.slice(0, judged.length));
  if (short === undefined) return `  ${head}: the flow alone shows no difference. Whole:\n${whole}`;
  return `  ${head}, at its shortest:\n${historyText(short.steps, short.judged)}`;
}

/** What differs, in a word: what each said of the packet. */
export function signature({ running }: Difference): string {
  const { kernel, ours } = running.judged.at(-1)!;
  return `${running.flow.kind}: kernel ${kernel === '' ? 'nothing' : kernel}, ours ${ours === '' ? 'nothing' : ours}`;
}

export function metText(results: readonly PhaseResult[]): string {
  const all = new Map<string, number>();
  for (const { met } of results) for (const [key, count] of met) all.set(key, (all.get(key) ?? 0) + count);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => `${key} ${count}`).join(', ');
}
