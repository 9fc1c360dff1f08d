/**
 * The order in which straight-line code asks a rule's requirements. Those before the first stateful call commute as long as no hot drop
 * happens, so for *ordinary* packets (no fragment's rest, no hot-drop test can hold) the one that fewest packets pass is asked first
 * and hot-drop tests are left out. *Odd* packets are judged by the rules as written.
 */
import type { RuleIr } from '../ir/chain-ir.js';
import { FIELDS, type FieldName } from '../ir/field.js';
import { all, any, eq, FALSE, not, TRUE, type Predicate, type Step } from '../ir/predicate.js';
import { conjuncts } from './bitvector/intervals.js';

/** What an ordinary packet is asked for a rule. */
export interface StraightRule {
  /** All must hold, in any order; the most telling first. */
  readonly tests: readonly Predicate[];
  /** From the first call on, as written. */
  readonly tail: readonly Step[];
}

export interface Order {
  /** Holds for odd packets; absent where there are none. */
  readonly odd?: Predicate;
  /** By slot; a rule that no ordinary packet matches is not there. */
  readonly ordinary: ReadonlyMap<number, StraightRule>;
}

type Known = ReadonlyMap<FieldName, bigint>;

const key = (predicate: Predicate): string => JSON.stringify(predicate, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

/** What is left of `predicate` for packets whose fields have these values. */
export function assume(predicate: Predicate, known: Known): Predicate {
  switch (predicate.kind) {
    case 'test': {
      const value = known.get(predicate.field);
      if (value === undefined) return predicate;
      const masked = predicate.mask === undefined ? value : value & predicate.mask;
      return predicate.lo <= masked && masked <= predicate.hi ? TRUE : FALSE;
    }
    case 'not':
      return not(assume(predicate.of, known));
    case 'all':
    case 'any': {
      const decides = predicate.kind === 'any';
      const parts = predicate.of.map((part) => assume(part, known)).filter((part) => part.kind !== 'const' || part.value === decides);
      if (parts.some((part) => part.kind === 'const')) return decides ? TRUE : FALSE;
      if (parts.length === 0) return decides ? FALSE : TRUE;
      return parts.length === 1 ? parts[0]! : { kind: predicate.kind, of: parts };
    }
    default:
      return predicate;
  }
}

const WHOLE: Known = new Map<FieldName, bigint>([['fragOffset', 0n]]);

/** More tests than this cost more than telling protocols apart saves. */
const MOST_ODD_TESTS = 8;

/** The packets for which a hot-drop test of a rule may hold, as far as the protocol that the rule requires tells. */
function hotDrops(rules: readonly RuleIr[]): Predicate {
  const pairs = new Map<string, Predicate>();
  const bare = new Map<string, Predicate>();
  for (const { steps } of rules) {
    const protocol: Predicate[] = [];
    for (const step of steps) {
      if (step.kind === 'require') protocol.push(...conjuncts(step.predicate).filter((part) => part.kind === 'test' && part.field === 'proto'));
      if (step.kind !== 'hotdrop-if') continue;
      const [pair, alone] = [assume(all(...protocol, step.predicate), WHOLE), assume(step.predicate, WHOLE)];
      pairs.set(key(pair), pair);
      bare.set(key(alone), alone);
    }
  }
  return assume(any(...(pairs.size <= MOST_ODD_TESTS ? pairs : bare).values()), new Map());
}

function asksFragments(predicate: Predicate): boolean {
  if (predicate.kind === 'test') return predicate.field === 'fragOffset';
  if (predicate.kind === 'not') return asksFragments(predicate.of);
  return (predicate.kind === 'all' || predicate.kind === 'any') && predicate.of.some(asksFragments);
}

function oddPackets(rules: readonly RuleIr[]): Predicate | undefined {
  const asked = rules.some(({ steps }) => steps.some((step) => step.kind === 'hotdrop-if' || (step.kind === 'require' && asksFragments(step.predicate))));
  if (!asked) return undefined;
  const dropped = hotDrops(rules);
  const rest = not(eq('fragOffset', 0));
  if (dropped.kind === 'const' && !dropped.value) return rest;
  // Most packets have nothing short about them: one test instead of all.
  const sound = assume(dropped, new Map<FieldName, bigint>([['l4State', 0n]]));
  return any(rest, sound.kind === 'const' && !sound.value ? all(not(eq('l4State', 0)), dropped) : dropped);
}

/** Values that packets often have in common, whatever a rule compares them with: the least share that is thought to pass. */
const LEAST_SHARE: Partial<Record<FieldName, number>> = { proto: 0.3, inIfaceHi: 0.3, inIfaceLo: 0.3, outIfaceHi: 0.3, outIfaceLo: 0.3, ctState: 0.3, ctDirection: 0.3, ctProto: 0.3, ctStatus: 0.3, tcpFlags: 0.2, icmpType: 0.1, ttl: 0.1, tos: 0.3, mark: 0.1 };
const LEAST = 0.005;

function testShare({ field, mask, lo, hi }: Extract<Predicate, { kind: 'test' }>): number {
  const bits = FIELDS[field].bits;
  const full = (1n << BigInt(bits)) - 1n;
  const free = mask === undefined ? 0 : [...(full & ~mask).toString(2)].filter((digit) => digit === '1').length;
  const share = (Number(hi - lo) + 1) * 2 ** (free - bits);
  return Math.min(1, Math.max(share, LEAST_SHARE[field] ?? LEAST));
}

/** The share of packets thought to pass, by the values that do alone. */
function share(predicate: Predicate): number {
  switch (predicate.kind) {
    case 'const':
      return predicate.value ? 1 : 0;
    case 'test':
      return testShare(predicate);
    case 'tcp-option':
      return 0.5;
    case 'not':
      return 1 - share(predicate.of);
    case 'all':
      return predicate.of.reduce((product, part) => product * share(part), 1);
    case 'any':
      return Math.min(1, predicate.of.reduce((sum, part) => sum + share(part), 0));
  }
}

/** Requirements before the first call, opened, for packets that are not odd; undefined where one cannot hold. */
function requirements({ steps }: RuleIr, known: Known): Predicate[] | undefined {
  const found: Predicate[] = [];
  for (const step of steps) {
    if (step.kind === 'call') break;
    if (step.kind !== 'require') continue;
    for (const part of conjuncts(assume(step.predicate, known))) {
      if (part.kind !== 'const') found.push(part);
      else if (!part.value) return undefined;
    }
  }
  return found;
}

/** From the first call on; ordinary packets are not dropped by hot-drop tests. */
function tailOf({ steps }: RuleIr): Step[] {
  const from = steps.findIndex((step) => step.kind === 'call');
  return from < 0 ? [] : steps.slice(from).filter((step) => step.kind !== 'hotdrop-if');
}

/** @param chains the rules, chain by chain: what many rules of a chain ask tells them apart badly. */
export function orderRules(chains: readonly (readonly RuleIr[])[]): Order {
  const odd = oddPackets(chains.flat());
  const known: Known = odd === undefined ? new Map() : WHOLE;
  const ordinary = new Map<number, StraightRule>();
  for (const rules of chains) {
    const asked = rules.map((rule) => requirements(rule, known));
    const times = new Map<string, number>();
    const keys = new Map<Predicate, string>();
    for (const predicate of asked.flatMap((each) => each ?? [])) {
      const name = key(predicate);
      keys.set(predicate, name);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    const passing = (predicate: Predicate): number => Math.max(share(predicate), (times.get(keys.get(predicate)!)! - 1) / rules.length);
    rules.forEach((rule, index) => {
      const tests = asked[index];
      if (tests === undefined) return;
      const sorted = tests.map((test) => ({ test, share: passing(test) })).sort((a, b) => a.share - b.share);
      ordinary.set(rule.slot, { tests: sorted.map(({ test }) => test), tail: tailOf(rule) });
    });
  }
  return odd === undefined ? { ordinary } : { odd, ordinary };
}
