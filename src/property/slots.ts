/** Counter slots by name, to compare compiled counters with the oracle's trail. */
import type { RulesetIr } from '../ir/chain-ir.js';

/** For each slot `CHAIN POSITION` (0-based) or `CHAIN policy`: the keys of the oracle's counters. */
export function slotNames(ir: RulesetIr): string[] {
  const names: string[] = new Array<string>(ir.slots).fill('unused');
  for (const chain of ir.chains) {
    for (const [index, rule] of chain.rules.entries()) names[rule.slot] = `${chain.name} ${index}`;
    if (chain.policy !== undefined) names[chain.policy.slot] = `${chain.name} policy`;
  }
  return names;
}
