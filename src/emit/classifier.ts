/** The strategy of a plan as code: its tables, laid out once for all programs of a generation, and the code from the filled record to the labels of END. */
import type { Plan } from '../plan/plan.js';
import { emitBitvector } from './bitvector/classifier.js';
import { buildTables, tableMaps } from './bitvector/tables.js';
import { emitHome } from './home/classifier.js';
import { buildHomeTables, homeMaps } from './home/tables.js';
import { emitLinear } from './linear.js';
import type { BuiltinChainName } from './record.js';
import type { Surroundings } from './rule.js';
import type { MapSpec } from './spec.js';
import type { StubSlots } from './stubs.js';

export interface Classifier {
  readonly maps: readonly MapSpec[];
  /**
   * R6 = context, R7 = record, R8 = counter stripe.
   * @param stripe bytes of a CPU's counters.
   */
  emit(around: Surroundings, chains: readonly BuiltinChainName[], stripe: number): void;
}

/** @param stubs where the calls and effects of the plan's rules get their slots. */
export function buildClassifier(strategy: Plan['strategy'], stubs: StubSlots): Classifier {
  switch (strategy.kind) {
    case 'linear':
      return { maps: [], emit: (around, chains) => emitLinear(around, strategy, chains) };
    case 'bitvector': {
      const tables = buildTables(strategy, stubs);
      return { maps: tableMaps(tables), emit: (around, chains, stripe) => emitBitvector(around, tables, chains, stripe) };
    }
    case 'home': {
      const tables = buildHomeTables(strategy, stubs);
      return { maps: homeMaps(tables), emit: (around, chains, stripe) => emitHome(around, tables, chains, stripe) };
    }
  }
}
