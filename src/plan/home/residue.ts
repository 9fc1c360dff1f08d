/**
 * What a rule's record does not say: the bodies to verify at a candidate, for ordinary and for odd packets (see plan/bitvector/split.ts).
 *
 * The record filters ordinary packets by everything it holds. It filters odd ones by addresses and protocol alone, and those are only taken from
 * requirements before the rule's first hot-drop test; ports are compared behind the last (`look-again`), or as written where they stand before one.
 */
import type { RuleIr } from '../../ir/chain-ir.js';
import { all, any, range, type Predicate, type Step } from '../../ir/predicate.js';
import type { Body, BodyStep } from '../bitvector/bodies.js';
import type { PlannedPosition } from '../bitvector/plan-bitvector.js';
import { conjuncts } from '../bitvector/intervals.js';
import { keyOf, Sequences } from '../bitvector/sequences.js';
import type { RuleFields } from './rule-fields.js';

/** More pairs of protocol and hot-drop test than this: the protocols are left out. */
const MOST_ODD_TESTS = 32;

/** Of a position where nothing is to be verified. */
export const NOTHING: PlannedPosition = { ordinary: 0, odd: 0 };

/** Not the first fragment. Such packets are odd wherever a rule wants others, as all rules with ports do: ordinary packets need not be asked. */
const LATER_FRAGMENT = range('fragOffset', 1, 0x1fff);

function asksWhole(predicate: Predicate): boolean {
  return predicate.kind === 'test' && predicate.field === 'fragOffset' && predicate.mask === undefined && predicate.lo === 0n && predicate.hi === 0n;
}

const LOOK_AGAIN: BodyStep = { kind: 'look-again' };

export class Residue {
  readonly bodies: Body[] = [];
  private readonly sequences = new Sequences<BodyStep>();
  /** The body of each sequence that is one. */
  private readonly bodyOf = new Map<number, number>();
  /** For each conjunction met, its parts as steps. */
  private readonly opened = new Map<Predicate, readonly BodyStep[]>();
  private readonly tests = new Map<string, { readonly lo: number; readonly hi: number; readonly guard: Predicate }>();
  /** For each hot-drop test met, protocols (lo * 256 + hi) it is noted with. */
  private readonly noted = new Map<Predicate, Set<number>>();

  /** @param fields filled by the way with what records hold. */
  constructor(private readonly fields: RuleFields) {}

  /** Reads the rule at `position`. @returns its bodies: 0 = nothing to verify, n = bodies[n - 1]. */
  read(rule: RuleIr, position: number): PlannedPosition {
    const { steps } = rule;
    let lastGuard = -1;
    let end = 0;
    for (; end < steps.length && steps[end]!.kind !== 'call'; end += 1) if (steps[end]!.kind === 'hotdrop-if') lastGuard = end;
    let [ordinary, odd] = [0, 0];
    let guarded = false;
    let portsBehind = false;
    for (let index = 0; index < end; index += 1) {
      const step = steps[index]!;
      if (step.kind === 'hotdrop-if') {
        guarded = true;
        odd = this.sequences.and(odd, step);
        this.noteTest(position, step.predicate);
        continue;
      }
      for (const part of this.open(step)) {
        if (part.kind !== 'require') continue;
        if (!guarded && this.fields.takeNetwork(position, part.predicate)) continue;
        const port = this.fields.takePort(position, part.predicate);
        if (asksWhole(part.predicate)) this.noteTest(position, LATER_FRAGMENT);
        else if (!port) ordinary = this.sequences.and(ordinary, part);
        if (port && index > lastGuard) portsBehind = true;
        else odd = this.sequences.and(odd, part);
      }
    }
    if (portsBehind) odd = this.sequences.and(odd, LOOK_AGAIN);
    if (ordinary === 0 && odd === 0 && end === steps.length) return NOTHING;
    const tail = steps.slice(end);
    if (tail.filter(({ kind }) => kind === 'call').length > 1) return { ordinary: this.ownBody(rule, ordinary, tail), odd: this.ownBody(rule, odd, tail) };
    for (const step of tail) {
      const written: BodyStep = step.kind === 'call' ? { kind: 'sole-call', stub: step.stub, invert: step.invert } : step;
      ordinary = this.sequences.and(ordinary, written);
      odd = this.sequences.and(odd, written);
    }
    return { ordinary: this.sharedBody(rule, ordinary), odd: this.sharedBody(rule, odd) };
  }

  /** The packets for which some rule's hot-drop test may hold, as far as its protocol tells; undefined when there are none. */
  oddPackets(): Predicate | undefined {
    const tests = [...this.tests.values()];
    if (tests.length === 0) return undefined;
    if (tests.length <= MOST_ODD_TESTS) return any(...tests.map(({ lo, hi, guard }) => (lo === 0 && hi === 0xff ? guard : all(range('proto', lo, hi), guard))));
    return any(...new Map(tests.map(({ guard }) => [keyOf(guard), guard])).values());
  }

  private noteTest(position: number, guard: Predicate): void {
    const [lo, hi] = [this.fields.protoLo[position]!, this.fields.protoHi[position]!];
    let protocols = this.noted.get(guard);
    if (protocols === undefined) this.noted.set(guard, (protocols = new Set()));
    if (protocols.has(lo * 256 + hi)) return;
    protocols.add(lo * 256 + hi);
    this.tests.set(`${lo} ${hi} ${keyOf(guard)}`, { lo, hi, guard });
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

  /** A body with calls of several: each is told by its object, so that no rule shares it. */
  private ownBody(rule: RuleIr, sequence: number, tail: readonly BodyStep[]): number {
    this.bodies.push({ steps: [...this.sequences.valuesOf(sequence), ...tail], rule });
    return this.bodies.length;
  }

  private sharedBody(rule: RuleIr, sequence: number): number {
    if (sequence === 0) return 0;
    const known = this.bodyOf.get(sequence);
    if (known !== undefined) return known;
    this.bodies.push({ steps: this.sequences.valuesOf(sequence), rule });
    this.bodyOf.set(sequence, this.bodies.length);
    return this.bodies.length;
  }
}
