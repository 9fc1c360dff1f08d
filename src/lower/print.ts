/** Text of the lowered ruleset, for `explain` and the goldens. */
import type { Action, RulesetIr } from '../ir/chain-ir.js';
import { FIELDS, type FieldName } from '../ir/field.js';
import type { Predicate, Step } from '../ir/predicate.js';

/** A value the way its field is read: addresses dotted, words of device names as text, the rest in decimal. */
function value(field: FieldName, number: bigint): string {
  if (field === 'src' || field === 'dst') return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
  if (FIELDS[field].bits === 64) return `0x${number.toString(16)}`;
  return number.toString();
}

/** A predicate as an expression. */
export function printPredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'const':
      return String(predicate.value);
    case 'test': {
      const { field, mask, lo, hi } = predicate;
      const subject = mask === undefined ? field : `${field} & 0x${mask.toString(16)}`;
      return lo === hi ? `${subject} == ${value(field, lo)}` : `${subject} in ${value(field, lo)}..${value(field, hi)}`;
    }
    case 'tcp-option':
      return `tcp option ${predicate.option}`;
    case 'not':
      return `not (${printPredicate(predicate.of)})`;
    case 'all':
    case 'any':
      return `${predicate.kind} (${predicate.of.map(printPredicate).join(', ')})`;
  }
}

/** One step of a rule. */
export function printStep(step: Step): string {
  if (step.kind !== 'call') return `${step.kind} ${printPredicate(step.predicate)}`;
  return `${step.invert ? 'unless' : 'if'} ${step.stub}(${step.config.join(', ')})`;
}

/** What a rule does. */
export function printAction(action: Action): string {
  switch (action.kind) {
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`;
    case 'reject':
      return `reject ${action.type}`;
    case 'effect':
      return `${action.stub}(${action.config.join(', ')}), continue`;
    default:
      return action.kind;
  }
}

/** The whole IR: chains with policy, rules with slot and text, one step a line. */
export function printIr(ir: RulesetIr): string {
  const lines = [`${ir.family}: ${ir.slots} slots`];
  for (const chain of ir.chains) {
    lines.push(`chain ${chain.name}${chain.policy === undefined ? '' : `, policy ${chain.policy.verdict} [${chain.policy.slot}]`}`);
    for (const rule of chain.rules) {
      lines.push(`  [${rule.slot}] ${rule.text}`);
      for (const step of rule.steps) lines.push(`      ${printStep(step)}`);
      lines.push(`      => ${printAction(rule.action)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
