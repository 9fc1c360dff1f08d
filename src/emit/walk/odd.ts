/** Which packets are odd (plan/bitvector/split.ts), with a short way for those that are not. */
import { Or } from '../../asm/alu.js';
import type { Code } from '../../asm/code.js';
import { JEq } from '../../asm/jump.js';
import { Load } from '../../asm/memory.js';
import { R1, R2, R7 } from '../../asm/register.js';
import type { FieldName } from '../../ir/field.js';
import type { Predicate } from '../../ir/predicate.js';
import { jumpIf } from '../predicate.js';
import { FIELD_PLACES } from '../record.js';

/** Fields that are zero in nearly every packet. */
const MOSTLY_ZERO: readonly FieldName[] = ['fragOffset', 'l4State'];

/** Fields of which one is not zero where the predicate holds; undefined where it may hold with all of MOSTLY_ZERO zero. */
function fieldsBehind(predicate: Predicate): readonly FieldName[] | undefined {
  if (predicate.kind === 'test') return predicate.lo > 0 && MOSTLY_ZERO.includes(predicate.field) ? [predicate.field] : undefined;
  if (predicate.kind === 'all') return predicate.of.map(fieldsBehind).find((fields) => fields !== undefined);
  if (predicate.kind !== 'any') return undefined;
  const all = predicate.of.map(fieldsBehind);
  return all.includes(undefined) ? undefined : [...new Set(all.flatMap((fields) => fields ?? []))];
}

/** Jumps to `ordinary` where `odd` does not hold. R7 = record; clobbers R1, R2. */
export function emitOddTest(code: Code, odd: Predicate, ordinary: string): void {
  const [first, ...others] = fieldsBehind(odd) ?? [];
  if (first !== undefined) {
    code.emit(Load.mem(R1, R7, FIELD_PLACES[first].offset, FIELD_PLACES[first].width));
    for (const field of others) code.emit(Load.mem(R2, R7, FIELD_PLACES[field].offset, FIELD_PLACES[field].width), Or.reg(R1, R2));
    code.emit(JEq.imm(R1, 0, ordinary));
  }
  jumpIf(code, odd, false, ordinary);
}
