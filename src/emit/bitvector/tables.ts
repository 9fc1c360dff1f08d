/** Everything the bitvector code refers to, laid out once for all programs of a generation. */
import type { BitvectorPlan } from '../../plan/bitvector/plan-bitvector.js';
import type { MapSpec } from '../spec.js';
import type { StubSlots } from '../stubs.js';
import { buildActions, type Actions } from '../walk/actions.js';
import { buildClassTables, type ClassTables } from './class-tables.js';
import { buildRows, type Rows } from './rows.js';
import { layOutWalk, type Walk } from './walk.js';

export interface Tables {
  readonly plan: BitvectorPlan;
  readonly rows: Rows;
  readonly classes: ClassTables;
  readonly actions: Actions;
  readonly walk: Walk;
}

/** @param stubs where the calls and effects of the plan's rules get their slots. */
export function buildTables(plan: BitvectorPlan, stubs: StubSlots): Tables {
  const rows = buildRows(plan);
  return { plan, rows, classes: buildClassTables(plan, rows), actions: buildActions(plan, stubs), walk: layOutWalk(plan) };
}

export function tableMaps({ rows, classes, actions, walk }: Tables): readonly MapSpec[] {
  return [rows.map, classes.map, actions.map, walk.map];
}
