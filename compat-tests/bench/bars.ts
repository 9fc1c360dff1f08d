/** The bars classification is held to, ns over parse and drop, by shape, rules and flows. */

const UNIFORM: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  grid: { 10_000: 50, 100_000: 70 },
  acl1: { 10_000: 100, 100_000: 220 },
  fw1: { 10_000: 100, 100_000: 220 },
  ipc1: { 10_000: 100, 100_000: 220 },
  half: { 10_000: 40, 100_000: 90 },
  exact: { 10_000: 30, 100_000: 85 },
};
const HOT: Readonly<Record<number, number>> = { 10_000: 55, 100_000: 90 };

const MEGABYTE = 1_000_000;
/** Any shape, 1 to 16 rules. */
const FEW = 15;

export const JUMP_BAR = 20;
export const MATCH_BAR = 15;
export const LOAD_BAR = 150;

/** ns a packet; undefined where none is set. */
export function timeBar(shape: string, rules: number, flows: number): number | undefined {
  if (rules <= 16) return flows > 1024 ? FEW : undefined;
  if (flows <= 1024) return ['acl1', 'fw1', 'ipc1'].includes(shape) ? HOT[rules] : undefined;
  return UNIFORM[shape]?.[rules];
}

/** Bytes of maps; undefined where none is set. */
export function memoryBar(rules: number): number | undefined {
  return { 10_000: 8 * MEGABYTE, 100_000: 64 * MEGABYTE }[rules];
}
