/** The grid's rules, firewall by firewall, end to end. */
import { Random } from '../../../src/property/random.js';
import type { FlatRule } from '../flat-rule.js';
import { note } from '../report/section.js';
import { gridRules } from '../shapes/grid.js';
import { FlatWorkload } from '../workload.js';
import { CONTENDERS } from './contenders.js';
import { createLane, removeLane } from './lane.js';
import { race, type RaceOptions, type Race, type Runner, type Traffic } from './race.js';

export interface EndToEndOptions extends RaceOptions {
  /** Parts of names of firewalls; all when left out. */
  readonly only?: readonly string[];
}

export interface EndToEnd extends Race {
  readonly rules: number;
  /** Who was left out and why; who failed. */
  readonly remarks: readonly string[];
}

const FLOWS = 16_384;

function trafficFor(rules: readonly FlatRule[]): Traffic {
  const random = new Random(`end to end ${rules.length}`);
  const work = new FlatWorkload('grid', rules);
  return new Map([
    ['first', [work.at(0, random)!]],
    ['last', [work.at(rules.length - 1, random)!]],
    ['miss', [{ ...work.at(0, random)!, dport: 9 }]],
    ['uniform', work.uniform(FLOWS, random)],
  ]);
}

/** All contenders with `count` rules of the grid, in interleaved rounds on the calling core. */
export function endToEnd(count: number, options: EndToEndOptions): EndToEnd {
  const rules = gridRules(count);
  const remarks: string[] = [];
  const runners: Runner[] = [];
  for (const contender of CONTENDERS) {
    if (options.only !== undefined && !options.only.some((word) => contender.name.toLowerCase().includes(word.toLowerCase()))) continue;
    const obstacle = contender.obstacle(count);
    if (obstacle !== undefined) {
      remarks.push(`${contender.name}, ${count} rules: left out, ${obstacle}`);
      continue;
    }
    const lane = createLane(String(count));
    try {
      const start = performance.now();
      contender.install(lane, rules);
      note(`${contender.name}, ${count} rules: in force after ${((performance.now() - start) / 1000).toFixed(1)} s`);
      runners.push({ name: contender.name, lane, passes: (traffic) => contender.name === 'no filter' || traffic === 'miss' });
    } catch (error) {
      remarks.push(`${contender.name}, ${count} rules: FAILED, ${(error as Error).message}`);
      removeLane(lane);
    }
  }
  const result = race(runners, trafficFor(rules), options);
  for (const { lane } of runners) removeLane(lane);
  return { ...result, rules: count, remarks: [...remarks, ...result.failures] };
}
