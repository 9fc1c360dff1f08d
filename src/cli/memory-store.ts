/** A FilterStore without a kernel, for tests: keeps the ruleset and numbers its slots. */
import { USUAL_HOOK, type HookSetting } from '../kernel/hook-setting.js';
import { withChains, emptyRuleset } from '../ruleset/chains.js';
import type { Family, Ruleset } from '../ruleset/model.js';
import type { FilterStore } from './filter-store.js';

export class MemoryStore implements FilterStore {
  private current: Ruleset;
  /** How often commit() was called. */
  commits = 0;

  constructor(
    family: Family,
    private readonly notes: readonly string[] = [],
  ) {
    this.current = numbered(emptyRuleset(family));
  }

  read(): Ruleset {
    return this.current;
  }

  commit(ruleset: Ruleset): void {
    this.current = numbered(ruleset);
    this.commits += 1;
  }

  hook(): HookSetting {
    return USUAL_HOOK;
  }

  warnings(): readonly string[] {
    return this.notes;
  }
}

/** The ruleset with fresh slots for every rule and policy. */
function numbered(ruleset: Ruleset): Ruleset {
  let next = 0;
  const chains = [...ruleset.chains.values()].map((chain) => {
    const rules = chain.rules.map((rule) => ({ ...rule, slot: next++ }));
    return chain.policy === undefined ? { ...chain, rules } : { ...chain, rules, slot: next++ };
  });
  return withChains(ruleset, chains);
}
