/** What the end-to-end comparison measured, as tables, lines and bars. */
import { judge, type Judgement, type Series, type Table } from '../report/section.js';
import { median, spread } from '../statistics.js';
import type { EndToEnd } from './measure.js';
import type { Race, Times } from './race.js';

/** Median ns a packet over the generator. */
export const timeOf = (times: Times, traffic: string): number => median(times.net.get(traffic)!);

export const timesOf = ({ times }: Race, name: string): Times | undefined => times.find((each) => each.name === name);

export function endToEndTable(result: EndToEnd): Table {
  const legacy = timesOf(result, 'iptables-legacy');
  return {
    head: ['ns a packet', 'rules', 'first', 'last', 'spread of last', 'miss, forwarded', 'uniform', 'times faster than iptables-legacy, last'],
    rows: result.times.map((row) => [
      row.name, String(result.rules), timeOf(row, 'first').toFixed(0), timeOf(row, 'last').toFixed(0), spread(row.net.get('last')!, 0).replace(/^\S+ /, ''),
      timeOf(row, 'miss').toFixed(0), timeOf(row, 'uniform').toFixed(0), legacy === undefined ? '-' : (timeOf(legacy, 'last') / timeOf(row, 'last')).toFixed(1),
    ]),
  };
}

/** Dropping at the last rule, by the number of rules. */
export function endToEndSeries(result: EndToEnd): Series[] {
  return result.times.map((row) => ({ name: row.name, points: [[result.rules, timeOf(row, 'last')] as const] }));
}

interface Bar {
  readonly rules: number;
  readonly winner: string;
  readonly loser: string;
  readonly ratio: number;
}

const BARS: readonly Bar[] = [
  { rules: 10_000, winner: 'bpf-iptables at XDP', loser: 'iptables-legacy', ratio: 200 },
  { rules: 10_000, winner: 'bpf-iptables at tc', loser: 'iptables-legacy', ratio: 70 },
  { rules: 1, winner: 'bpf-iptables at tc', loser: 'iptables-legacy', ratio: 1 },
  { rules: 1, winner: 'bpf-iptables at XDP', loser: 'iptables-legacy', ratio: 3 },
  { rules: 10_000, winner: 'bpf-iptables at XDP', loser: 'nft concatenated set', ratio: 3 },
];

export function endToEndBars(result: EndToEnd): Judgement[] {
  return BARS.flatMap(({ rules, winner, loser, ratio }) => {
    const [first, second] = [timesOf(result, winner), timesOf(result, loser)];
    if (first === undefined || second === undefined || result.rules !== rules) return [];
    // Rounds are compared with themselves: what the machine did to one, it did to the other.
    const ratios = second.net.get('last')!.map((value, index) => value / first.net.get('last')![index]!);
    return [judge(`${rules} rules: ${winner}, times faster than ${loser}`, median(ratios), '>=', ratio, 'x', 1)];
  });
}
