import { describe, expect, it } from 'vitest';
import type { RuleIr } from '../ir/chain-ir.js';
import type { FieldName } from '../ir/field.js';
import { all, any, eq, FALSE, masked, not, range, TRUE, type Step } from '../ir/predicate.js';
import { assume, orderRules } from './linear-order.js';

const known = (field: FieldName, value: bigint): ReadonlyMap<FieldName, bigint> => new Map([[field, value]]);
const require = (...predicates: Parameters<typeof all>): Step[] => predicates.map((predicate) => ({ kind: 'require', predicate }));
const rule = (slot: number, ...steps: Step[]): RuleIr => ({ slot, steps, action: { kind: 'drop' }, text: `${slot}` });
const short8: Step = { kind: 'hotdrop-if', predicate: masked('l4State', 2, 2) };
const limit: Step = { kind: 'call', stub: 'limit', config: [], invert: false };

describe('assume', () => {
  it('decides what the known values decide and keeps the rest', () => {
    expect(assume(all(eq('proto', 6), eq('fragOffset', 0)), known('fragOffset', 0n))).toEqual(eq('proto', 6));
    expect(assume(all(eq('proto', 6), eq('fragOffset', 1)), known('fragOffset', 0n))).toEqual(FALSE);
    expect(assume(any(eq('proto', 6), not(eq('fragOffset', 1))), known('fragOffset', 0n))).toEqual(TRUE);
    expect(assume(masked('l4State', 2, 2), known('l4State', 3n))).toEqual(TRUE);
    expect(assume(range('dport', 1, 9), known('sport', 3n))).toEqual(range('dport', 1, 9));
  });
});

describe('orderRules', () => {
  it('asks first what fewest packets pass, and last what the chain has in common', () => {
    const rules = [1, 2, 3].map((slot) => rule(slot, ...require(eq('proto', 17), eq('src', 0x0a000001), range('sport', 1024, 65535), eq('dport', 50 + slot))));
    const { ordinary, odd } = orderRules([rules]);
    expect(odd).toBeUndefined();
    expect(ordinary.get(2)!.tests[0]).toEqual(eq('dport', 52));
    expect(ordinary.get(2)!.tests.at(-1)).toEqual(range('sport', 1024, 65535));
    expect(ordinary.get(2)!.tests).toHaveLength(4);
  });

  it('leaves hot drops and fragments to odd packets', () => {
    const { ordinary, odd } = orderRules([[rule(0, ...require(eq('proto', 17), eq('fragOffset', 0)), short8, ...require(eq('dport', 53)))]]);
    expect(ordinary.get(0)).toEqual({ tests: [eq('dport', 53), eq('proto', 17)], tail: [] });
    expect(odd).toEqual(any(not(eq('fragOffset', 0)), all(not(eq('l4State', 0)), all(eq('proto', 17), masked('l4State', 2, 2)))));
  });

  it('knows rules for fragments only', () => {
    const { ordinary, odd } = orderRules([[rule(0, ...require(not(eq('fragOffset', 0)))), rule(1)]]);
    expect([ordinary.has(0), ordinary.get(1)]).toEqual([false, { tests: [], tail: [] }]);
    expect(odd).toEqual(not(eq('fragOffset', 0)));
  });

  it('keeps what stands behind a call behind it', () => {
    const { ordinary } = orderRules([[rule(0, ...require(eq('proto', 6)), limit, ...require(eq('src', 1)), short8)]]);
    expect(ordinary.get(0)).toEqual({ tests: [eq('proto', 6)], tail: [limit, ...require(eq('src', 1))] });
  });
});
