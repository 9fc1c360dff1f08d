/**
 * A ruleset under construction, for many edits in a row (iptables-restore). Appending rules, adding chains and flushing a chain change only the chain
 * concerned; any other edit takes the whole `ruleset` and gives it back.
 */
import { isBuiltin, isNameTaken, targetChain, withChains } from './chains.js';
import { ZERO_COUNTERS } from './model.js';
import type { Chain, Family, Rule, Ruleset } from './model.js';
import { CHAIN_EXISTS, INVALID_ARGUMENT, NO_SUCH_CHAIN, refusal } from './refusal.js';

/** A chain being changed: its rules are ours to push to. */
interface OpenChain extends Chain {
  readonly rules: Rule[];
}

export class Draft {
  private settled: Ruleset;
  private readonly open = new Map<string, OpenChain>();

  constructor(ruleset: Ruleset) {
    this.settled = ruleset;
  }

  get family(): Family {
    return this.settled.family;
  }

  /** The ruleset with everything done so far. */
  get ruleset(): Ruleset {
    if (this.open.size > 0) this.settled = this.merged();
    this.open.clear();
    return this.settled;
  }

  set ruleset(edited: Ruleset) {
    this.open.clear();
    this.settled = edited;
  }

  private merged(): Ruleset {
    const { chains } = this.settled;
    const changed = [...chains.values()].map((chain) => this.open.get(chain.name) ?? chain);
    const added = [...this.open.values()].filter((chain) => !chains.has(chain.name));
    return withChains(this.settled, [...changed, ...added]);
  }

  hasChain(name: string): boolean {
    return this.open.has(name) || this.settled.chains.has(name);
  }

  private opened(name: string): OpenChain {
    const open = this.open.get(name);
    if (open) return open;
    const chain = this.settled.chains.get(name);
    if (!chain) throw refusal(NO_SUCH_CHAIN);
    const copy = { ...chain, rules: [...chain.rules] };
    this.open.set(name, copy);
    return copy;
  }

  /** As appendRules of rule-edits.ts. @throws RulesetRefusal */
  append(chain: string, rules: readonly Rule[]): void {
    const open = this.opened(chain);
    for (const rule of rules) {
      const target = targetChain(rule.target);
      if (target !== undefined && isBuiltin(target)) throw refusal(INVALID_ARGUMENT);
    }
    open.rules.push(...rules);
  }

  /** One rule whose target is known to be no built-in chain. @throws RulesetRefusal */
  appendRule(chain: string, rule: Rule): void {
    this.opened(chain).rules.push(rule);
  }

  /** As newChain of chain-edits.ts. @throws RulesetRefusal */
  addChain(name: string): void {
    if (this.open.has(name) || isNameTaken(this.settled, name)) throw refusal(CHAIN_EXISTS);
    this.open.set(name, { name, counters: ZERO_COUNTERS, rules: [] });
  }

  /** Takes all rules out of a chain. @throws RulesetRefusal when there is no such chain */
  flushChain(name: string): void {
    this.opened(name).rules.length = 0;
  }
}
