/**
 * Predicates over packet fields, and the lowered form of a rule: an ordered list of steps.
 * Two primitives only: `test` (a field against a range or masked value) and `call` (a stateful stub).
 */
import type { FieldName } from './field.js';

export type Predicate =
  | { readonly kind: 'const'; readonly value: boolean }
  /** lo <= (field & mask) <= hi, unsigned; no mask = all bits. Equality is lo === hi. */
  | { readonly kind: 'test'; readonly field: FieldName; readonly mask?: bigint; readonly lo: bigint; readonly hi: bigint }
  /** TCP option of this kind present (xt_tcpudp tcp_find_option). */
  | { readonly kind: 'tcp-option'; readonly option: number }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'all'; readonly of: readonly Predicate[] }
  | { readonly kind: 'any'; readonly of: readonly Predicate[] };

/**
 * One step of a rule, evaluated left to right; the rule matches when all steps pass.
 * - `require`: false = the rule does not match.
 * - `hotdrop-if`: true = the packet is dropped at once, no counter moves (par->hotdrop in the kernel).
 * - `call`: a stateful stub from bpf/, called only when every step to its left passed (the order law).
 */
export type Step =
  | { readonly kind: 'require'; readonly predicate: Predicate }
  | { readonly kind: 'hotdrop-if'; readonly predicate: Predicate }
  | { readonly kind: 'call'; readonly stub: string; readonly config: readonly bigint[]; readonly invert: boolean };

/** Always true. */
export const TRUE: Predicate = { kind: 'const', value: true };
export const FALSE: Predicate = { kind: 'const', value: false };

/** field === value. */
export function eq(field: FieldName, value: number | bigint): Predicate {
  const only = BigInt(value);
  return { kind: 'test', field, lo: only, hi: only };
}

/** lo <= field <= hi, inclusive, unsigned. */
export function range(field: FieldName, lo: number | bigint, hi: number | bigint): Predicate {
  return lo === hi ? eq(field, lo) : { kind: 'test', field, lo: BigInt(lo), hi: BigInt(hi) };
}

/** (field & mask) === value. */
export function masked(field: FieldName, mask: number | bigint, value: number | bigint): Predicate {
  const only = BigInt(value);
  return { kind: 'test', field, mask: BigInt(mask), lo: only, hi: only };
}

/** Negation, folding double negation and constants. */
export function not(of: Predicate): Predicate {
  if (of.kind === 'not') return of.of;
  if (of.kind === 'const') return of.value ? FALSE : TRUE;
  return { kind: 'not', of };
}

/** `of` or its negation. */
export function invertIf(invert: boolean, of: Predicate): Predicate {
  return invert ? not(of) : of;
}

export function all(...of: Predicate[]): Predicate {
  return of.length === 1 ? of[0]! : { kind: 'all', of };
}

export function any(...of: Predicate[]): Predicate {
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}
