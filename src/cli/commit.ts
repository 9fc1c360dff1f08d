/** Committing a draft: the last step of every changing command. */
import { settlePolicyCounters } from '../ruleset/chain-edits.js';
import { checkForCommit } from '../ruleset/commit-check.js';
import type { Draft } from '../ruleset/draft.js';
import type { FilterStore } from './filter-store.js';

/** Checks the table as the kernel would and hands it to the store. @throws RulesetRefusal, and what the store throws */
export function commit(draft: Draft, store: FilterStore): void {
  const settled = settlePolicyCounters(draft.ruleset);
  checkForCommit(settled);
  store.commit(settled);
}
