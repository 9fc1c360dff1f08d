/** Average rates of `-m limit`: a period per packet in units of 1/10000 second, as the kernel interface has it. */
import { ParameterProblem, type Span } from '../../errors/errors.js';

/** XT_LIMIT_SCALE */
export const LIMIT_SCALE = 10_000;

/** Seconds of each unit: parsed in this order, printed from the longest. */
const UNITS = [
  { word: 'second', printed: 'sec', seconds: 1 },
  { word: 'minute', printed: 'min', seconds: 60 },
  { word: 'hour', printed: 'hour', seconds: 3600 },
  { word: 'day', printed: 'day', seconds: 86400 },
] as const;

/** atoi(3): what cannot be read is 0, what does not fit in 64 bits is the nearest that does, of which the low 32 bits count. */
function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text);
  if (!digits) return 0;
  const value = BigInt(digits[1]!);
  const limit = (1n << 63n) - 1n;
  const clamped = value > limit ? limit : value < -limit - 1n ? -limit - 1n : value;
  return Number(BigInt.asUintN(32, clamped));
}

/** `3/min`, `5`, `7/s` to a period of 1..864,000,000 in 1/10000 s. */
export function parseRate(text: string, span?: Span): number {
  const bad = (): ParameterProblem => new ParameterProblem(`bad rate "${text}"'`, span);
  const slash = text.indexOf('/');
  const word = text.slice(slash + 1).toLowerCase();
  const unit = slash < 0 ? UNITS[0] : word === '' ? undefined : UNITS.find((u) => u.word.startsWith(word));
  const count = atoi(text);
  if (!unit || count === 0) throw bad();
  const period = Math.floor((LIMIT_SCALE * unit.seconds) / count);
  if (period === 0) throw new ParameterProblem(`Rate too fast "${text}"`, span);
  return period;
}

/** A period as `3/min`: the shortest unit in which the count stays exact enough. */
export function formatRate(period: number): string {
  let chosen: (typeof UNITS)[number] = UNITS[3];
  for (const unit of [UNITS[2], UNITS[1], UNITS[0]]) {
    const scaled = unit.seconds * LIMIT_SCALE;
    if (period > scaled || Math.floor(scaled / period) < scaled % period) break;
    chosen = unit;
  }
  return `${Math.floor((chosen.seconds * LIMIT_SCALE) / period)}/${chosen.printed}`;
}
