/** The strategy of a plan as code: its tables, laid out once for all programs of a generation, and the code from the filled record to the labels of END. */
import { Ja, JEq } from '../asm/jump.js';
import { Load } from '../asm/memory.js';
import { R1, R7, R9 } from '../asm/register.js';
import type { LinearPlan } from '../plan/linear.js';
import type { Plan } from '../plan/plan.js';
import { emitBitvector } from './bitvector/classifier.js';
import { buildTables, tableMaps } from './bitvector/tables.js';
import { emitHome } from './home/classifier.js';
import { buildHomeTables, homeMaps } from './home/tables.js';
import { emitLinearChain } from './linear.js';
import { CHAIN_CODE, FIELD_PLACES, RECORD, type BuiltinChainName } from './record.js';
import { END, type Surroundings } from './rule.js';
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

function emitLinear(around: Surroundings, plan: LinearPlan, chains: readonly BuiltinChainName[]): void {
  const { code } = around;
  const done = new Set<number>();
  code.origin('chain').emit(Load.mem(R9, R7, FIELD_PLACES.length.offset, 4), Load.mem(R1, R7, RECORD.chain, 1));
  for (const chain of chains) code.emit(JEq.imm32(R1, CHAIN_CODE[chain], `chain.${chain}`));
  code.emit(Ja.label(END.fault));
  for (const chain of chains) {
    code.label(`chain.${chain}`);
    emitLinearChain(around, plan, chain, done);
  }
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
