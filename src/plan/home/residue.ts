/**
 * What a rule's record does not say: the bodies to verify at a candidate, for ordinary and for odd packets (see plan/bitvector/split.ts).
 *
 * The record filters ordinary packets by everything it holds. It filters odd ones by addresses and protocol alone, and those are only taken from
 * requirements before the rule's first hot-drop test; ports are compared behind the last (`look-again`), or as written where they stand before one.
 */
import type { RuleIr } from '../../ir/chain-ir.js';
import { all, any, range, type Predicate, type Step } from '../../ir/predicate.js';
import { keyOf, soleCall, type Body, type BodyStep } from '../bitvector/bodies.js';
import { conjuncts } from '../bitvector/intervals.js';
import type { RuleFields } from './rule-fields.js';

/** More pairs of protocol and hot-drop test than this: the protocols are left out. */
const MOST_ODD_TESTS = 32;

const LOOK_AGAIN: BodyStep = { kind: 'look-again' };

/** Numbers for equal things, from 1. Shared objects are known by identity. */
class Numbers<T extends object> {
  readonly list: T[] = [];
  private readonly byIdentity = new Map<T, number>();
  private readonly byKey = new Map<string, number>();

  of(thing: T): number {
    const known = this.byIdentity.get(thing);
    if (known !== undefined) return known;
    const key = keyOf(thing);
    let number = this.byKey.get(key);
    if (number === undefined) {
      this.list.push(thing);
      number = this.list.length;
      this.byKey.set(key, number);
    }
    this.byIdentity.set(thing, number);
    return number;
  }
}

export class Residue {
  readonly bodies: Body[] = [];
  private readonly byKey = new Map<string, number>();
  private readonly steps = new Numbers<BodyStep>();
  /** For each conjunction met, its parts as steps. */
  private readonly opened = new Map<Predicate, readonly BodyStep[]>();
  private readonly tests = new Map<number, { readonly lo: number; readonly hi: number; readonly guard: Predicate }>();

  /** @param fields filled by the way with what records hold. */
  constructor(private readonly fields: RuleFields) {}

  /** Reads the rule at `position`. @returns its bodies: 0 = nothing to verify, n = bodies[n - 1]. */
  read(rule: RuleIr, position: number): { readonly ordinary: number; readonly odd: number } {
    const { steps } = rule;
    let end = steps.findIndex((step) => step.kind === 'call');
    if (end < 0) end = steps.length;
    let lastGuard = end - 1;
    while (lastGuard >= 0 && steps[lastGuard]!.kind !== 'hotdrop-if') lastGuard -= 1;
    const ordinary: BodyStep[] = [];
    const odd: BodyStep[] = [];
    let guarded = false;
    let portsBehind = false;
    for (let index = 0; index < end; index += 1) {
      const step = steps[index]!;
      if (step.kind === 'hotdrop-if') {
        guarded = true;
        odd.push(step);
        this.noteTest(position, step);
        continue;
      }
      for (const part of this.open(step)) {
        if (part.kind !== 'require') continue;
        if (!guarded && this.fields.takeNetwork(position, part.predicate)) continue;
        const port = this.fields.takePort(position, part.predicate);
        if (!port) ordinary.push(part);
        if (port && index > lastGuard) portsBehind = true;
        else odd.push(part);
      }
    }
    if (portsBehind) odd.push(LOOK_AGAIN);
    if (end < steps.length) this.addTail(rule, end, ordinary, odd);
    return { ordinary: this.idOf(rule, ordinary), odd: this.idOf(rule, odd) };
  }

  /** The packets for which some rule's hot-drop test may hold, as far as its protocol tells; undefined when there are none. */
  oddPackets(): Predicate | undefined {
    const tests = [...this.tests.values()];
    if (tests.length === 0) return undefined;
    if (tests.length <= MOST_ODD_TESTS) return any(...tests.map(({ lo, hi, guard }) => (lo === 0 && hi === 0xff ? guard : all(range('proto', lo, hi), guard))));
    return any(...new Map(tests.map(({ guard }) => [keyOf(guard), guard])).values());
  }

  private noteTest(position: number, step: Extract<Step, { kind: 'hotdrop-if' }>): void {
    const lo = this.fields.protoLo[position]!;
    const hi = this.fields.protoHi[position]!;
    const key = (this.steps.of(step) * 256 + lo) * 256 + hi;
    if (!this.tests.has(key)) this.tests.set(key, { lo, hi, guard: step.predicate });
  }

  /** A requirement as requirements that test as few fields as possible. */
  private open(step: Extract<Step, { kind: 'require' }> | Extract<Step, { kind: 'call' }>): readonly BodyStep[] {
    if (step.kind === 'call' || step.predicate.kind === 'test') return [step];
    const known = this.opened.get(step.predicate);
    if (known !== undefined) return known;
    const parts = conjuncts(step.predicate).map((predicate): BodyStep => ({ kind: 'require', predicate }));
    this.opened.set(step.predicate, parts);
    return parts;
  }

  /** The steps from the first call on, as written. */
  private addTail(rule: RuleIr, end: number, ...bodies: BodyStep[][]): void {
    const sole = soleCall(rule) !== undefined;
    const tail = rule.steps.slice(end).map((step): BodyStep => (sole && step.kind === 'call' ? { kind: 'sole-call', stub: step.stub, invert: step.invert } : step));
    for (const body of bodies) body.push(...tail);
  }

  private idOf(rule: RuleIr, steps: readonly BodyStep[]): number {
    if (steps.length === 0) return 0;
    let key = '';
    for (const step of steps) {
      if (step.kind === 'call') key += `slot ${rule.slot} `;
      key += `${this.steps.of(step)} `;
    }
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    this.bodies.push({ steps, rule });
    this.byKey.set(key, this.bodies.length);
    return this.bodies.length;
  }
}
