/** Which optional stages a ruleset needs: those whose fields its rules test and whose actions they take. */
import type { RuleIr, RulesetIr } from '../ir/chain-ir.js';
import { AROUND_FIELDS, CT_ENTRY_FIELDS, CT_FIELDS, type FieldName } from '../ir/field.js';
import type { Predicate } from '../ir/predicate.js';
import type { BodyStep } from './bitvector/bodies.js';

export interface StageNeeds {
  /** A rule tests what connection tracking finds out. */
  readonly conntrack: boolean;
  /** A rule tests what stands in the conntrack entry. */
  readonly conntrackEntry: boolean;
  /** A rule asks for a TCP option. */
  readonly tcpOptions: boolean;
  /** A rule tests an address type. */
  readonly addressTypes: boolean;
  /** A rule tests what the host knows besides the packet's bytes. */
  readonly around: boolean;
  /** The functions that matches call. */
  readonly calls: ReadonlySet<string>;
  /** A rule answers with REJECT. */
  readonly reject: boolean;
}

type Atom = Extract<Predicate, { kind: 'test' | 'tcp-option' }>;

/** Calls `visit` with every atom (test, tcp-option) of a predicate, left to right. */
function eachAtom(predicate: Predicate, visit: (atom: Atom) => void): void {
  if (predicate.kind === 'test' || predicate.kind === 'tcp-option') visit(predicate);
  else if (predicate.kind === 'not') eachAtom(predicate.of, visit);
  else if (predicate.kind !== 'const') for (const part of predicate.of) eachAtom(part, visit);
}

/** Calls `visit` with every atom of a rule's steps. */
export function eachRuleAtom(rule: RuleIr, visit: (atom: Atom) => void): void {
  for (const step of rule.steps) if (step.kind !== 'call') eachAtom(step.predicate, visit);
}

const ADDRESS_TYPES: ReadonlySet<FieldName> = new Set<FieldName>(['srcType', 'dstType', 'srcTypeIface', 'dstTypeIface', 'srcTypeOutIface', 'dstTypeOutIface']);

/**
 * Looks through all chains, reachable or not: the same text gives the same stages.
 * @param gathered steps with every test of the rules but those of addresses, protocol and ports, where a planner has them at hand; making the steps of
 * every rule anew is then saved.
 */
export function stageNeeds(ir: RulesetIr, gathered?: Iterable<BodyStep>): StageNeeds {
  let [tcpOptions, reject] = [false, false];
  const fields = new Set<FieldName>();
  const calls = new Set<string>();
  const visit = (atom: Atom): void => {
    if (atom.kind === 'test') fields.add(atom.field);
    else tcpOptions = true;
  };
  const look = (step: BodyStep): void => {
    if (step.kind === 'require' || step.kind === 'hotdrop-if') eachAtom(step.predicate, visit);
    else if (step.kind === 'call' || step.kind === 'sole-call') calls.add(step.stub);
  };
  for (const step of gathered ?? []) look(step);
  for (const { rules } of ir.chains) {
    for (const rule of rules) {
      reject ||= rule.action.kind === 'reject';
      if (gathered === undefined) rule.steps.forEach(look);
    }
  }
  const tests = (some: Iterable<FieldName>): boolean => [...some].some((field) => fields.has(field));
  return { conntrack: tests(CT_FIELDS), conntrackEntry: tests(CT_ENTRY_FIELDS), tcpOptions, addressTypes: tests(ADDRESS_TYPES), around: tests(AROUND_FIELDS), calls, reject };
}
