/** Where the commands read and commit the ruleset: one family's filter table in the current network namespace. */
import type { HookSetting } from '../kernel/hook-setting.js';
import type { Ruleset } from '../ruleset/model.js';

export interface FilterStore {
  /** The ruleset in force with live counters, every rule and policy with its `slot`; the empty ACCEPT ruleset when nothing is loaded. @throws ResourceProblem, OtherProblem */
  read(): Ruleset;
  /**
   * Compiles and swaps atomically; nothing changes if it throws. Rules with a slot keep counting from what they have (with counters other than
   * those read: from there); rules and policies without one start at their `counters`.
   */
  commit(ruleset: Ruleset): void;
  /** Where a commit of this store has packets judged. */
  hook(): HookSetting;
  /** Lines for stderr of listing commands, without newline: interfaces not covered, NAT rules in the kernel. */
  warnings(): readonly string[];
}
