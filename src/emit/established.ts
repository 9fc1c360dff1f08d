/** The short way of packets of established connections (plan/established.ts), before the tables. */
import { JEq, JNe } from '../asm/jump.js';
import { Load } from '../asm/memory.js';
import { R1, R7 } from '../asm/register.js';
import { ESTABLISHED, type EstablishedPlan } from '../plan/established.js';
import { emitLinear } from './linear.js';
import { CHAIN_CODE, FIELD_PLACES, RECORD, type BuiltinChainName } from './record.js';
import type { Surroundings } from './rule.js';

/** Falls through with all packets that are not such, or whose chain is not in the plan; the others leave by the labels of END. */
export function emitEstablished(around: Surroundings, { linear }: EstablishedPlan, chains: readonly BuiltinChainName[]): void {
  const { code } = around;
  const rest = code.fresh('rest');
  const short = chains.filter((chain) => linear.roots.has(chain));
  if (short.length === 0) return;
  code.origin('established');
  for (const [field, value] of ESTABLISHED) {
    const { offset, width } = FIELD_PLACES[field];
    code.emit(Load.mem(R1, R7, offset, width), JNe.imm32(R1, value, rest));
  }
  if (short.length < chains.length) {
    code.emit(Load.mem(R1, R7, RECORD.chain, 1));
    for (const chain of chains) if (!short.includes(chain)) code.emit(JEq.imm32(R1, CHAIN_CODE[chain], rest));
  }
  emitLinear(around, linear, short, 'established.');
  code.label(rest);
}
