/** Which optional stages a ruleset needs: those whose fields its rules test and whose actions they take. */
import type { RuleIr, RulesetIr } from '../ir/chain-ir.js';
import type { FieldName } from '../ir/field.js';
import type { Predicate } from '../ir/predicate.js';

export interface StageNeeds {
  /** A rule tests ctState. */
  readonly conntrack: boolean;
  /** A rule asks for a TCP option. */
  readonly tcpOptions: boolean;
  /** A rule tests an address type. */
  readonly addressTypes: boolean;
  /** A rule answers with REJECT. */
  readonly reject: boolean;
}

/** Every atom (test, tcp-option) of a predicate, left to right. */
export function* atoms(predicate: Predicate): Generator<Extract<Predicate, { kind: 'test' | 'tcp-option' }>> {
  if (predicate.kind === 'test' || predicate.kind === 'tcp-option') yield predicate;
  else if (predicate.kind === 'not') yield* atoms(predicate.of);
  else if (predicate.kind !== 'const') for (const part of predicate.of) yield* atoms(part);
}

/** Every atom of a rule's steps. */
export function* ruleAtoms(rule: RuleIr): Generator<Extract<Predicate, { kind: 'test' | 'tcp-option' }>> {
  for (const step of rule.steps) if (step.kind !== 'call') yield* atoms(step.predicate);
}

const ADDRESS_TYPES: ReadonlySet<FieldName> = new Set<FieldName>(['srcType', 'dstType', 'srcTypeIface', 'dstTypeIface', 'srcTypeOutIface', 'dstTypeOutIface']);

/** Looks through all chains, reachable or not: the same text gives the same stages. */
export function stageNeeds(ir: RulesetIr): StageNeeds {
  let [conntrack, tcpOptions, addressTypes, reject] = [false, false, false, false];
  for (const rule of ir.chains.flatMap((chain) => chain.rules)) {
    reject ||= rule.action.kind === 'reject';
    for (const atom of ruleAtoms(rule)) {
      if (atom.kind === 'tcp-option') tcpOptions = true;
      else if (atom.field === 'ctState') conntrack = true;
      else if (ADDRESS_TYPES.has(atom.field)) addressTypes = true;
    }
  }
  return { conntrack, tcpOptions, addressTypes, reject };
}
