/** What a run found, as text. */
import type { Arena } from './arena.js';
import { minimise, type History } from './minimise.js';
import { PAUSE } from './phases.js';
import type { Difference, PhaseResult } from './run-phase.js';

function historyText({ sent, judged }: History): string {
  return judged.map(({ kernel, ours }, index) => {
    const { step, round } = sent[index]!;
    const pauses = round - (index === 0 ? round : sent[index - 1]!.round);
    const pause = pauses === 0 ? '' : `    -- ${pauses * PAUSE} s later\n`;
    const words = (judgement: string): string => (judgement === '' ? '(not counted)' : judgement);
    return `${pause}    ${step.note}\n      ${kernel === ours ? words(kernel) : `kernel: ${words(kernel)}   ours: ${words(ours)}`}`;
  }).join('\n');
}

/** A difference with the shortest history of its flow that shows one. */
export async function differenceText(arena: Arena, { phase, running }: Difference): Promise<string> {
  const { flow, judged, number, sent } = running;
  const head = `${phase.name}, ${flow.kind} flow ${number} (${flow.place}), packet ${judged.length}`;
  arena.set(phase.sysctls);
  const short = await minimise(arena, flow.place, sent);
  if (short === undefined) return `  ${head}: the flow alone shows no difference. Whole:\n${historyText(running)}`;
  return `  ${head}, at its shortest:\n${historyText(short)}`;
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
