/** Intervals of ports of the shapes that lookups must stand: one, few, many, all different, with small and large payloads. */
import { IntervalWriter, type IntervalColumns } from '../../src/plan/lookup/intervals.js';
import { generator } from './prefix-sets.js';

export interface PortSet {
  readonly name: string;
  readonly intervals: IntervalColumns;
}

function intervals(starts: readonly number[], payloadOf: (index: number) => number): IntervalColumns {
  const writer = new IntervalWriter(starts.length + 1);
  writer.add(0, payloadOf(0));
  [...starts].sort((a, b) => a - b).forEach((start, index) => writer.add(start, payloadOf(index + 1)));
  return writer.columns();
}

function sets(random: () => number): Record<string, IntervalColumns> {
  const many = (count: number): number[] => Array.from({ length: count }, () => random() % 65_536);
  const bytes = (index: number): number => (index * 7) % 251;
  const halves = (index: number): number => index * 3;
  const words = (index: number): number => 0xffffffff - index;
  return {
    'all alike': intervals([], bytes),
    'one port': intervals([80, 81], bytes),
    'the last port': intervals([65_535], words),
    'a few': intervals([22, 23, 80, 81, 443, 444, 1024, 32_768], bytes),
    'three hundred': intervals(many(300), bytes),
    'a few of two bytes': intervals([255, 256, 257, 511, 512, 40_000], (index) => 300 + index),
    'thousands of two bytes': intervals(many(5000), halves),
    'a few of four bytes': intervals([1, 2, 3, 65_534], words),
    'every port, four bytes': intervals(Array.from({ length: 65_536 }, (_, port) => port), words),
  };
}

export const PORT_SETS: readonly PortSet[] = Object.entries(sets(generator(77))).map(([name, columns]) => ({ name, intervals: columns }));
