/** What the planner decides: a strategy with its data. Pure; printed by print.ts, turned into programs by emit. */
import type { Family } from '../ruleset/model.js';
import type { BitvectorPlan } from './bitvector/plan-bitvector.js';
import type { EstablishedPlan } from './established.js';
import type { HomePlan } from './home/plan-home.js';
import type { LinearPlan } from './linear.js';
import type { StageNeeds } from './stages.js';

/** The strategies, in the order of the rules they are made for. */
export const STRATEGIES = ['linear', 'bitvector', 'home'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export interface Plan {
  readonly family: Family;
  /** Counter slots: rules and policies. */
  readonly slots: number;
  readonly needs: StageNeeds;
  readonly strategy: LinearPlan | BitvectorPlan | HomePlan;
  /** The short way of established packets past the tables, where there is one. */
  readonly established?: EstablishedPlan;
  /** Why this strategy, one sentence a line, for explain. */
  readonly reasons: readonly string[];
  /** The plan of what XDP may drop beforehand (early-drop.ts), made when it is asked for. */
  readonly early: () => Plan;
}
