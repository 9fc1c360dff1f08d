/** What a classification measured, as tables and bars. */
import { JUMP_BAR, LOAD_BAR, MATCH_BAR, memoryBar, timeBar } from '../bars.js';
import { judge, type Judgement, type Table } from '../report/section.js';
import { EXTRA } from '../shapes/all.js';
import { median, spread } from '../statistics.js';
import type { Classification, Classified } from './measure.js';

const MEGABYTE = 1e6;

/** Median ns over parse and drop; undefined where this traffic was not made. */
export function timeOf(one: Classified, traffic: string): number | undefined {
  const found = one.traffic.find(({ name }) => name === traffic);
  return found === undefined ? undefined : median(found.samples);
}

export const flowsName = (flows: number): string => `${flows} flows`;

export function classificationTable({ cases }: Classification, flows: readonly number[]): Table {
  const single = (one: Classified, traffic: string): string => timeOf(one, traffic)?.toFixed(0) ?? '-';
  return {
    head: ['shape', 'rules', 'strategy', 'first', 'last', 'miss', ...flows.map(flowsName), 'maps, MB', 'load, ms', 'build, ms'],
    rows: cases.map((one) => [
      one.shape, String(one.rules), one.strategy, single(one, 'first'), single(one, 'last'), single(one, 'miss'),
      ...flows.map((count) => spread(one.traffic.find(({ name }) => name === flowsName(count))!.samples, 0)),
      (one.bytes / MEGABYTE).toFixed(2), one.load.toFixed(0), one.build.toFixed(0),
    ]),
  };
}

/** Bars that are set for these shapes and numbers. */
export function classificationBars({ cases }: Classification, flows: readonly number[]): Judgement[] {
  return cases.flatMap((one) => {
    const name = `${one.shape}, ${one.asked} rules`;
    const times = flows.flatMap((count) => {
      const bar = timeBar(one.shape, one.asked, count);
      return bar === undefined ? [] : [judge(`${name}, ${flowsName(count)}`, timeOf(one, flowsName(count))!, '<=', bar, ' ns')];
    });
    const most = memoryBar(one.asked);
    return [
      ...times,
      ...(most === undefined ? [] : [judge(`${name}, map memory`, one.bytes / MEGABYTE, '<=', most / MEGABYTE, ' MB', 2)]),
      ...(one.asked >= 100_000 ? [judge(`${name}, verifier`, one.load, '<=', LOAD_BAR, ' ms')] : []),
    ];
  });
}

const EXTRAS: Readonly<Record<string, { readonly words: string; readonly bar: number }>> = {
  row: { words: 'a jump and return, chains in a row', bar: JUMP_BAR },
  deep: { words: 'a jump and return, chains within chains', bar: JUMP_BAR },
  counting: { words: 'a match that ends nothing', bar: MATCH_BAR },
};

/** What each jump or match before the grid adds, from the cases of as many rules with and without. */
export function extraBars({ cases }: Classification, flows: readonly number[]): Judgement[] {
  return cases.flatMap((one) => {
    const plain = cases.find(({ shape, asked }) => shape === 'grid' && asked === one.asked);
    const extra = EXTRAS[one.shape];
    if (plain === undefined || extra === undefined) return [];
    return flows.map((count) => {
      const each = (timeOf(one, flowsName(count))! - timeOf(plain, flowsName(count))!) / EXTRA;
      return judge(`${extra.words}, ${one.asked} rules, ${flowsName(count)}`, each, '<=', extra.bar, ' ns', 1);
    });
  });
}
