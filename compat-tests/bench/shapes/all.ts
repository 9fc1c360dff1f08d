/** Every ruleset that is measured, by name and number of rules. Fixed seeds: the same rules on every machine. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../../src/property/random.js';
import { classBenchRules } from '../classbench/generate.js';
import { publishedFilters } from '../classbench/read-file.js';
import type { FlatRule } from '../flat-rule.js';
import { FlatWorkload, type Workload } from '../workload.js';
import { countingRules, jumpsDeep, jumpsInARow } from './chains.js';
import { gridRules } from './grid.js';
import { RealWorkload } from './real.js';
import { exactRules, halfRules, smallRules } from './random-rules.js';

export const CLASSBENCH = ['acl1', 'fw1', 'ipc1'] as const;

/** Rules of a flat shape; ClassBench sets up to 10k are the published ones, cut to `count`, where they are at hand. @throws RangeError for another name */
export function flatRules(shape: string, count: number): FlatRule[] {
  const random = new Random(`${shape} ${count}`);
  switch (shape) {
    case 'grid':
      return gridRules(count);
    case 'half':
      return halfRules(count, random);
    case 'exact':
      return exactRules(count, random);
    case 'small':
      return smallRules(count, random);
    case 'acl1':
    case 'fw1':
    case 'ipc1': {
      const published = count > 10_000 ? undefined : publishedFilters(`${shape}_${count > 1000 ? '10k' : '1k'}`);
      return published?.slice(0, count) ?? classBenchRules(shape, count);
    }
    default:
      throw new RangeError(`no shape is called ${shape}`);
  }
}

/** How many jumps or matches the shapes `row`, `deep` and `counting` put before the grid. */
export const EXTRA = 8;

/** A real ruleset, beside the repository where it is at hand (dist/compat-tests/bench/shapes is four levels below it). */
export const UNIVERSITY = path.resolve(import.meta.dirname, '../../../../../shared/data/rulesets/university-lab-2015.save');

/** `university` has as many rules as it has. @throws RangeError as flatRules, or the error of reading the file */
export function workload(shape: string, count: number): Workload {
  switch (shape) {
    case 'row':
      return new FlatWorkload(shape, gridRules(count), jumpsInARow(EXTRA));
    case 'deep':
      return new FlatWorkload(shape, gridRules(count), jumpsDeep(EXTRA));
    case 'counting':
      return new FlatWorkload(shape, gridRules(count), countingRules(EXTRA));
    case 'university':
      return new RealWorkload(shape, readFileSync(UNIVERSITY, 'utf8'));
    default:
      return new FlatWorkload(shape, flatRules(shape, count));
  }
}
