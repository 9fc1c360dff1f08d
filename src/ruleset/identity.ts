/**
 * When two rules are the same for -C and -D. As libiptc compares them (is_same() in iptables' libip4tc.c): addresses as masked, interface names up to
 * their wildcard, protocol, fragment flag, matches in order with their data, target with its data. Counters, slot and source do not count.
 */
import type { AddressMatch, InterfaceMatch, MatchUse, Rule, RuleHead, Target } from './model.js';

/** Whether -C or -D given `b` means `a`. */
export function sameRule(a: Rule, b: Rule): boolean {
  return (
    sameHead(a.head, b.head) &&
    a.matches.length === b.matches.length &&
    a.matches.every((match, index) => sameMatch(match, b.matches[index]!)) &&
    sameTarget(a.target, b.target)
  );
}

function sameHead(a: RuleHead, b: RuleHead): boolean {
  return (
    sameAddress(a.src, b.src) &&
    sameAddress(a.dst, b.dst) &&
    sameInterface(a.inIface, b.inIface) &&
    sameInterface(a.outIface, b.outIface) &&
    a.protocol?.number === b.protocol?.number &&
    (a.protocol?.invert ?? false) === (b.protocol?.invert ?? false) &&
    a.fragment?.invert === b.fragment?.invert
  );
}

/** An absent address is 0.0.0.0/0. */
function sameAddress(a: AddressMatch | undefined, b: AddressMatch | undefined): boolean {
  return (a?.addr ?? 0n) === (b?.addr ?? 0n) && (a?.mask ?? 0n) === (b?.mask ?? 0n) && (a?.invert ?? false) === (b?.invert ?? false);
}

/** An absent interface and `+` have the same (empty) mask, so they are the same; `! -i +` differs by its inversion. */
function sameInterface(a: InterfaceMatch | undefined, b: InterfaceMatch | undefined): boolean {
  return (a?.name ?? '') === (b?.name ?? '') && (a?.wildcard ?? true) === (b?.wildcard ?? true) && (a?.invert ?? false) === (b?.invert ?? false);
}

function sameMatch(a: MatchUse, b: MatchUse): boolean {
  return a.name === b.name && sameData(a.data, b.data);
}

function sameTarget(a: Target, b: Target): boolean {
  if (a.kind === 'jump' || a.kind === 'goto') return b.kind === a.kind && a.chain === b.chain;
  if (a.kind === 'extension') return b.kind === 'extension' && a.name === b.name && sameData(a.data, b.data);
  return a.kind === b.kind;
}

/** Deep equality of extension data (strings, numbers, booleans, bigints, arrays, plain objects); an undefined property is an absent one. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameData(left[key], right[key]));
}
