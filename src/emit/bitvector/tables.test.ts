import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../ir/field.js';
import type { RuleIr, RulesetIr } from '../../ir/chain-ir.js';
import { eq, masked, range, type Predicate } from '../../ir/predicate.js';
import { planBitvector } from '../../plan/bitvector/plan-bitvector.js';
import type { FieldClasses } from '../../plan/bitvector/classes.js';
import { DE_BRUIJN } from '../walk/lowest-bit.js';
import type { ClassTable } from './class-tables.js';
import { answerOf, shortAnswerOf } from '../../plan/lookup/answers.fixture.js';
import { StubSlots } from '../stubs.js';
import { buildTables } from './tables.js';

const RULES = 5000;

function ruleset(): RulesetIr {
  const predicates = (index: number): Predicate[] => [
    masked('src', 0xffffff00n, (0x0a000000n + BigInt(index) * 256n) & 0xffffff00n),
    range('dport', index % 1000, (index % 1000) + 7),
    eq('proto', index % 5),
    ...(index % 3 === 0 ? [range('sport', 0, 1023)] : []),
    ...(index % 2 === 0 ? [masked('inIfaceHi', 0xffffff0000000000n, 0x6574680000000000n)] : [eq('inIfaceHi', 0xff00000000000000n)]),
  ];
  const rules = Array.from({ length: RULES }, (_, slot): RuleIr => ({
    slot, steps: predicates(slot).map((predicate) => ({ kind: 'require', predicate })), action: { kind: 'accept' }, text: `rule ${slot}`,
  }));
  return { family: 'ipv4', chains: [{ name: 'INPUT', policy: { verdict: 'drop', slot: RULES }, rules }], slots: RULES + 1 };
}

const tables = buildTables(planBitvector(ruleset()), new StubSlots());
const classes = new DataView(tables.classes.map.init!.buffer);
const vectors = new DataView(tables.rows.map.init!.buffer);

/** What the generated lookup computes, step by step. */
function rowOffset({ form, offset }: ClassTable, value: bigint): number {
  if (form.kind === 'byte') return classes.getUint32(offset + Number(value) * 4, true);
  if (form.kind === 'short') return shortAnswerOf(form.table, classes, offset, Number(value));
  if (form.kind === 'wide') return answerOf(form.table, classes, offset, Number(value));
  let entry = 0;
  for (let step = form.entries / 2; step >= 1; step /= 2) if (classes.getBigUint64(offset + (entry + step) * 8, true) <= value) entry += step;
  return classes.getUint32(offset + form.entries * 8 + entry * 4, true);
}

function expectedRow(field: FieldClasses, value: bigint): number {
  return field.classOf[field.starts.findLastIndex((start) => start <= value)]!;
}

/** Values at, below and above the boundaries of a field. */
function probes(field: FieldClasses): bigint[] {
  const max = (1n << BigInt(FIELDS[field.field].bits)) - 1n;
  const near = field.starts.filter((_, index) => index % 37 === 0 || index > field.starts.length - 5).flatMap((start) => [BigInt(start) - 1n, BigInt(start), BigInt(start) + 1n]);
  return [...near, max].filter((value) => value >= 0n && value <= max);
}

describe('tables of the bitvector strategy', () => {
  it('use every form of lookup', () => {
    expect(tables.plan.fields.map(({ field }, index) => `${field} ${tables.classes.tables[index]!.form.kind}`)).toEqual([
      'dport short', 'inIfaceHi search', 'proto byte', 'sport short', 'src wide',
    ]);
  });

  it('lead every value to the row of its class', () => {
    tables.plan.fields.forEach((field, index) => {
      const base = tables.rows.bases[index]!;
      for (const value of probes(field)) {
        expect(rowOffset(tables.classes.tables[index]!, value), `${field.field} ${value}`).toBe(base + expectedRow(field, value) * tables.rows.stride);
      }
    });
  });

  it('hold the rows, with a summary bit for each word that is not zero', () => {
    const { stride, summaryBytes, bases } = tables.rows;
    const words = tables.plan.words;
    tables.plan.fields.forEach((field, index) => {
      for (const number of [0, field.rows.length - 1]) {
        const offset = bases[index]! + number * stride;
        for (let word = 0; word < words; word += 1) {
          const value = vectors.getBigUint64(offset + summaryBytes + word * 8, true);
          const row = field.rows[number]!;
          expect(value).toBe((BigInt(row[word * 2 + 1]!) << 32n) | BigInt(row[word * 2]!));
          const summary = vectors.getBigUint64(offset + (word >> 6) * 8, true);
          expect((summary >> BigInt(word & 63)) & 1n).toBe(value === 0n ? 0n : 1n);
        }
      }
    });
  });

  it('count trailing zeros', () => {
    for (let bit = 0n; bit < 64n; bit += 1n) expect(classes.getUint8(Number(BigInt.asUintN(64, (1n << bit) * DE_BRUIJN) >> 58n))).toBe(Number(bit));
  });

  it('have sizes that masks can bound', () => {
    expect(Math.log2(tables.rows.map.valueSize) % 1).toBe(0);
    expect(Math.log2(tables.actions.entries) % 1).toBe(0);
    expect(tables.actions.entries).toBeGreaterThan(RULES);
  });
});
