/** Firewalls with the same save file, raced over the same traffic. */
import { note } from '../report/section.js';
import type { TextContender } from './contenders.js';
import { createLane, removeLane } from './lane.js';
import { race, type Race, type RaceOptions, type Runner, type Traffic } from './race.js';

/** @param passes whether the rules let all frames of a traffic through, or none; undefined: neither is sure */
export function raceTexts(contenders: readonly TextContender[], text: string, traffic: Traffic, passes: (traffic: string) => boolean | undefined, options: RaceOptions): Race {
  const failures: string[] = [];
  const runners = contenders.flatMap((contender): Runner[] => {
    const lane = createLane('text');
    try {
      contender.load(lane, text);
      note(`${contender.name}: rules in force`);
      return [{ name: contender.name, lane, passes }];
    } catch (error) {
      failures.push(`FAILED: ${contender.name}: ${(error as Error).message}`);
      removeLane(lane);
      return [];
    }
  });
  const result = race(runners, traffic, options);
  for (const { lane } of runners) removeLane(lane);
  return { ...result, failures: [...failures, ...result.failures] };
}
